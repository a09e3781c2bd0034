import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseAst } from "vitest/node";
import type * as z from "zod";
import { patternsOf, schemasIn } from "./schemas.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** A regular expression as it is kept: `/pattern/flags`. */
export type PatternText = string;

export interface Patterns {
  /** With a place where each stands. */
  readonly all: ReadonlyMap<PatternText, string>;
  /** Files that make patterns while they run, of which none was seen. */
  readonly unseen: readonly string[];
  /** Every schema of the product. */
  readonly schemas: readonly z.core.$ZodTypes[];
}

/** What runs in a Lambda or on a machine. What only tests run over is left aside. */
const sources = (): string[] => globSync("{domain,events,functions,infra}/**/*.ts", { cwd: root }).toSorted();

interface Node {
  readonly [name: string]: unknown;
}
const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null;

const nodesIn = function* (root: unknown): Generator<Node> {
  const waiting: unknown[] = [root];
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (!isNode(node)) continue;
    yield node;
    if (!isNode(node.regex)) waiting.push(...Object.values(node));
  }
};

/** The pattern of `new RegExp` with a template, in whose places a letter stands. */
const templateOf = ({ arguments: given }: Node): PatternText | undefined => {
  const [pattern, flags] = Array.isArray(given) ? given : [];
  if (!isNode(pattern) || !Array.isArray(pattern.quasis)) return undefined;
  const parts = pattern.quasis.map((quasi) => quasi.value.cooked);
  return `/${parts.join("x")}/${isNode(flags) ? String(flags.value) : ""}`;
};

interface InFile {
  /** Patterns that the file writes out. */
  readonly written: readonly PatternText[];
  /** Patterns that it makes while it runs, as far as their templates show them. */
  readonly made: readonly (PatternText | undefined)[];
}

const patternsIn = (file: string): InFile => {
  const nodes = [...nodesIn(parseAst(readFileSync(path.join(root, file), "utf8"), { lang: "ts" }))];
  return {
    written: nodes.flatMap(({ regex }) => (isNode(regex) ? [`/${regex.pattern}/${regex.flags}`] : [])),
    made: nodes
      .filter(({ callee }) => isNode(callee) && callee.name === "RegExp")
      .map((node) => templateOf(node)),
  };
};

/** Runs some work and tells of each pattern that was made by it, and where. */
const watchPatterns = async (
  tell: (pattern: RegExp, madeIn: string) => void,
  work: () => Promise<void>,
): Promise<void> => {
  const Native = globalThis.RegExp;
  const watching = new Proxy(Native, {
    construct: (target, given, newTarget) => {
      const made: RegExp = Reflect.construct(target, given, newTarget);
      tell(made, new Error().stack?.split("\n")[2] ?? "");
      return made;
    },
  });
  globalThis.RegExp = watching;
  try {
    await work();
  } finally {
    globalThis.RegExp = Native;
  }
};

/** Has the patterns made that are only made when somebody asks. */
const askForPatterns = async (): Promise<void> => {
  const { dateFormat } = await import("../../domain/imports/dates.ts");
  const { parseDecimal } = await import("../../domain/imports/decimals.ts");
  const { checkFieldValues } = await import("../../domain/fields/values.ts");
  for (const text of ["YYYY-MM-DD", "D.M.YY", "DD/MM/YYYY HH:mm:ss", "YYYYMMDD", "YYYY-MM-DDTHH:mm:ss"])
    dateFormat(text);
  for (const decimal of [".", ","] as const)
    for (const thousands of ["", ",", ".", " ", "'"] as const)
      if (thousands !== decimal) parseDecimal("1", { decimal, thousands });
  for (const references of ["client", "deal", "product", "member"] as const)
    checkFieldValues([{ key: "a", label: "A", type: "reference", required: false, references }], { a: "x" });
};

/** Every pattern of the product: those it writes out, those it makes, and those of the schemas that it uses of zod. */
export const collectPatterns = async (): Promise<Patterns> => {
  const all = new Map<PatternText, string>();
  const makers = new Set<string>();
  const seen = new Set<string>();
  for (const file of sources()) {
    const { written, made } = patternsIn(file);
    for (const pattern of written) all.set(pattern, file);
    if (made.length > 0) makers.add(file);
    // What only runs on one machine is not loaded here.
    if (file.startsWith("infra/") && made.length > 0 && !made.includes(undefined)) {
      for (const pattern of made) if (pattern) all.set(pattern, file);
      seen.add(file);
    }
  }
  const keep = (pattern: RegExp, madeIn: string) => {
    const maker = [...makers].find((file) => madeIn.includes(file));
    if (!maker && !/\/zod\//.test(madeIn)) return;
    if (maker) seen.add(maker);
    all.set(String(pattern), maker ?? "zod");
  };
  const modules: unknown[] = [];
  await watchPatterns(keep, async () => {
    for (const file of sources())
      if (/^(domain|events)\/|\/(routes|[\w-]+-routes)\.ts$/.test(file))
        modules.push({ ...(await import(pathToFileURL(path.join(root, file)).href)) });
    await askForPatterns();
  });
  const schemas = schemasIn(modules);
  for (const schema of schemas)
    for (const pattern of patternsOf(schema)) if (!all.has(String(pattern))) all.set(String(pattern), "zod");
  return { all, unseen: [...makers].filter((file) => !seen.has(file)), schemas };
};
