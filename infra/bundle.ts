import { type FSWatcher, watch as watchFiles } from "node:fs";
import { cp, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { type BuildContext, type BuildOptions, type BuildResult, context } from "esbuild";
import type { LambdaDeclaration } from "../functions/kit/lambda.ts";
import { neverLoaded } from "./never-loaded.ts";
import { plainBuiltins } from "./plain-builtins.ts";

export const repositoryRoot = path.resolve(import.meta.dirname, "..");

/** The folder that is deployed as the code of a Lambda. */
export const bundleFolder = (name: string): string => path.join(repositoryRoot, ".build", "functions", name);

export interface BundleOptions {
  /** Called with the names of the Lambdas whose bundle has changed, after each rebuild. */
  readonly watch?: (changed: readonly string[]) => void;
  /** Called when a rebuild fails; the bundles stay as they were. */
  readonly onFailure?: (error: Error) => void;
}

export interface Bundles {
  /** Size of each bundle in bytes. */
  readonly bytes: ReadonlyMap<string, number>;
  /** Ends watching. */
  stop(): Promise<void>;
}

/** What the bundles are made of: a change in these folders may change a bundle. */
const sourceFolders = ["domain", "events", "functions"];
const rebuildDelayMs = 60;

/** Packages in CommonJS inside an ES module need a `require`. */
const requireBanner =
  'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);';

export const bundleSettings = {
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  minify: true,
  keepNames: false,
  legalComments: "none",
  charset: "ascii",
  mainFields: ["module", "main"],
  conditions: ["module", "import"],
  outExtension: { ".js": ".mjs" },
  banner: { js: requireBanner },
  inject: [path.join(repositoryRoot, "functions/kit/unhandled.ts")],
  logLevel: "silent",
  plugins: [neverLoaded, plainBuiltins],
} satisfies BuildOptions;

/** Writes a file whole or not at all, and only if it differs, so that stacks side by side do not disturb each other. */
const writeIfChanged = async (file: string, contents: Uint8Array): Promise<boolean> => {
  const present = await readFile(file).catch(() => undefined);
  if (present?.equals(contents)) return false;
  const temporary = `${file}.${process.pid}`;
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(temporary, contents);
  await rename(temporary, file);
  return true;
};

/** What was built last, by the name of the Lambda. */
type Built = Map<string, { readonly hash: string; readonly bytes: number }>;

/** @returns the Lambdas whose bundle is another than at the last build of this process, whoever wrote the file */
const writeBundles = async (result: BuildResult<{ write: false }>, built: Built): Promise<string[]> => {
  const changed: string[] = [];
  for (const { path: file, contents, hash } of result.outputFiles) {
    const name = path.basename(path.dirname(file));
    if (built.get(name)?.hash !== hash) changed.push(name);
    built.set(name, { hash, bytes: contents.byteLength });
    await writeIfChanged(file, contents);
  }
  return changed;
};

const sizes = (built: Built): Map<string, number> =>
  new Map([...built].map(([name, { bytes }]) => [name, bytes]));

const copyAssets = async (lambdas: readonly LambdaDeclaration[]): Promise<void> => {
  for (const { name, assets = {} } of lambdas)
    for (const [target, source] of Object.entries(assets)) {
      const destination = path.join(bundleFolder(name), target);
      await mkdir(path.dirname(destination), { recursive: true });
      await cp(path.join(repositoryRoot, source), destination, { recursive: true });
    }
};

/**
 * Builds every Lambda in one call of esbuild: `.build/functions/<name>/index.mjs`, with its declared
 * assets beside it. With `watch` it builds again whenever a source changes, until `stop`.
 */
export const bundleFunctions = async (
  lambdas: readonly LambdaDeclaration[],
  { watch, onFailure = (error) => console.error(error.message) }: BundleOptions = {},
): Promise<Bundles> => {
  const built: Built = new Map();
  if (lambdas.length === 0) return { bytes: sizes(built), stop: async () => {} };
  const builder: BuildContext<{ write: false }> = await context({
    ...bundleSettings,
    absWorkingDir: repositoryRoot,
    entryPoints: lambdas.map(({ name, entry }) => ({ in: entry, out: path.join(name, "index") })),
    outdir: path.join(repositoryRoot, ".build", "functions"),
    write: false,
  });
  try {
    await writeBundles(await builder.rebuild(), built);
    await copyAssets(lambdas);
  } catch (error) {
    await builder.dispose();
    throw error;
  }
  if (!watch) {
    await builder.dispose();
    return { bytes: sizes(built), stop: async () => {} };
  }

  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const rebuild = async (): Promise<void> => {
    try {
      const changed = await writeBundles(await builder.rebuild(), built);
      if (changed.length > 0 && !stopped) watch(changed);
    } catch (error) {
      if (stopped) return;
      onFailure(error instanceof Error ? error : new Error(String(error)));
    }
  };
  // One after another: two at once would write the same files.
  let last = Promise.resolve();
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      last = last.then(rebuild);
    }, rebuildDelayMs);
  };
  const watchers: FSWatcher[] = sourceFolders.map((folder) =>
    watchFiles(path.join(repositoryRoot, folder), { recursive: true }, soon),
  );
  return {
    bytes: sizes(built),
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
      await last;
      await builder.dispose();
    },
  };
};
