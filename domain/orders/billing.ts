import type { CreditLineInput } from "../finance/credit.ts";
import { between } from "../finance/crediting.ts";
import type { Invoice } from "../finance/invoice.ts";
import { Line, type Totals } from "../finance/lines.ts";
import { type TaxSum, taxed } from "../finance/tax.ts";
import { allocate, dividedHalfAwayFromZero, exactNumber, sumMinor } from "../kernel/money.ts";
import { smallestUnitsPerUnit } from "../kernel/quantity.ts";
import type { Order, OrderLine, Part } from "./order.ts";
import type { CreditedPart } from "./returning.ts";

type Billed = Pick<Order, "lines" | "pricesIncludeTax">;
type UpTo = (line: OrderLine, at: number) => number;

/** What a line comes to in the terms of its price: with tax where that includes it. */
const amountOf = ({ pricesIncludeTax }: Billed, line: OrderLine): number =>
  pricesIncludeTax ? line.totalMinor : line.netMinor;

/** What of the order so much of each line comes to, with its taxes: at the whole lines it is the order. */
const taxedUpTo = (order: Billed, upTo: UpTo) =>
  taxed(
    order.lines.map((line, at) => ({
      amountMinor: between(amountOf(order, line), 0, upTo(line, at), line.quantity),
      taxId: line.taxId,
      percent: line.percent,
    })),
    order.pricesIncludeTax,
  );

/** What so much of each line comes to, line by line, with tax and without. */
export const linesUpTo = (order: Billed, upTo: UpTo) => taxedUpTo(order, upTo).lines;

/** What of the order so much of each line comes to without tax. Never less for more. */
export const netUpTo = (order: Billed, upTo: UpTo): number =>
  sumMinor(linesUpTo(order, upTo).map(({ netMinor }) => netMinor));

/** Before discounts, in the terms of the price, of so much of a line from its beginning. */
const grossUpTo = ({ unitPriceMinor, scale }: OrderLine, quantity: number): number =>
  exactNumber(
    dividedHalfAwayFromZero(BigInt(unitPriceMinor) * BigInt(quantity), smallestUnitsPerUnit(scale)),
  );

interface BilledPart {
  readonly line: OrderLine;
  readonly quantity: number;
  readonly amountMinor: number;
  readonly discountMinor: number;
}

const partOf = (order: Billed, { line: at, quantity }: Part): BilledPart[] => {
  const line = order.lines[at];
  if (!line) return [];
  const [from, to] = [line.invoicedQuantity, line.invoicedQuantity + quantity];
  const amountMinor = between(amountOf(order, line), from, to, line.quantity);
  const grossMinor = grossUpTo(line, to) - grossUpTo(line, from);
  return [{ line, quantity, amountMinor, discountMinor: Math.max(0, grossMinor - amountMinor) }];
};

/** What the order's line says of itself, as a line of an invoice that holds a part of it. */
const lineOf =
  ({ line, quantity, amountMinor, discountMinor }: BilledPart, includesTax: boolean) =>
  (taxMinor: number): Line => {
    const { discount, ...whole } = Line.parse(line);
    const netMinor = includesTax ? amountMinor - taxMinor : amountMinor;
    const share = discount && "amountMinor" in discount ? { amountMinor: discountMinor } : discount;
    return {
      ...whole,
      ...(share === undefined ? {} : { discount: share }),
      ...{ quantity, discountMinor, netMinor, taxMinor, totalMinor: netMinor + taxMinor },
    };
  };

/** All discounts without tax: what they took from the tax too is the difference to the same parts without them. */
const discountOf = (parts: readonly BilledPart[], includesTax: boolean): number => {
  if (!includesTax) return sumMinor(parts.map(({ discountMinor }) => discountMinor));
  const netOf = (amountIn: (part: BilledPart) => number) =>
    sumMinor(
      taxed(
        parts.map((part) => ({
          amountMinor: amountIn(part),
          taxId: part.line.taxId,
          percent: part.line.percent,
        })),
        true,
      ).lines.map(({ netMinor }) => netMinor),
    );
  return netOf((part) => part.amountMinor + part.discountMinor) - netOf((part) => part.amountMinor);
};

/**
 * An invoice of parts that follow what was invoiced before, at the prices, discounts and taxes that the order was drawn up with. What
 * it comes to, and the tax of each rate, is the difference between what so much of the order comes to after it and before it, so
 * that invoices of all parts come to the order to the last unit, whatever the parts.
 */
export const billed = (order: Billed, parts: readonly Part[]): Totals => {
  const includesTax = order.pricesIncludeTax;
  const invoicedNow = (at: number) => parts.find(({ line }) => line === at)?.quantity ?? 0;
  const before = taxedUpTo(order, ({ invoicedQuantity }) => invoicedQuantity).taxes;
  const after = taxedUpTo(order, ({ invoicedQuantity }, at) => invoicedQuantity + invoicedNow(at)).taxes;
  const billedParts = parts.flatMap((part) => partOf(order, part));
  const lines = new Map<BilledPart, Line>();
  const taxes: TaxSum[] = [];
  for (const { taxId, percent, taxMinor: untilNowMinor } of after) {
    const some = billedParts.filter(({ line }) => line.taxId === taxId);
    if (some.length === 0) continue;
    const taxMinor = untilNowMinor - (before.find((tax) => tax.taxId === taxId)?.taxMinor ?? 0);
    const amounts = some.map(({ amountMinor }) => amountMinor);
    const sumOfAmounts = sumMinor(amounts);
    const shares = sumOfAmounts === 0 ? amounts.map(() => 0) : allocate(taxMinor, amounts);
    for (const [n, part] of some.entries()) lines.set(part, lineOf(part, includesTax)(shares[n] ?? 0));
    taxes.push({
      ...{ taxId, percent, taxMinor },
      baseMinor: includesTax ? sumOfAmounts - taxMinor : sumOfAmounts,
    });
  }
  const all = billedParts.flatMap((part) => lines.get(part) ?? []);
  const netMinor = sumMinor(all.map((line) => line.netMinor));
  const taxMinor = sumMinor(taxes.map((tax) => tax.taxMinor));
  return {
    lines: all,
    taxes,
    discountMinor: discountOf(billedParts, includesTax),
    ...{ netMinor, taxMinor, totalMinor: netMinor + taxMinor },
  };
};

/**
 * What is credited of parts of an invoice: at the price of the invoice, so that all parts together come to the line, and no
 * more than finance has left of it. What cost nothing, or is credited already, needs no credit.
 */
export const creditOf = (
  { lines, credited }: Pick<Invoice, "lines" | "credited">,
  parts: readonly CreditedPart[],
): CreditLineInput[] =>
  parts.flatMap(({ line: at, quantity, beforeQuantity }): CreditLineInput[] => {
    const line = lines[at];
    if (!line) return [];
    const worth = between(line.netMinor, beforeQuantity, beforeQuantity + quantity, line.quantity);
    const netMinor = Math.min(worth, line.netMinor - (credited?.lines[at] ?? 0));
    return netMinor === 0 ? [] : [{ line: at, netMinor, quantity }];
  });
