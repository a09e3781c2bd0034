import { builtinModules } from "node:module";
import type { Plugin } from "esbuild";

/** What `node:http` hands out from undici, which is loaded (18 ms) when one of them is read. */
const fromUndici = new Set(["WebSocket", "CloseEvent", "MessageEvent"]);

const isIdentifier = (name: string): boolean => /^[A-Za-z_$][\w$]*$/.test(name) && name !== "default";

/**
 * Each property is read when the bundle is loaded, as an import of the built-in would do, but only if the
 * bundle uses it: `@__PURE__` lets esbuild drop the others.
 */
const moduleOf = (name: string): string => {
  const builtin: object = process.getBuiltinModule(name) ?? {};
  const names = Object.keys(builtin).filter((key) => isIdentifier(key) && !fromUndici.has(key));
  return [
    `const builtin = process.getBuiltinModule(${JSON.stringify(name)});`,
    "const read = (name) => builtin[name];",
    "export default builtin;",
    ...names.map(
      (key, at) =>
        `const p${at} = /* @__PURE__ */ read(${JSON.stringify(key)}); export { p${at} as ${key} };`,
    ),
  ].join("\n");
};

/**
 * An esbuild plugin: Node's own modules without the facade that an `import` of them makes. For the facade Node
 * reads every property of the module, and so loads undici behind `node:http` and the streams behind `node:fs`:
 * measured, 20 ms of a bare client's 46, for what no Lambda uses.
 */
export const plainBuiltins: Plugin = {
  name: "plain-builtins",
  setup(build) {
    const known = new Set(builtinModules);
    build.onResolve({ filter: /^(node:)?[a-z0-9_]+(\/[a-z]+)?$/ }, ({ path: imported, kind }) => {
      const name = imported.replace(/^node:/, "");
      if (!known.has(name)) return undefined;
      const path = `node:${name}`;
      if (kind === "import-statement") return { path, namespace: "builtin" };
      return kind === "dynamic-import" ? { path, namespace: "builtin-later" } : undefined;
    });
    build.onLoad({ filter: /.*/, namespace: "builtin" }, ({ path }) => ({
      contents: moduleOf(path),
      loader: "js",
    }));
    build.onLoad({ filter: /.*/, namespace: "builtin-later" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
      loader: "js",
    }));
  },
};
