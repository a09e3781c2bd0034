import type { CloudAssembly } from "aws-cdk-lib/cx-api";
import type { Built } from "./app.ts";
import { acknowledgementsIn, findingsOf, type Nag } from "./nag.ts";

/** Resources of a template, by type, most frequent first. */
const resourcesByType = (template: unknown): [string, number][] => {
  const counts = new Map<string, number>();
  if (typeof template === "object" && template !== null && "Resources" in template) {
    for (const resource of Object.values(Object(template.Resources))) {
      const type = String(Object(resource).Type);
      counts.set(type, (counts.get(type) ?? 0) + 1);
    }
  }
  return [...counts].sort(([a, x], [b, y]) => y - x || a.localeCompare(b));
};

const stackLines = (assembly: CloudAssembly): string[] =>
  assembly.stacks.flatMap((stack) => {
    const types = resourcesByType(stack.template);
    const total = types.reduce((sum, [, count]) => sum + count, 0);
    return [
      `${stack.stackName}: ${total} resources`,
      ...types.map(([type, count]) => `  ${String(count).padStart(4)}  ${type}`),
    ];
  });

/** One line per reason, with the rules and the number of places that it is given for. */
const suppressionLines = (nag: Nag, built: Built): string[] => {
  const byReason = new Map<string, string[]>();
  for (const { id, path, reason } of acknowledgementsIn(built.app)) {
    if (!nag.objections.has(id)) continue;
    const line = `${id} at ${path}`;
    byReason.set(reason, [...(byReason.get(reason) ?? []), line]);
  }
  return [...byReason].flatMap(([reason, places]) => [
    `  ${reason}`,
    ...places.map((place) => `    - ${place}`),
  ]);
};

/** Synthesizes; a failed validation is told by its message, and has written no more than the templates. */
const synthesized = (built: Built): { assembly: CloudAssembly } | { failure: string } => {
  try {
    return { assembly: built.app.synth() };
  } catch (failure) {
    return { failure: failure instanceof Error ? failure.message : String(failure) };
  }
};

/** Synthesizes and describes the outcome; `clean` means that nothing is left to mend or to take back. */
export const report = (built: Built): { clean: boolean; text: string } => {
  const { nag } = built;
  if (nag === undefined) throw new Error("a report needs the packs of cdk-nag");
  const outcome = synthesized(built);
  const { left, unneeded } = findingsOf(nag, built.app);
  const objections = [...nag.objections.values()].reduce((sum, paths) => sum + paths.size, 0);
  const lines = [
    ...("assembly" in outcome ? stackLines(outcome.assembly) : []),
    "",
    `cdk-nag (AwsSolutions, Serverless): ${nag.rules.size} rules, of which ${nag.applied.size} concern what is declared; ${nag.checks} checks, ${objections - left.length} findings suppressed, ${left.length} left`,
    ...(objections > left.length ? ["Suppressed, by reason:", ...suppressionLines(nag, built)] : []),
    ...left.map(({ id, path }) => `FINDING ${id} at ${path}`),
    ...unneeded.map(
      ({ id, path }) => `NEEDLESS acknowledgement of ${id} at ${path}: the rule finds nothing there`,
    ),
    ...("failure" in outcome ? [outcome.failure] : []),
  ];
  return {
    clean: "assembly" in outcome && left.length === 0 && unneeded.length === 0,
    text: lines.join("\n"),
  };
};
