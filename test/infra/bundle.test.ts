import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundleSettings, repositoryRoot } from "../../infra/bundle.ts";

/** What a process prints that runs the source as a bundle of the product. */
const printedBy = async (folder: string, name: string, contents: string): Promise<string[]> => {
  const { outExtension: _, ...settings } = bundleSettings;
  const outfile = path.join(folder, `${name}.mjs`);
  await build({
    ...settings,
    stdin: { contents, resolveDir: path.join(repositoryRoot, "functions"), loader: "ts" },
    outfile,
  });
  return execFileSync(process.execPath, [outfile], { encoding: "utf8" }).trim().split("\n");
};

describe("Node's own modules in a bundle", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), "bundle-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("undici is not loaded by a client that speaks over node:http", async () => {
    const printed = await printedBy(
      folder,
      "client",
      `import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
       import { Agent } from "node:http";
       new DynamoDBClient({ region: "eu-central-1" });
       const loaded = Reflect.get(process, "moduleLoadList");
       console.log(typeof Agent);
       console.log(loaded.some((name) => name.endsWith("NativeModule https")));
       console.log(loaded.some((name) => name.includes("undici")));`,
    );
    expect(printed).toEqual(["function", "true", "false"]);
  });

  test("a name imported stays what it was at load when the module is patched, and the default import is patched", async () => {
    const printed = await printedBy(
      folder,
      "patched",
      `import https, { request } from "node:https";
       import * as whole from "node:https";
       const before = request;
       https.request = () => "patched";
       const { default: later } = await import("node:https");
       console.log(request === before, whole.request === before, https.request() === "patched");
       console.log(https === process.getBuiltinModule("node:https"), later === https, whole.default === https);`,
    );
    expect(printed).toEqual(["true true true", "true true true"]);
  });

  test("what a built-in reads only when asked is there for who imports it", async () => {
    const printed = await printedBy(
      folder,
      "streams",
      `import fs, { constants, promises, ReadStream } from "node:fs";
       import { webcrypto } from "crypto";
       console.log(ReadStream === fs.ReadStream, promises === fs.promises, constants.F_OK === 0);
       console.log(webcrypto.subtle !== undefined);`,
    );
    expect(printed).toEqual(["true true true", "true"]);
  });
});
