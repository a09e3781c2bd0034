import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");

const importOf = (specifier: string) => `import { a } from "${specifier}";\n\nexport const b = a;\n`;

const forbidden: [folder: string, source: string][] = [
  ["domain/deals", importOf("../../events/deals.ts")],
  ["domain", importOf("../events/event.ts")],
  ["domain/deals", importOf("../../functions/kit/route.ts")],
  ["domain/deals", importOf("../../functions/routes.ts")],
  ["domain/deals", importOf("../../infra/bundle.ts")],
  ["domain/deals", importOf("../../test/support/client.ts")],
  ["domain/deals", importOf("node:fs")],
  ["domain/deals", importOf("node:fs/promises")],
  ["domain/deals", importOf("fs")],
  ["domain/deals", importOf("crypto")],
  ["domain/deals", importOf("@aws-sdk/client-dynamodb")],
  ["domain/deals", importOf("@aws-lambda-powertools/logger")],
  ["domain/deals", importOf("@middy/core")],
  ["domain/deals", importOf("aws-cdk-lib")],
  ["domain/deals", 'export { a } from "../../functions/kit/route.ts";\n'],
  ["domain/deals", 'export const a = () => import("../../functions/kit/route.ts");\n'],
  ["domain/deals", 'import type { A } from "../../functions/kit/route.ts";\n\nexport type B = A;\n'],
  ["events", importOf("../functions/kit/route.ts")],
  ["events", importOf("../functions/routes.ts")],
  ["events", importOf("../infra/bundle.ts")],
  ["events", importOf("../test/support/client.ts")],
  ["events", importOf("@aws-sdk/client-eventbridge")],
  ["events", importOf("aws-cdk-lib")],
  ["functions/deals", importOf("../../infra/bundle.ts")],
  ["functions/deals", importOf("../../test/support/client.ts")],
  ["functions", importOf("../infra/bundle.ts")],
  ["functions/deals", importOf("aws-cdk-lib")],
  ["functions/deals", importOf("aws-cdk-lib/aws-lambda")],
  ["functions/deals", importOf("constructs")],
  ["infra/local", importOf("../../test/support/client.ts")],
  ["infra", importOf("../test/support/client.ts")],
];

const allowed: [folder: string, source: string][] = [
  ["domain/deals", importOf("../kernel/money.ts")],
  ["domain/deals", importOf("zod")],
  ["events", importOf("../domain/deals/deal.ts")],
  ["functions/deals", importOf("../../events/deals.ts")],
  ["functions/deals", importOf("../../domain/deals/deal.ts")],
  ["functions/deals", importOf("@aws-sdk/client-dynamodb")],
  ["functions/deals", importOf("node:crypto")],
  ["infra/local", importOf("../../functions/lambdas.ts")],
  ["infra", importOf("aws-cdk-lib")],
  ["test/deals", importOf("../../infra/local/stack.ts")],
];

/** A folder with the project's own linter settings and one file for each import. */
const folder = mkdtempSync(path.join(tmpdir(), "clientela-directions-"));
let said = "";

const fileOf = (kind: string, at: number, of: string) => path.join(of, `${kind}-${at}.ts`);

beforeAll(() => {
  const settings: Record<string, unknown> = JSON.parse(readFileSync(path.join(root, "biome.json"), "utf8"));
  writeFileSync(
    path.join(folder, "biome.json"),
    JSON.stringify({
      ...settings,
      $schema: undefined,
      plugins: [path.join(root, ".ci/parallel.grit")],
      vcs: { enabled: false },
      root: true,
    }),
  );
  for (const [kind, cases] of Object.entries({ forbidden, allowed }))
    for (const [at, [of, source]] of cases.entries()) {
      mkdirSync(path.join(folder, of), { recursive: true });
      writeFileSync(path.join(folder, fileOf(kind, at, of)), source);
    }
  for (const of of ["functions/deals", "functions/kit", "test/deals"]) {
    mkdirSync(path.join(folder, of), { recursive: true });
    writeFileSync(
      path.join(folder, of, "parallel.ts"),
      "export const both = (a, b) => Promise.all([a(), b()]);\n",
    );
  }
  said = spawnSync(
    path.join(root, "node_modules/.bin/biome"),
    [
      "lint",
      "--only=style/noRestrictedImports",
      "--only=style/useNodejsImportProtocol",
      "--reporter=json",
      "--max-diagnostics=none",
      ".",
    ],
    { cwd: folder, encoding: "utf8", maxBuffer: 50_000_000 },
  ).stdout;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("an import against the direction domain <- events <- functions <- infra is refused", () => {
  test.each(
    forbidden.map(([of, source], at) => ({ of, source: source.trim(), file: fileOf("forbidden", at, of) })),
  )("$of: $source", ({ file }) => expect(said).toContain(`"${file}"`));
});

describe("an import along the direction is allowed", () => {
  test.each(
    allowed.map(([of, source], at) => ({ of, source: source.trim(), file: fileOf("allowed", at, of) })),
  )("$of: $source", ({ file }) => expect(said).not.toContain(`"${file}"`));
});

test("the typed client with all routes holds nothing of AWS and nothing of a Lambda's inside", async () => {
  const { metafile } = await build({
    stdin: {
      contents:
        'export { clientOf } from "./functions/client.ts"; export { allRoutes } from "./functions/routes.ts";',
      resolveDir: root,
    },
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    metafile: true,
    logLevel: "silent",
  });
  const inside = Object.keys(metafile.inputs);
  expect(inside.filter((file) => /@aws|@smithy|@middy|handlers\.ts|store\.ts/.test(file))).toEqual([]);
});

test("Promise.all in functions is refused outside functions/kit/parallel.ts", () => {
  const linted = spawnSync(
    path.join(root, "node_modules/.bin/biome"),
    ["lint", "--reporter=json", "--max-diagnostics=none", "."],
    { cwd: folder, encoding: "utf8", maxBuffer: 50_000_000 },
  ).stdout;
  const refused = (file: string) => linted.includes(`"${file}"`);
  expect(
    ["functions/deals", "functions/kit", "test/deals"].map((of) => refused(`${of}/parallel.ts`)),
  ).toEqual([true, false, false]);
});
