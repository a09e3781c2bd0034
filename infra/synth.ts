/** `npm run synth`: builds the bundles, synthesizes offline under cdk-nag, and says what came out of it. */
import { rmSync } from "node:fs";
import { join, relative } from "node:path";
import { lambdas } from "../functions/lambdas.ts";
import { build } from "./app.ts";
import { bundleFunctions } from "./bundle.ts";
import { report } from "./report.ts";

const root = join(import.meta.dirname, "..");
const outdir = join(root, "cdk.out");

await bundleFunctions(lambdas);
// A stack that is no longer declared shall not be found among the templates.
rmSync(outdir, { recursive: true, force: true });
const { clean, text } = report(build({ lambdas, outdir }));
console.log(text);
console.log(`\nThe templates are in ${relative(process.cwd(), outdir) || "."}.`);
if (!clean) process.exitCode = 1;
