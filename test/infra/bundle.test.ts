import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundleSettings, repositoryRoot } from "../../infra/bundle.ts";

/** What a process prints that runs the source as a bundle of the product, by itself or from an invoker. */
const printedBy = async (
  folder: string,
  name: string,
  contents: string,
  invoker?: string,
): Promise<string[]> => {
  const { outExtension: _, ...settings } = bundleSettings;
  const outfile = path.join(folder, `${name}.mjs`);
  await build({
    ...settings,
    stdin: { contents, resolveDir: path.join(repositoryRoot, "functions"), loader: "ts" },
    outfile,
  });
  const run = invoker === undefined ? [outfile] : ["--input-type=module", "-e", invoker, outfile];
  const { stdout, stderr } = spawnSync(process.execPath, run, {
    encoding: "utf8",
    env: { POWERTOOLS_LOG_LEVEL: "INFO" },
  });
  return `${stderr}${stdout}`.trim().split("\n");
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

describe("A Lambda", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "bundle-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("an unhandled rejection is logged and ends no environment", async () => {
    const printed = await printedBy(
      folder,
      "rejecting",
      `export const handler = async () => {
         void Promise.reject(new Error("nobody hears this"));
         await new Promise((resolve) => setTimeout(resolve, 1));
         return "answered";
       };`,
      // As the runtime of AWS does it before it loads the handler.
      `process.on("unhandledRejection", () => process.exit(128));
       const { handler } = await import(process.argv[1]);
       console.log(await handler(), await handler());`,
    );
    expect(printed.filter((line) => line.includes("nobody hears this"))).toHaveLength(2);
    expect(printed.filter((line) => line.includes('"UnhandledRejections":1'))).toHaveLength(2);
    expect(printed.at(-1)).toBe("answered answered");
  });
});
