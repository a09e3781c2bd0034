import { Unsupported } from "./resolve.ts";

/** Says whether an event (or a stream record) matches a compiled pattern. */
export type Matcher = (event: unknown) => boolean;

type Test = (value: unknown) => boolean;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isLeaf = (value: unknown): boolean =>
  value !== undefined && (typeof value !== "object" || value === null);

/** An array in the event matches if one of its elements does. */
const anyOf =
  (test: Test): Test =>
  (value) =>
    Array.isArray(value) ? value.some(test) : test(value);

const onText = (
  argument: unknown,
  where: string,
  test: (value: string, argument: string) => boolean,
): Test => {
  if (typeof argument !== "string") throw new Unsupported(where, `the argument ${JSON.stringify(argument)}`);
  return anyOf((value) => typeof value === "string" && test(value, argument));
};

const comparisons: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  "=": (left, right) => left === right,
  "<": (left, right) => left < right,
  "<=": (left, right) => left <= right,
  ">": (left, right) => left > right,
  ">=": (left, right) => left >= right,
};

const numeric = (argument: unknown, where: string): Test => {
  const parts: unknown[] = Array.isArray(argument) ? argument : [];
  const tests: ((value: number) => boolean)[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    const compare = comparisons[String(parts[index])];
    const bound = parts[index + 1];
    if (!compare || typeof bound !== "number")
      throw new Unsupported(where, `numeric ${JSON.stringify(parts)}`);
    tests.push((value) => compare(value, bound));
  }
  return anyOf((value) => typeof value === "number" && tests.every((test) => test(value)));
};

const anythingBut = (argument: unknown, where: string): Test => {
  if (isRecord(argument)) {
    const test = operator(argument, where);
    return anyOf((value) => isLeaf(value) && !test(value));
  }
  const refused: unknown[] = Array.isArray(argument) ? argument : [argument];
  return anyOf((value) => isLeaf(value) && !refused.includes(value));
};

const operator = (matcher: Record<string, unknown>, where: string): Test => {
  const [[name, argument] = ["", undefined], ...others] = Object.entries(matcher);
  if (others.length > 0) throw new Unsupported(where, `the pattern ${JSON.stringify(matcher)}`);
  switch (name) {
    case "exists":
      // Only leaves exist for a pattern, as in AWS: of an object or a list of objects it says "no".
      return argument === true ? anyOf(isLeaf) : (value) => value === undefined;
    case "prefix":
      return onText(argument, where, (value, prefix) => value.startsWith(prefix));
    case "suffix":
      return onText(argument, where, (value, suffix) => value.endsWith(suffix));
    case "equals-ignore-case":
      return onText(argument, where, (value, other) => value.toLowerCase() === other.toLowerCase());
    case "anything-but":
      return anythingBut(argument, where);
    case "numeric":
      return numeric(argument, where);
    default:
      throw new Unsupported(where, `the pattern operator "${name}"`);
  }
};

const leaf = (choices: readonly unknown[], where: string): Test => {
  const tests = choices.map((choice) => {
    if (isRecord(choice)) return operator(choice, where);
    if (Array.isArray(choice)) throw new Unsupported(where, `the pattern ${JSON.stringify(choice)}`);
    return anyOf((value) => value === choice);
  });
  return (value) => tests.some((test) => test(value));
};

const node = (pattern: unknown, where: string): Test => {
  if (Array.isArray(pattern)) return leaf(pattern, where);
  if (!isRecord(pattern)) throw new Unsupported(where, `the pattern ${JSON.stringify(pattern)}`);
  const tests = Object.entries(pattern).map(([key, inner]): Test => {
    if (key === "$or") {
      const choices = (Array.isArray(inner) ? inner : []).map((choice) => node(choice, where));
      return (value) => choices.some((choice) => choice(value));
    }
    const test = node(inner, `${where}.${key}`);
    return (value) => test(isRecord(value) ? value[key] : undefined);
  });
  const all: Test = (value) => tests.every((test) => test(value));
  return (value) => (Array.isArray(value) ? value.some(all) : all(value));
};

/**
 * Compiles a pattern of EventBridge, which is also the language of the filters of event source mappings.
 * @param where names the rule or mapping in the refusal
 * @throws Unsupported for an operator that is not known here
 */
export const compilePattern = (pattern: unknown, where: string): Matcher => node(pattern, where);
