import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Item } from "../../../functions/kit/table/item.ts";

/**
 * DynamoDB's expressions as far as the kit writes any: conditions, updates by SET, ADD and REMOVE, and the conditions
 * of keys, which have the form of conditions. A text is taken apart once.
 */
export interface Given {
  readonly names?: Readonly<Record<string, string>> | undefined;
  readonly values?: Readonly<Record<string, AttributeValue>> | undefined;
}

export class ValidationException extends Error {
  override readonly name = "ValidationException";
}

type Operand = (item: Item | undefined, given: Given) => AttributeValue | undefined;
type Test = (item: Item | undefined, given: Given) => boolean;
type Assign = (old: Item | undefined, given: Given, to: Item) => void;

const lexed = (text: string): string[] =>
  text.match(/[#:]?[A-Za-z_][A-Za-z0-9_]*|<>|<=|>=|[=<>(),+-]/g) ?? [];

class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = lexed(text);
  }

  get next(): string {
    return this.#tokens[this.#at] ?? "";
  }
  take(): string {
    const token = this.next;
    if (token === "") throw new ValidationException("the expression ends too early");
    this.#at += 1;
    return token;
  }
  takes(token: string): boolean {
    if (this.next.toUpperCase() !== token) return false;
    this.#at += 1;
    return true;
  }
  needs(token: string): void {
    if (!this.takes(token)) throw new ValidationException(`${token} instead of ${this.next}`);
  }
  ends(): void {
    if (this.next !== "") throw new ValidationException(`${this.next} is too much`);
  }
}

const attributeOf =
  (token: string) =>
  ({ names }: Given): string => {
    if (!token.startsWith("#")) return token;
    const name = names?.[token];
    if (name === undefined) throw new ValidationException(`${token} is no name`);
    return name;
  };

const numberOf = (value: AttributeValue | undefined): bigint => {
  if (value?.N === undefined) throw new ValidationException("an operand is no number");
  return BigInt(value.N);
};

const compared = (a: AttributeValue, b: AttributeValue): number | undefined => {
  if (a.N !== undefined && b.N !== undefined) {
    const [left, right] = [numberOf(a), numberOf(b)];
    return left < right ? -1 : left > right ? 1 : 0;
  }
  // By characters, as long as nobody uses any beyond U+FFFF.
  if (a.S !== undefined && b.S !== undefined) return a.S < b.S ? -1 : a.S > b.S ? 1 : 0;
  if (a.BOOL !== undefined && b.BOOL !== undefined) return a.BOOL === b.BOOL ? 0 : undefined;
  return undefined;
};

const operand = (reader: Reader): Operand => {
  const token = reader.take();
  if (token.startsWith(":"))
    return (_item, { values }) => {
      const value = values?.[token];
      if (!value) throw new ValidationException(`${token} is no value`);
      return value;
    };
  if (token === "if_not_exists" && reader.takes("(")) {
    const name = attributeOf(reader.take());
    reader.needs(",");
    const otherwise = operand(reader);
    reader.needs(")");
    return (item, given) => item?.[name(given)] ?? otherwise(item, given);
  }
  const name = attributeOf(token);
  return (item, given) => item?.[name(given)];
};

