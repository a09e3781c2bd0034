import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FieldDeclaration } from "../../domain/fields/field.ts";
import {
  changedFieldValues,
  checkDeclarations,
  checkFieldValues,
  type FieldChanges,
  mostFieldCharacters,
} from "../../domain/fields/values.ts";

const declare = (key: string, type: FieldDeclaration["type"], more: Partial<FieldDeclaration> = {}) =>
  ({ key, label: key, type, required: false, ...more }) satisfies FieldDeclaration;

const declarations: FieldDeclaration[] = [
  declare("industry", "choice", { choices: ["retail", "medical"], required: true }),
  declare("founded", "number"),
  declare("remark", "text"),
  declare("since", "date"),
  declare("markets", "multiple-choice", { choices: ["RO", "MD", "BG"] }),
  declare("broker", "reference", { references: "client" }),
];
const broker = "cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5D";

describe("additional fields", () => {
  test("values of the declared types are taken, trimmed and without repetitions", () => {
    const { values, faults, references } = checkFieldValues(declarations, {
      industry: " retail ",
      founded: 1996,
      remark: "  by train ",
      since: "2024-02-29",
      markets: ["RO", "MD", "RO"],
      broker,
    });
    expect(faults).toEqual([]);
    expect(values).toEqual({
      industry: "retail",
      founded: 1996,
      remark: "by train",
      since: "2024-02-29",
      markets: ["RO", "MD"],
      broker,
    });
    expect(references).toEqual([{ pointer: "/fields/broker", kind: "client", id: broker }]);
  });

  test("every fault is named with its place", () => {
    const { faults } = checkFieldValues(
      declarations,
      {
        founded: "1996",
        since: "2023-02-29",
        markets: ["RO", "US"],
        broker: "mem_1",
        colour: "red",
        "a/b": "x",
      },
      { pointer: "/contacts/3/fields" },
    );
    expect(faults.map(({ pointer }) => pointer).sort()).toEqual([
      "/contacts/3/fields/a~1b",
      "/contacts/3/fields/broker",
      "/contacts/3/fields/colour",
      "/contacts/3/fields/founded",
      "/contacts/3/fields/industry",
      "/contacts/3/fields/markets",
      "/contacts/3/fields/since",
    ]);
  });

  test.each([[{}], [{ industry: "" }], [{ industry: "  " }], [{ industry: null }]])(
    "a required field may not be left out: %j",
    (given: FieldChanges) => {
      expect(checkFieldValues(declarations, given).faults).toEqual([
        { pointer: "/fields/industry", reason: "is required" },
      ]);
    },
  );

  test("a change may leave a required field unnamed, but not take it away", () => {
    expect(checkFieldValues(declarations, { founded: 1 }, { partial: true }).faults).toEqual([]);
    expect(checkFieldValues(declarations, { industry: null }, { partial: true }).faults).toHaveLength(1);
  });

  test("a change touches what it names and nothing else", () => {
    const before = { industry: "retail", founded: 1996, gone: "of a field that is declared no more" };
    expect(changedFieldValues(declarations, before, { founded: null, remark: "new" }).values).toEqual({
      industry: "retail",
      gone: "of a field that is declared no more",
      remark: "new",
    });
  });

  test.each([[Number.MAX_VALUE], [1e-120], [-1e300]])("%d is not a number that can be kept", (founded) => {
    expect(checkFieldValues(declarations, { founded }, { partial: true }).faults).toHaveLength(1);
  });

  test("all fields together have an end, also after many changes", () => {
    const many = Array.from({ length: 10 }, (_, n) => declare(`text${n}`, "text"));
    const long = "x".repeat(3900);
    let values = {};
    let refused = 0;
    for (const { key } of many) {
      const checked = changedFieldValues(many, values, { [key]: long });
      if (checked.faults.length > 0) refused++;
      else values = checked.values;
      expect(JSON.stringify(values).length).toBeLessThanOrEqual(mostFieldCharacters);
    }
    expect(refused).toBe(5);
  });

  test("whatever comes, what is taken is declared, of its type, and taken again as it is", () => {
    const anything = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.double(),
      fc.constantFrom("retail", "2026-11-23", broker, "__proto__"),
      fc.array(fc.constantFrom("RO", "MD", "x"), { maxLength: 4 }),
      fc.constant(null),
    );
    const keys = fc.constantFrom(...declarations.map(({ key }) => key), "colour", "constructor", "toString");
    fc.assert(
      fc.property(fc.dictionary(keys, anything), (given) => {
        const { values, faults } = checkFieldValues(declarations, given, { partial: true });
        const declared = new Set(declarations.map(({ key }) => key));
        expect(Object.keys(values).every((key) => declared.has(key))).toBe(true);
        const again = checkFieldValues(declarations, values, { partial: true });
        expect(again.faults).toEqual([]);
        expect(again.values).toEqual(values);
        const named = Object.keys(given).filter((key) => !declared.has(key));
        for (const key of named) expect(faults.map(({ pointer }) => pointer)).toContain(`/fields/${key}`);
      }),
      { seed: 20261123, numRuns: 500 },
    );
  });
});

test("declarations that contradict themselves are named with their place", () => {
  expect(checkDeclarations(declarations, "/fields/client")).toEqual([]);
  const wrong = [
    declare("one", "choice"),
    declare("one", "text", { choices: ["a"] }),
    declare("two", "reference"),
    declare("three", "number", { references: "deal" }),
    declare("four", "multiple-choice", { choices: ["a", "a"] }),
  ];
  expect(checkDeclarations(wrong, "/fields/client").map(({ pointer }) => pointer)).toEqual([
    "/fields/client/0/choices",
    "/fields/client/1/key",
    "/fields/client/1/choices",
    "/fields/client/2/references",
    "/fields/client/3/references",
    "/fields/client/4/choices",
  ]);
});
