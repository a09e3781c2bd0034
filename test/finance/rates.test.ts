import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decimalOf, ratioOf } from "../../domain/finance/decimal.ts";
import { publishedRates } from "../../domain/finance/rates.ts";
import { dayFrom, hired, newFinanceCompany } from "./company.ts";

const seed = 20_261_124;
const rateText = fc
  .tuple(fc.integer({ min: 1, max: 99_999 }), fc.integer({ min: 0, max: 9_999 }))
  .map(([whole, part]) => `${whole}.${String(part).padStart(4, "0")}`);

describe("published rates", () => {
  test("in a base are the tenant's over the other's, to ten digits after the point", () => {
    fc.assert(
      fc.property(rateText, rateText, (ron, usd) => {
        const [first, second] = publishedRates(
          {
            base: "EUR",
            rates: [
              { currency: "RON", day: "2026-11-23", rate: ron },
              { currency: "USD", day: "2026-11-23", rate: usd },
            ],
          },
          "RON",
        );
        expect(first?.currency).toBe("EUR");
        expect(ratioOf(first?.rate ?? "0").numerator * 10_000n).toBe(
          ratioOf(ron).numerator * ratioOf(first?.rate ?? "0").denominator,
        );
        const made = ratioOf(second?.rate ?? "0");
        const [own, other] = [ratioOf(ron), ratioOf(usd)];
        // |made - own / other| <= 1/2 of the last digit
        const off =
          made.numerator * other.numerator * own.denominator -
          own.numerator * other.denominator * made.denominator;
        const size = made.denominator * other.numerator * own.denominator;
        expect((off < 0n ? -off : off) * 2n * 10n ** 10n <= size).toBe(true);
      }),
      { seed, numRuns: 500 },
    );
  });

  test("of a tenant that has the base for its currency are turned round", () => {
    const rates = [
      { currency: "USD", day: "2026-11-23", rate: "1.0875" },
      { currency: "JPY", day: "2026-11-23", rate: "160" },
    ];
    expect(publishedRates({ base: "EUR", rates }, "EUR")).toEqual([
      { currency: "USD", day: "2026-11-23", rate: "0.9195402299" },
      { currency: "JPY", day: "2026-11-23", rate: "0.00625" },
    ]);
  });

  test("are texts of so many digits", () => {
    expect(decimalOf({ numerator: 1n, denominator: 3n }, 4)).toBe("0.3333");
    expect(decimalOf({ numerator: 2n, denominator: 3n }, 4)).toBe("0.6667");
    expect(decimalOf({ numerator: 300n, denominator: 3n }, 4)).toBe("100");
    expect(decimalOf({ numerator: 1n, denominator: 20_000n }, 4)).toBe("0.0001");
  });
});

describe("many rates at once", () => {
  test("are all there, come again without a change, and refuse what does not fit together", async () => {
    const company = await newFinanceCompany();
    const { call } = company;
    const list = (usd: string) => ({
      base: "EUR",
      rates: [
        { currency: "RON", day: "2026-11-20", rate: "4.97" },
        { currency: "USD", day: "2026-11-20", rate: "1.0875" },
        { currency: "RON", day: "2026-11-21", rate: "4.98" },
        { currency: "USD", day: "2026-11-21", rate: usd },
      ],
    });
    const first = await call.setExchangeRates({ body: list("1.09") });
    expect(first.changed).toBe(4);
    expect(first.rates.map(({ currency, day, rate }) => [currency, day, rate])).toEqual([
      ["EUR", "2026-11-20", "4.97"],
      ["USD", "2026-11-20", "4.5701149425"],
      ["EUR", "2026-11-21", "4.98"],
      ["USD", "2026-11-21", "4.5688073394"],
    ]);
    expect(await call.setExchangeRates({ body: list("1.09") })).toEqual({ ...first, changed: 0 });
    const second = await call.setExchangeRates({ body: list("1.1") });
    expect([second.changed, second.rates.map(({ version }) => version)]).toEqual([1, [1, 1, 1, 2]]);
    const day = await call.readExchangeRate({ params: { currency: "USD", day: "2026-11-22" } });
    expect(day).toMatchObject({ day: "2026-11-21", rate: "4.5272727273" });

    const refused = async (body: Parameters<typeof call.setExchangeRates>[0]["body"], code: string) => {
      await expect(call.setExchangeRates({ body })).rejects.toMatchObject({ status: 422, code });
    };
    const one = { currency: "USD", day: "2026-11-23", rate: "4.5" };
    await refused({ rates: [one, { ...one, rate: "4.6" }] }, "finance.rates-inconsistent");
    await refused({ rates: [{ ...one, currency: "RON" }] }, "finance.rate-own-currency");
    await refused({ base: "EUR", rates: [one] }, "finance.rates-inconsistent");
    await refused({ base: "USD", rates: [one] }, "finance.rates-inconsistent");
    const { items } = await call.listExchangeRates({ query: { currency: "USD" } });
    expect(items.map(({ day }) => day)).toEqual(["2026-11-21", "2026-11-20"]);

    const manager = await hired(company, "manager");
    await expect(manager.call.setExchangeRates({ body: { rates: [one] } })).rejects.toMatchObject({
      status: 403,
    });
  });

  test("take ninety of them in one write", async () => {
    const { call } = await newFinanceCompany();
    const rates = Array.from({ length: 45 }, (_, n) => dayFrom(-n)).flatMap((day, n) => [
      { currency: "EUR", day, rate: `4.${n + 1}1` },
      { currency: "USD", day, rate: `3.${n + 1}1` },
    ]);
    expect((await call.setExchangeRates({ body: { rates } })).changed).toBe(90);
    const page = await call.listExchangeRates({ query: { currency: "USD", limit: 200 } });
    expect(page.items).toHaveLength(45);
  });
});