const comparisons: Readonly<Record<string, (order: number) => boolean>> = {
  "=": (order) => order === 0,
  "<>": (order) => order !== 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

const simple = (reader: Reader): Test => {
  if (reader.takes("(")) {
    const inner = either(reader);
    reader.needs(")");
    return inner;
  }
  const exists = reader.next;
  if (exists === "attribute_exists" || exists === "attribute_not_exists") {
    reader.take();
    reader.needs("(");
    const name = attributeOf(reader.take());
    reader.needs(")");
    return (item, given) => (item?.[name(given)] !== undefined) === (exists === "attribute_exists");
  }
  if (reader.next === "begins_with") {
    reader.take();
    reader.needs("(");
    const whole = operand(reader);
    reader.needs(",");
    const start = operand(reader);
    reader.needs(")");
    return (item, given) => whole(item, given)?.S?.startsWith(start(item, given)?.S ?? "") ?? false;
  }
  const left = operand(reader);
  if (reader.takes("BETWEEN")) {
    const from = operand(reader);
    reader.needs("AND");
    const to = operand(reader);
    return (item, given) => {
      const [value, least, most] = [left(item, given), from(item, given), to(item, given)];
      if (!value || !least || !most) return false;
      return (compared(value, least) ?? -1) >= 0 && (compared(value, most) ?? 1) <= 0;
    };
  }
  const comparison = reader.take();
  const fits = comparisons[comparison];
  if (!fits) throw new ValidationException("there is no such comparison");
  const right = operand(reader);
  return (item, given) => {
    const [a, b] = [left(item, given), right(item, given)];
    const order = a && b ? compared(a, b) : undefined;
    // What is not there differs from everything.
    return order === undefined ? comparison === "<>" : fits(order);
  };
};

const both = (reader: Reader): Test => {
  const tests = [simple(reader)];
  while (reader.takes("AND")) tests.push(simple(reader));
  return (item, given) => tests.every((one) => one(item, given));
};

const either = (reader: Reader): Test => {
  const tests = [both(reader)];
  while (reader.takes("OR")) tests.push(both(reader));
  return (item, given) => tests.some((one) => one(item, given));
};

const sum = (reader: Reader): Operand => {
  const left = operand(reader);
  const sign = reader.takes("+") ? 1n : reader.takes("-") ? -1n : 0n;
  if (sign === 0n) return left;
  const right = operand(reader);
  return (item, given) => ({
    N: String(numberOf(left(item, given)) + sign * numberOf(right(item, given))),
  });
};

const assignOf = (section: string, reader: Reader): Assign => {
  const name = attributeOf(reader.take());
  if (section === "REMOVE") return (_old, given, to) => void delete to[name(given)];
  if (section === "SET") reader.needs("=");
  const value = section === "SET" ? sum(reader) : operand(reader);
  return (old, given, to) => {
    const [attribute, given_] = [name(given), value(old, given)];
    if (!given_) throw new ValidationException(`${attribute} is set to nothing`);
    to[attribute] =
      section === "SET" ? given_ : { N: String(numberOf(old?.[attribute] ?? { N: "0" }) + numberOf(given_)) };
  };
};

const assignments = (text: string): Assign => {
  const reader = new Reader(text);
  const all: Assign[] = [];
  while (reader.next !== "") {
    const section = reader.take().toUpperCase();
    if (!["SET", "ADD", "REMOVE"].includes(section)) throw new ValidationException(`${section} is no update`);
    do all.push(assignOf(section, reader));
    while (reader.takes(","));
  }
  return (old, given, to) => {
    for (const assign of all) assign(old, given, to);
  };
};

const remembered = <T>(make: (text: string) => T): ((text: string) => T) => {
  const made = new Map<string, T>();
  return (text) => {
    const there = made.get(text) ?? make(text);
    if (made.size > 10_000) made.clear();
    made.set(text, there);
    return there;
  };
};

/** A condition, to be held against an item. */
export const conditionOf = remembered((text): Test => {
  const reader = new Reader(text);
  const test = either(reader);
  reader.ends();
  return test;
});

/** An update: writes into `to` what becomes of `old`. */
export const updateOf = remembered(assignments);

const tokensOf = remembered((texts) => new Set(lexed(texts)));

/** DynamoDB refuses names and values that no expression uses. */
export const checkUsed = (
  texts: readonly (string | undefined)[],
  { names = {}, values = {} }: Given,
): void => {
  const tokens = tokensOf(texts.join(" "));
  for (const name of [...Object.keys(names), ...Object.keys(values)])
    if (!tokens.has(name)) throw new ValidationException(`${name} is not used`);
};
