import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { totalled } from "../../domain/finance/lines.ts";
import { standardFinanceSettings } from "../../domain/finance/settings.ts";
import { billed } from "../../domain/orders/billing.ts";
import type { OrderLine } from "../../domain/orders/order.ts";
import { newProduct } from "../../domain/products/product.ts";
import { type Fraction, fraction, nearest, plus, times } from "../finance/fractions.ts";

const seed = 20_261_202;
const now = "2026-12-01T10:00:00.000Z";
const scales = [0, 1, 3];
const idOf = (scale: number) => `prd_${String(scale).padStart(26, "0")}`;
const products = new Map(
  scales.map((scale) => [
    idOf(scale),
    newProduct(
      { code: `P${scale}`, name: "P", unit: { name: "u", scale }, prices: [], active: true },
      idOf(scale),
      now,
    ),
  ]),
);
/** Tax rates in thousandths of a percent. */
const rates: Readonly<Record<string, number>> = { t0: 21_000, t1: 9_000, t2: 0, t3: 8_875 };
const settings = {
  ...standardFinanceSettings("RO", now),
  taxRates: Object.entries(rates).map(([id, rate]) => ({
    id,
    name: id,
    percent: String(rate / 1_000),
    active: true,
  })),
};

const someLine = fc.record({
  quantity: fc.integer({ min: 1, max: 5_000 }),
  scale: fc.constantFrom(...scales),
  unitPriceMinor: fc.integer({ min: 0, max: 20_000 }),
  taxId: fc.constantFrom("t0", "t0", "t1", "t2", "t3"),
  discountPercent: fc.constantFrom(0, 0, 0, 3, 50, 100),
  isAmount: fc.boolean(),
});
type SomeLine = typeof someLine extends fc.Arbitrary<infer L> ? L : never;

const orderOf = (lines: readonly SomeLine[], pricesIncludeTax: boolean) => {
  const inputs = lines.map(({ discountPercent, isAmount, scale, ...line }) => {
    const grossMinor = Math.floor((line.quantity * line.unitPriceMinor) / 10 ** scale);
    const amountMinor = Math.floor((grossMinor * discountPercent) / 100);
    const discount = isAmount ? { amountMinor } : { basisPoints: discountPercent * 100 };
    return { ...line, productId: idOf(scale), ...(discountPercent === 0 ? {} : { discount }) };
  });
  const around = { side: "sale", currency: "RON", pricesIncludeTax, day: "2026-12-01" } as const;
  const totals = totalled(inputs, { ...around, products, settings });
  const orderLines = totals.lines.map(
    (line, at): OrderLine => ({
      ...line,
      productId: inputs[at]?.productId ?? "",
      ...{ shippedQuantity: line.quantity, returnedQuantity: 0, invoicedQuantity: 0 },
      ...{ creditedQuantity: 0, cancelledQuantity: 0 },
    }),
  );
  return { ...totals, lines: orderLines, pricesIncludeTax };
};
type BilledOrder = ReturnType<typeof orderOf>;

const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);

/** The plain model: of each line the share of what was invoiced so far, of each tax rate the tax of these shares. */
const modelUpTo = ({ lines, pricesIncludeTax }: BilledOrder, quantities: readonly number[]) => {
  const share = (whole: number, at: number): bigint =>
    nearest(times(fraction(whole), fraction(quantities[at] ?? 0, lines[at]?.quantity ?? 1)));
  const amounts = lines.map(({ netMinor, totalMinor }, at) =>
    share(pricesIncludeTax ? totalMinor : netMinor, at),
  );
  const discounts = lines.map(({ discountMinor }, at) => share(discountMinor, at));
  const taxOf = (taxId: string): bigint => {
    const base = sum(amounts.filter((_, at) => lines[at]?.taxId === taxId));
    const rate = rates[taxId] ?? 0;
    return nearest(fraction(base * BigInt(rate), 100_000 + (pricesIncludeTax ? rate : 0)));
  };
  return { amounts, discounts, taxes: new Map(Object.keys(rates).map((taxId) => [taxId, taxOf(taxId)])) };
};

/** What discounts come to without tax, exactly. */
const withoutTax = ({ lines, pricesIncludeTax }: BilledOrder, discounts: readonly bigint[]): Fraction =>
  discounts
    .map((discount, at) => {
      const rate = pricesIncludeTax ? (rates[lines[at]?.taxId ?? ""] ?? 0) : 0;
      return fraction(discount * 100_000n, 100_000 + rate);
    })
    .reduce(plus, fraction(0));

const isWithin = (unit: bigint, whole: bigint, { over, under }: Fraction): boolean => {
  const off = whole * under - over;
  return off <= unit * under && off >= -unit * under;
};

describe("an order that is invoiced in parts", () => {
  test("splits gross, discount, net and tax on one path that ends at the whole", () => {
    const rounds = fc.array(fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 3, maxLength: 3 }), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(
        fc.array(someLine, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        rounds,
        (lines, includesTax, percents) => {
          let order = orderOf(lines, includesTax);
          const whole = order;
          const told = { netMinor: 0, taxMinor: 0, totalMinor: 0, discountMinor: 0 };
          for (const some of [...percents, [100, 100, 100]]) {
            const parts = order.lines.flatMap(({ quantity, invoicedQuantity }, line) => {
              const part = Math.floor(((quantity - invoicedQuantity) * (some[line] ?? 0)) / 100);
              return part > 0 ? [{ line, quantity: part }] : [];
            });
            if (parts.length === 0) continue;
            const invoice = billed(order, parts);
            const before = order.lines.map(({ invoicedQuantity }) => invoicedQuantity);
            const after = before.map(
              (quantity, at) => quantity + (parts.find(({ line }) => line === at)?.quantity ?? 0),
            );
            const [from, to] = [modelUpTo(order, before), modelUpTo(order, after)];
            const discounts = to.discounts.map((discount, at) => discount - (from.discounts[at] ?? 0n));
            expect(
              invoice.lines.map((line) => [
                BigInt(includesTax ? line.totalMinor : line.netMinor),
                BigInt(line.discountMinor),
              ]),
            ).toEqual(
              parts.map(({ line }) => [
                (to.amounts[line] ?? 0n) - (from.amounts[line] ?? 0n),
                discounts[line],
              ]),
            );
            for (const { taxId, taxMinor } of invoice.taxes)
              expect(BigInt(taxMinor)).toBe((to.taxes.get(taxId) ?? 0n) - (from.taxes.get(taxId) ?? 0n));
            // Where nobody gave a discount, none is posted.
            if (sum(discounts) === 0n) expect(invoice.discountMinor).toBe(0);
            expect(invoice.discountMinor).toBeGreaterThanOrEqual(0);
            expect(isWithin(3n, BigInt(invoice.discountMinor), withoutTax(order, discounts))).toBe(true);
            for (const name of ["netMinor", "taxMinor", "totalMinor", "discountMinor"] as const)
              told[name] += invoice[name];
            order = {
              ...order,
              lines: order.lines.map((line, at) => ({ ...line, invoicedQuantity: after[at] ?? 0 })),
            };
          }
          const { netMinor, taxMinor, totalMinor, discountMinor } = whole;
          expect(told).toEqual({ netMinor, taxMinor, totalMinor, discountMinor });
        },
      ),
      { seed, numRuns: 10_000 },
    );
  });
});
