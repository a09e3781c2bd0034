import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ageBuckets, aged, bucketOf } from "../../domain/finance/ageing.ts";
import { plainDecimal, ratioOf } from "../../domain/finance/decimal.ts";
import { totalled } from "../../domain/finance/lines.ts";
import { takeNumber } from "../../domain/finance/numbering.ts";
import { converted, rateOn } from "../../domain/finance/rates.ts";
import {
  changedFinanceSettings,
  type Series,
  standardFinanceSettings,
} from "../../domain/finance/settings.ts";
import { taxed } from "../../domain/finance/tax.ts";

const seed = 20_261_123;
const now = "2026-11-23T18:00:00.000Z";
const settings = standardFinanceSettings("RO", now);
const day = (n: number) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10);
const ratesOf = (rates: Record<string, string>) => ({
  tenantCurrency: "RON",
  day: "2026-11-23",
  rates: new Map(Object.entries(rates)),
});

describe("an exchange rate", () => {
  test("is that of the last day on or before the day asked for", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(60), { maxLength: 12 }), fc.nat(70), (days, asked) => {
        const rates = days.map((n) => ({ day: day(n), rate: String(n + 1) }));
        const best = Math.max(...days.filter((n) => n <= asked), -1);
        expect(rateOn(rates, day(asked))?.day).toBe(best < 0 ? undefined : day(best));
      }),
      { seed },
    );
  });

  test("rounds once, a half away from zero, whatever the digits of the currencies", () => {
    const rates = ratesOf({ EUR: "4.9765", JPY: "0.02912", KWD: "14.2", USD: "0.005" });
    expect(converted(10_000, "EUR", "RON", rates)).toBe(49_765);
    expect(converted(1, "USD", "RON", ratesOf({ USD: "0.5" }))).toBe(1);
    expect(converted(-1, "USD", "RON", ratesOf({ USD: "0.5" }))).toBe(-1);
    expect(converted(1_000, "JPY", "RON", rates)).toBe(2_912);
    expect(converted(1_000, "KWD", "RON", rates)).toBe(1_420);
    expect(converted(1_420, "RON", "KWD", rates)).toBe(1_000);
    expect(converted(100, "EUR", "JPY", rates)).toBe(171);
    expect(() => converted(100, "GBP", "RON", rates)).toThrow(/rate-missing/);
  });

  test("is exact where floating point is not", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -900_000_000_000, max: 900_000_000_000 }),
        fc.integer({ min: 1, max: 99_999_999 }),
        (amount, tenThousandths) => {
          const text = `${Math.floor(tenThousandths / 10_000)}.${String(tenThousandths % 10_000).padStart(4, "0")}`;
          const twice = 2n * BigInt(amount) * BigInt(tenThousandths);
          const result = BigInt(converted(amount, "EUR", "RON", ratesOf({ EUR: text })));
          const distance = 20_000n * result - twice;
          expect(distance <= 10_000n && distance >= -10_000n).toBe(true);
        },
      ),
      { seed },
    );
  });

  test("is the same number however it is written", () => {
    expect(plainDecimal("4.9700")).toBe("4.97");
    expect(plainDecimal("100")).toBe("100");
    expect(plainDecimal("5.000")).toBe("5");
    expect(ratioOf("0.050")).toEqual({ numerator: 50n, denominator: 1000n });
  });
});

const taxLine = fc.record({
  amountMinor: fc.nat(1_000_000),
  taxId: fc.constantFrom("standard", "reduced", "zero"),
});
const percents: Readonly<Record<string, string>> = { standard: "21", reduced: "8.875", zero: "0" };
const taxLines = fc
  .array(taxLine, { minLength: 1, maxLength: 30 })
  .map((lines) => lines.map((line) => ({ ...line, percent: percents[line.taxId] ?? "0" })));

