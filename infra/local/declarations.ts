import { watch } from "node:fs";
import path from "node:path";

/** Files that the templates are made from: a new bundle does not bring in what changes there. */
const declares = /^(functions\/(.*\/)?(routes|lambdas)\.ts|events\/.*\.ts|infra\/(?!local\/).*\.ts)$/;
const quietMs = 500;

/**
 * Tells when a declaration changes that only a restart brings in: routes, Lambdas, events, infra.
 * @returns ends the watch
 */
export const watchDeclarations = (root: string, tell: (file: string) => void): (() => void) => {
  const told = new Map<string, number>();
  const watchers = ["functions", "events", "infra"].map((folder) =>
    watch(path.join(root, folder), { recursive: true }, (_, name) => {
      const file = `${folder}/${String(name).replaceAll(path.sep, "/")}`;
      const now = performance.now();
      if (!declares.test(file) || now - (told.get(file) ?? -quietMs) < quietMs) return;
      told.set(file, now);
      tell(file);
    }),
  );
  return () => {
    for (const watcher of watchers) watcher.close();
  };
};
