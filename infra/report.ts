import type { CloudAssembly } from "aws-cdk-lib/cx-api";
import type { Built } from "./app.ts";
import { acknowledgementsIn, findingsOf, type Nag } from "./nag.ts";

const typesIn = (template: unknown): string[] =>
  typeof template === "object" && template !== null && "Resources" in template
    ? Object.values(Object(template.Resources)).map((resource) => String(Object(resource).Type))
    : [];

const countLine = (count: number, of: string): string => `  ${String(count).padStart(5)}  ${of}`;

/** How many resources each stack has, and how many of each type there are in all, the most frequent first. */
const stackLines = (assembly: CloudAssembly): string[] => {
  const stacks = assembly.stacks.map((stack) => ({ name: stack.stackName, types: typesIn(stack.template) }));
  const all = stacks.flatMap(({ types }) => types);
  const byType = [...Map.groupBy(all, (type) => type)].sort(
    ([a, { length: x }], [b, { length: y }]) => y - x || a.localeCompare(b),
  );
  return [
    `${stacks.length} stacks, in the order of their deployment, each of 500 resources at most:`,
    ...stacks.map(({ name, types }) => countLine(types.length, name)),
    `${all.length} resources:`,
    ...byType.map(([type, { length }]) => countLine(length, type)),
  ];
};

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
