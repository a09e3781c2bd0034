import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type MappingInput, parseMapping } from "../../domain/imports/mapping.ts";
import {
  bodyOf,
  faultOfField,
  faultOfReference,
  type RowOutcome,
  rowMapper,
} from "../../domain/imports/row.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { readText } from "./files.ts";

const outcomes = (text: string, mapping: MappingInput): RowOutcome[] => {
  const parsed = parseMapping(mapping);
  const { rows, shape } = readText(text, parsed.format);
  if (!shape) throw new Error("the file has no header");
  const map = rowMapper(parsed, shape.header);
  return rows.flatMap((row) => ("cells" in row ? [map(row)] : []));
};
const bodies = (text: string, mapping: MappingInput) =>
  outcomes(text, mapping).map((outcome) =>
    outcome.kind === "draft" ? bodyOf(outcome.draft, new Map()).body : outcome,
  );

const failureOf = (run: () => unknown): Failure => {
  try {
    run();
  } catch (error) {
    if (error instanceof Failure) return error;
  }
  throw new Error("there was no failure");
};

const contacts: MappingInput = {
  entity: "clients",
  identifiedBy: ["name"],
  fields: [
    { to: "name", from: "name", required: true },
    { to: "contacts[0].name", from: ["first", "last"] },
    { to: "contacts[0].phones[0]", from: "office" },
    { to: "contacts[0].phones[1]", from: "mobile" },
    { to: "contacts[0].roles", constant: ["decider"] },
    {
      to: "fields.sector",
      from: "sector",
      aliases: { technolgy: "technology", "n/a": "" },
      default: "other",
    },
  ],
};
const header = "name,first,last,office,mobile,sector\n";

describe("a row", () => {
  it("becomes the body that the API takes, with lists closed up and empty cells left out", () => {
    expect(
      bodies(`${header} Acme , Ana,Pop,0211,0722,technolgy\nBeta,,Ion,,0733,\nGama,,,,,n/a\n`, contacts),
    ).toEqual([
      {
        name: "Acme",
        contacts: [{ name: "Ana Pop", phones: ["0211", "0722"], roles: ["decider"] }],
        fields: { sector: "technology" },
      },
      {
        name: "Beta",
        contacts: [{ name: "Ion", phones: ["0733"], roles: ["decider"] }],
        fields: { sector: "other" },
      },
      { name: "Gama", fields: { sector: "other" } },
    ]);
  });

  it("is reported with each of its faults, by line, column, value and reason, and does not stop the others", () => {
    const mapping: MappingInput = {
      entity: "products",
      format: { date: "DD-MM-YYYY", currency: "USD" },
      identifiedBy: ["code"],
      fields: [
        { to: "code", from: "code", required: true },
        { to: "priceMinor", from: "price", type: "money" },
        { to: "validFrom", from: "from", type: "date" },
      ],
    };
    const [good, bad, nameless, last] = outcomes(
      "code,price,from\nA,5,01-02-2017\nB,five,31-02-2017\n,1,\nC,7.25,\n",
      mapping,
    );
    expect(good).toMatchObject({ kind: "draft", draft: { line: 2, identity: ["A"] } });
    expect(bad).toEqual({
      kind: "faulty",
      line: 3,
      faults: [
        {
          line: 3,
          column: "price",
          value: "five",
          reason: "is not a number written with . before decimals and nothing between thousands",
        },
        { line: 3, column: "from", value: "31-02-2017", reason: "is not a day of the calendar" },
      ],
    });
    expect(nameless).toMatchObject({
      kind: "faulty",
      line: 4,
      faults: [{ reason: "is empty and has to identify the row" }, { column: "code" }],
    });
    expect(last).toMatchObject({ kind: "draft", draft: { line: 5 } });
  });

  it("with any one cell broken is the only one reported", () => {
    const mapping: MappingInput = {
      entity: "products",
      format: { currency: "EUR" },
      identifiedBy: ["code"],
      fields: [
        { to: "code", from: "code", required: true },
        { to: "priceMinor", from: "price", type: "money" },
      ],
    };
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat()), { minLength: 1, maxLength: 50 }), (prices) => {
        const text = `code,price\n${prices.map((price, at) => `c${at},${price ?? "?"}\n`).join("")}`;
        const result = outcomes(text, mapping);
        expect(result.map(({ kind }) => kind)).toEqual(
          prices.map((price) => (price === null ? "faulty" : "draft")),
        );
      }),
      { seed: 20261123, numRuns: 100 },
    );
  });

  it("may be left out, and a field may be set for some rows only", () => {
    const mapping: MappingInput = {
      entity: "deals",
      identifiedBy: ["id"],
      leaveOut: [{ column: "stage", in: ["Test"] }],
      fields: [
        { to: "name", from: "id" },
        { to: "outcome", constant: "won", when: [{ column: "stage", in: ["Won"] }] },
        { to: "outcome", constant: "lost", when: [{ column: "stage", in: ["Lost"] }] },
        { to: "closedAt", from: "closed", type: "instant", when: [{ column: "closed", notIn: [""] }] },
      ],
    };
    expect(bodies("id,stage,closed\n1,Won,2017-01-02\n2,Test,\n3,Lost,\n4,Open,\n", mapping)).toEqual([
      { name: "1", outcome: "won", closedAt: "2017-01-02T00:00:00.000Z" },
      { kind: "left-out", line: 3 },
      { name: "3", outcome: "lost" },
      { name: "4" },
    ]);
  });

  it("says which records it names, and takes their ids when they are found", () => {
    const [outcome] = outcomes("deal,product,owner\n1,GTXPro,Ana  Pop\n", {
      entity: "deals",
      identifiedBy: ["deal"],
      fields: [
        { to: "name", from: "deal" },
        {
          to: "items[0].productId",
          from: "product",
          aliases: { GTXPro: "GTX Pro" },
          lookup: { entity: "products", by: "identity" },
        },
        { to: "items[0].quantity", constant: 1 },
        { to: "ownerId", from: "owner", lookup: { entity: "members", by: "name" } },
      ],
    });
    if (outcome?.kind !== "draft") throw new Error("the row is right");
    const { draft } = outcome;
    expect(draft.references.map(({ key }) => key)).toEqual([["GTX Pro"], ["Ana Pop"]]);
    const [product, owner] = draft.references;
    if (!product || !owner) throw new Error("there are two references");
    const { body, origins } = bodyOf(draft, new Map([[product, "prd_1"]]));
    expect(body).toEqual({ name: "1", items: [{ productId: "prd_1", quantity: 1 }] });
    expect(faultOfReference(draft.line, owner, 0)).toEqual({
      line: 2,
      column: "owner",
      value: "Ana  Pop",
      reason: "names none of the members by name",
    });
    expect(
      faultOfField(draft.line, { pointer: "/items/0/productId", reason: "is not active" }, origins),
    ).toEqual({
      line: 2,
      column: "product",
      value: "GTXPro",
      reason: "is not active",
    });
    expect(faultOfField(draft.line, { pointer: "/items", reason: "too many" }, origins)).toMatchObject({
      column: "product",
    });
  });
});