describe("tax", () => {
  test("is that of the sum of each rate, and lines sum to it to the last unit", () => {
    fc.assert(
      fc.property(taxLines, fc.boolean(), (lines, included) => {
        const result = taxed(lines, included);
        for (const { taxId, percent, baseMinor, taxMinor } of result.taxes) {
          const own = result.lines.filter((_, at) => lines[at]?.taxId === taxId);
          expect(own.reduce((sum, line) => sum + line.taxMinor, 0)).toBe(taxMinor);
          expect(own.reduce((sum, line) => sum + line.netMinor, 0)).toBe(baseMinor);
          // Within half a unit of base × percent, in units of a ten-thousandth of a percent.
          const off =
            (BigInt(taxMinor) * 1_000_000n - BigInt(baseMinor) * BigInt(Number(percent) * 10_000)) * 2n;
          const allowed = included ? 1_300_000n : 1_000_000n;
          expect(off <= allowed && off >= -allowed).toBe(true);
        }
        for (const [at, line] of result.lines.entries()) {
          expect(line.netMinor + line.taxMinor).toBe(line.totalMinor);
          expect(included ? line.totalMinor : line.netMinor).toBe(lines[at]?.amountMinor);
        }
      }),
      { seed },
    );
  });

  test("of three lines of 0.33 at 21 percent is that of 0.99", () => {
    const line = { amountMinor: 33, taxId: "standard", percent: "21" };
    expect(taxed([line, line, line], false)).toEqual({
      taxes: [{ taxId: "standard", percent: "21", baseMinor: 99, taxMinor: 21 }],
      lines: [7, 7, 7].map((taxMinor) => ({ netMinor: 33, taxMinor, totalMinor: 33 + taxMinor })),
    });
  });
});

describe("the lines of a document", () => {
  const around = {
    side: "sale",
    currency: "RON",
    pricesIncludeTax: false,
    day: "2026-11-23",
    products: new Map(),
    settings,
  } as const;

  test("carry discount and tax, and sum to its totals", () => {
    const totals = totalled(
      [
        {
          description: "Flour",
          quantity: 1_500,
          scale: 3,
          unitPriceMinor: 450,
          discount: { basisPoints: 1_000 },
        },
        { description: "Bread", quantity: 3, unitPriceMinor: 333, taxId: "reduced" },
      ],
      around,
    );
    expect(
      totals.lines.map(({ netMinor, discountMinor, taxMinor }) => [netMinor, discountMinor, taxMinor]),
    ).toEqual([
      [608, 67, 128],
      [999, 0, 110],
    ]);
    expect(totals).toMatchObject({ netMinor: 1_607, taxMinor: 238, totalMinor: 1_845, discountMinor: 67 });
  });

  test("with prices that include tax come to the prices", () => {
    const totals = totalled(
      [{ description: "Bread", quantity: 1, unitPriceMinor: 12_100, discount: { amountMinor: 1_210 } }],
      { ...around, pricesIncludeTax: true },
    );
    expect(totals).toMatchObject({
      netMinor: 9_000,
      taxMinor: 1_890,
      totalMinor: 10_890,
      discountMinor: 1_000,
    });
  });

  test("name all that is wrong with them at once", () => {
    expect(() =>
      totalled(
        [
          { quantity: 1, unitPriceMinor: 1 },
          { description: "x", quantity: 1 },
          { description: "x", quantity: 1, unitPriceMinor: 1, taxId: "none", costAccount: "other-cost" },
        ],
        around,
      ),
    ).toThrow(
      expect.objectContaining({
        code: "invoice.line-invalid",
        fields: [
          { pointer: "/lines/0/description", reason: expect.any(String) },
          { pointer: "/lines/1/unitPriceMinor", reason: expect.any(String) },
          { pointer: "/lines/2/costAccount", reason: expect.any(String) },
          { pointer: "/lines/2/taxId", reason: expect.any(String) },
        ],
      }),
    );
  });
});

