import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dateFormat, parseDay, parseInstant } from "../../domain/imports/dates.ts";
import type { DecimalFormat } from "../../domain/imports/decimals.ts";
import { Format } from "../../domain/imports/format.ts";
import { FieldMapping } from "../../domain/imports/mapping.ts";
import { parseValue } from "../../domain/imports/values.ts";
import { minorDigits } from "../../domain/kernel/currency.ts";

const seed = 20261123;

/** How an accountant writes an amount: from its digits, without arithmetic. */
const writeAmount = (units: number, scale: number, { decimal, thousands }: DecimalFormat): string => {
  const digits = String(Math.abs(units)).padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale).replace(/\B(?=(\d{3})+$)/g, thousands);
  return `${units < 0 ? "-" : ""}${whole}${scale > 0 ? decimal + digits.slice(digits.length - scale) : ""}`;
};

const formats: readonly DecimalFormat[] = [".", ","].flatMap((decimal) =>
  ["", ",", ".", " ", "'"]
    .filter((thousands) => thousands !== decimal)
    .map((thousands) => ({ decimal, thousands })),
) as DecimalFormat[];

const parsed = (text: string, field: object, format: object = {}) =>
  parseValue(text, FieldMapping.parse({ to: "x", from: "x", ...field }), Format.parse(format));

describe("money", () => {
  it("written in any format and currency is read back to the last minor unit", () => {
    fc.assert(
      fc.property(
        fc.maxSafeInteger(),
        fc.constantFrom(...formats),
        fc.constantFrom("EUR", "JPY", "KWD"),
        (units, format, currency) => {
          const text = writeAmount(units, minorDigits(currency), format);
          expect(parsed(text, { type: "money", currency }, format)).toEqual({
            value: units === 0 ? 0 : units,
          });
        },
      ),
      { seed, numRuns: 500 },
    );
  });

  it("in millions is multiplied exactly", () => {
    const field = { type: "money", currency: "USD", multiplyBy: 1_000_000 };
    expect(parsed("1100.04", field)).toEqual({ value: 110_004_000_000 });
    expect(parsed("0.000000005", field)).toEqual({
      reason: "has more than 2 digits after the decimal point",
    });
    expect(parsed("99999999999", field)).toEqual({ reason: "is beyond what can be counted exactly" });
  });

  it("is refused where it is not written as the format says", () => {
    const european = { decimal: ",", thousands: "." };
    for (const wrong of [
      "1.00",
      "1,5.00",
      "1.2345",
      "12.34,5",
      "1e5",
      "=1+1",
      "EUR 5",
      "--1",
      "0x10",
      "1,2,3",
      "",
      "٣",
    ])
      expect(parsed(wrong, { type: "money", currency: "EUR" }, european)).toHaveProperty("reason");
    expect(parsed("1.234,5", { type: "money", currency: "EUR" }, european)).toEqual({ value: 123_450 });
    expect(parsed("1,005", { type: "money", currency: "EUR" }, european)).toHaveProperty("reason");
    expect(
      parsed("1\u{A0}234,50", { type: "money", currency: "EUR" }, { decimal: ",", thousands: " " }),
    ).toEqual({ value: 123_450 });
    expect(parsed("\u{2212}3", { type: "integer" })).toEqual({ value: -3 });
  });
});

describe("a date", () => {
  it("in any format is the day that was written", () => {
    const writers: Record<string, (y: string, m: string, d: string) => string> = {
      "DD-MM-YYYY": (y, m, d) => `${d}-${m}-${y}`,
      YYYYMMDD: (y, m, d) => `${y}${m}${d}`,
      "D.M.YYYY": (y, m, d) => `${Number(d)}.${Number(m)}.${y}`,
      "MM/DD/YY": (y, m, d) => `${m}/${d}/${y.slice(2)}`,
      "YYYY-MM-DDTHH:mm:ss": (y, m, d) => `${y}-${m}-${d}T23:59:59`,
    };
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 36_000 }),
        fc.constantFrom(...Object.keys(writers)),
        (days, format) => {
          const day = new Date(Date.UTC(1970, 0, 1 + days)).toISOString().slice(0, 10);
          const [year = "", month = "", date = ""] = day.split("-");
          expect(
            parsed(writers[format]?.(year, month, date) ?? "", { type: "date" }, { date: format }),
          ).toEqual({ value: day });
        },
      ),
      { seed, numRuns: 500 },
    );
  });

  it("that is not in the calendar or not in the format is refused", () => {
    const format = dateFormat("DD-MM-YYYY");
    if (!format) throw new Error("the format is a good one");
    expect(parseDay("31-02-2017", format)).toEqual({ reason: "is not a day of the calendar" });
    expect(parseDay("29-02-2017", format)).toEqual({ reason: "is not a day of the calendar" });
    expect(parseDay("29-02-2016", format)).toEqual({ day: "2016-02-29" });
    expect(parseDay("01-01-0017", format)).toEqual({ reason: "has a year outside 1900 to 2200" });
    for (const wrong of ["1-2-2017", "2017-02-01", "01-02-2017 ", "01.02.2017", "=01-02-2017"])
      expect(parseDay(wrong, format)).toEqual({ reason: "is not written as DD-MM-YYYY" });
    for (const wrong of ["DD-MM", "YYYY-MM-DD-DD", "day MM YYYY", "", "YYYY"])
      expect(dateFormat(wrong)).toBeUndefined();
  });

  it("as an instant is the beginning of the day where the company is, also when clocks change", () => {
    const instant = (text: string, format: string, zone = "Europe/Bucharest") => {
      const written = dateFormat(format);
      return written && parseInstant(text, written, zone);
    };
    expect(instant("2017-01-15", "YYYY-MM-DD")).toEqual({ instant: "2017-01-14T22:00:00.000Z" });
    expect(instant("2017-07-15", "YYYY-MM-DD")).toEqual({ instant: "2017-07-14T21:00:00.000Z" });
    expect(instant("2017-03-26 03:30", "YYYY-MM-DD HH:mm")).toEqual({ instant: "2017-03-26T01:30:00.000Z" });
    expect(instant("2017-10-29 03:30", "YYYY-MM-DD HH:mm")).toEqual({ instant: "2017-10-29T00:30:00.000Z" });
    expect(instant("2017-01-15", "YYYY-MM-DD", "UTC")).toEqual({ instant: "2017-01-15T00:00:00.000Z" });
  });
});

describe("a text", () => {
  it("is taken as it stands, formulas included: nothing in a file is ever evaluated", () => {
    for (const formula of ['=HYPERLINK("http://x","y")', "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3"])
      expect(parsed(formula, {})).toEqual({ value: formula });
  });

  it("is limited to choices, split into a list, made a slug, as the mapping says", () => {
    expect(parsed("red", { oneOf: ["green"] })).toEqual({ reason: '"red" is none of: green' });
    expect(parsed("vip, new,,", { splitAt: "," })).toEqual({ value: ["vip", "new"] });
    expect(parsed("Mei-Mei Țuțu", { slug: true, suffix: "@maven.example" })).toEqual({
      value: "mei.mei.tutu@maven.example",
    });
    expect(parsed("Da", { type: "boolean" })).toEqual({ value: true });
    expect(parsed("perhaps", { type: "boolean" })).toHaveProperty("reason");
    expect(parsed("3.5", { type: "integer" })).toEqual({ reason: "is not a whole number" });
    expect(parsed("3.5", { type: "quantity", scale: 3 })).toEqual({ value: 3_500 });
    expect(parsed("3.25", { type: "number", multiplyBy: 100 })).toEqual({ value: 325 });
  });
});