describe("a mapping", () => {
  it("that is wrong is refused with a pointer to each fault", () => {
    const failure = failureOf(() =>
      parseMapping({
        entity: "planets",
        format: { decimal: ",", thousands: ",", date: "tomorrow", timeZone: "Mars/North" },
        identifiedBy: [],
        fields: [{ to: "a..b", from: "x" }, { to: "y" }, { to: "z", from: "x", colour: 1 }],
      }),
    );
    expect(failure.code).toBe("import.mapping-invalid");
    expect(failure.fields.map(({ pointer }) => pointer)).toEqual(
      expect.arrayContaining([
        "/entity",
        "/format/date",
        "/format/timeZone",
        "/identifiedBy",
        "/fields/0/to",
        "/fields/1/from",
        "/fields/2",
      ]),
    );
  });

  it("that sets one place twice, or as value and object, or money without currency, is refused", () => {
    const wrong = (fields: MappingInput["fields"]) =>
      failureOf(() => parseMapping({ entity: "clients", identifiedBy: ["a"], fields })).fields.map(
        ({ pointer }) => pointer,
      );
    expect(
      wrong([
        { to: "a", from: "a" },
        { to: "a", from: "b" },
      ]),
    ).toEqual(["/fields/1/to"]);
    expect(
      wrong([
        { to: "a", from: "a" },
        { to: "a.b", from: "b" },
      ]),
    ).toEqual(["/fields/1/to"]);
    expect(
      wrong([
        { to: "a[0]", from: "a" },
        { to: "a.b", from: "b" },
      ]),
    ).toEqual(["/fields/1/to"]);
    expect(wrong([{ to: "a", from: "a", type: "money" }])).toEqual(["/fields/0/currency"]);
  });

  it("cannot reach into what objects are made of", () => {
    for (const to of ["__proto__.admin", "constructor.prototype.x", "a.prototype", "a[99]", "a[0", ".a"])
      expect(() =>
        parseMapping({ entity: "clients", identifiedBy: ["a"], fields: [{ to, from: "a" }] }),
      ).toThrow("mapping-invalid");
  });

  it("that names columns the file does not have, or has twice, is refused by pointer", () => {
    const failure = failureOf(() =>
      outcomes("name,phone,phone\nx,1,2\n", {
        entity: "clients",
        identifiedBy: ["nume"],
        fields: [
          { to: "name", from: "name" },
          { to: "phones[0]", from: "phone" },
        ],
      }),
    );
    expect(failure.code).toBe("import.column-missing");
    expect(failure.fields).toEqual([
      { pointer: "/identifiedBy/0", reason: "the file has no column nume" },
      { pointer: "/fields/1/from", reason: "the file has several columns phone" },
    ]);
  });
});
