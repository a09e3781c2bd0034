import { checkSync } from "recheck";
import { collectPatterns, type PatternText } from "./collect.ts";
import { readSafePatterns, writeSafePatterns } from "./safe.ts";

/** `npm run patterns`: looks at the patterns that nobody has looked at yet, or at all of them with `-- --all`. */
const timeoutMs = 60_000;

const faultOf = (pattern: PatternText): string | undefined => {
  const [, source = "", flags = ""] = /^\/(.*)\/([a-z]*)$/s.exec(pattern) ?? [];
  const { status, complexity, attack } = checkSync(source, flags, { timeout: timeoutMs });
  return status === "safe" ? undefined : [status, complexity?.summary, attack?.pattern].join(" ");
};

const { all } = await collectPatterns();
const known = process.argv.includes("--all") ? new Set<PatternText>() : readSafePatterns();
const safe: PatternText[] = [];
for (const [pattern, place] of all) {
  const fault = known.has(pattern) ? undefined : faultOf(pattern);
  if (fault === undefined) safe.push(pattern);
  else console.log(`${place}: ${pattern}\n  ${fault}`);
}
writeSafePatterns(safe);
console.log(`${safe.length} of ${all.size} patterns are safe`);
if (safe.length < all.size) process.exitCode = 1;