describe("numbers of a series", () => {
  const series: Series = { code: "INV", kind: "invoice", yearly: true, digits: 4, active: true };

  test("follow one another, and begin anew with the year where the series says so", () => {
    const first = takeNumber(series, "2026-12-31", undefined);
    const second = takeNumber(series, "2026-12-31", first.count);
    expect([first.number, second.number]).toEqual(["INV-2026-0001", "INV-2026-0002"]);
    expect(takeNumber(series, "2027-01-01", undefined).number).toBe("INV-2027-0001");
    expect(takeNumber({ ...series, yearly: false }, "2027-01-01", second.count).number).toBe("INV-0003");
    expect(second.count).toMatchObject({ version: 2, taken: 2 });
  });

  test("follow the days of their documents, and name the last where one would not", () => {
    const first = takeNumber(series, "2026-11-20", undefined);
    expect(takeNumber(series, "2026-11-20", first.count).number).toBe("INV-2026-0002");
    expect(() => takeNumber(series, "2026-11-19", first.count)).toThrow(
      expect.objectContaining({
        code: "series.day-before-last",
        detail: expect.stringContaining("INV-2026-0001 of 2026-11-20; the document is dated 2026-11-19"),
        fields: [{ pointer: "/issuedOn", reason: "lies before 2026-11-20" }],
      }),
    );
  });

  test("of a series that allows it are taken for earlier days, and the latest day stays", () => {
    const first = takeNumber(series, "2026-11-20", undefined);
    const second = takeNumber({ ...series, allowsEarlierDays: true }, "2026-11-01", first.count);
    expect(second.number).toBe("INV-2026-0002");
    expect(second.count.latest).toEqual({ number: "INV-2026-0001", day: "2026-11-20" });
    expect(() => takeNumber(series, "2026-11-19", second.count)).toThrow(/2026-11-20/);
  });

  test("counted before days were kept in order go on with any day", () => {
    const { latest: _, ...old } = takeNumber(series, "2026-11-20", undefined).count;
    const next = takeNumber(series, "2026-11-01", old);
    expect(next.count).toMatchObject({ taken: 2, latest: { number: "INV-2026-0002", day: "2026-11-01" } });
  });
});

describe("settings", () => {
  const { version: _, updatedAt: _at, ...same } = settings;

  test("that change take the next version", () => {
    expect(changedFinanceSettings(settings, { ...same, paymentDays: 14 }, now)).toEqual({
      ...settings,
      version: 2,
      paymentDays: 14,
    });
  });

  test("never lose a rate or a series, nor change what documents were made with", () => {
    const [first, ...others] = same.taxRates;
    if (!first) throw new Error("no rates");
    const wrong = {
      ...same,
      taxRates: [{ ...first, percent: "19" }, ...others, ...others.slice(0, 1)],
      standardTaxId: "gone",
      series: same.series.slice(1).map((one) => ({ ...one, yearly: false })),
    };
    expect(() => changedFinanceSettings(settings, wrong, now)).toThrow(
      expect.objectContaining({
        code: "finance.settings-inconsistent",
        fields: [
          { pointer: "/taxRates/3/id", reason: "stands twice" },
          { pointer: "/taxRates/0/percent", reason: expect.stringContaining("21") },
          { pointer: "/series", reason: expect.stringContaining("INV") },
          { pointer: "/series/0", reason: expect.any(String) },
          { pointer: "/standardTaxId", reason: expect.any(String) },
        ],
      }),
    );
  });
});

describe("ageing", () => {
  test("puts the days past due into buckets, each with its last day", () => {
    const due = "2026-03-01";
    const on = (n: number) => bucketOf(due, day(59 + n));
    expect([-5, 0, 1, 30, 31, 60, 61, 90, 91].map(on)).toEqual([
      "current",
      "current",
      "days1To30",
      "days1To30",
      "days31To60",
      "days31To60",
      "days61To90",
      "days61To90",
      "over90",
    ]);
  });

  test("loses nothing of what is open, in either currency", () => {
    const item = fc.record({
      kind: fc.constant("claim" as const),
      currency: fc.constantFrom("EUR", "RON"),
      dueOn: fc.nat(300).map(day),
      openMinor: fc.nat(100_000),
      openBookMinor: fc.nat(500_000),
    });
    fc.assert(
      fc.property(fc.array(item, { maxLength: 40 }), (items) => {
        for (const row of aged(items, day(200))) {
          const own = items.filter(({ currency }) => currency === row.currency);
          expect(row.documents).toBe(own.length);
          expect(row.openMinor).toBe(own.reduce((sum, one) => sum + one.openMinor, 0));
          expect(row.book.openMinor).toBe(own.reduce((sum, one) => sum + one.openBookMinor, 0));
          expect(ageBuckets.reduce((sum, bucket) => sum + row[bucket], 0)).toBe(row.openMinor);
        }
      }),
      { seed },
    );
  });
});
