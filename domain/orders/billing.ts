import type { CreditLineInput } from "../finance/credit.ts";
import type { Invoice } from "../finance/invoice.ts";
import { discountWeight } from "../finance/issue.ts";
import { readLineCredit } from "../finance/line-credit.ts";
import { Line, type Totals } from "../finance/lines.ts";
import { type TaxSum, taxed } from "../finance/tax.ts";
import { allocate, shareBetween, shareOf, sumMinor } from "../kernel/money.ts";
import type { Order, OrderLine, Part } from "./order.ts";

type Billed = Pick<Order, "lines" | "pricesIncludeTax">;

/** How much of each line, by the line and its place. */
type UpTo = (line: OrderLine, at: number) => number;

/** What a line comes to in the terms of its price: with tax where that includes it. */
const amountOf = ({ pricesIncludeTax }: Billed, line: OrderLine): number =>
  pricesIncludeTax ? line.totalMinor : line.netMinor;

/** What of the order so much of each line comes to, with its taxes: at the whole lines it is the order. */
const taxedUpTo = (order: Billed, upTo: UpTo) =>
  taxed(
    order.lines.map((line, at) => ({
      amountMinor: shareOf(amountOf(order, line), upTo(line, at), line.quantity),
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

/** What the discounts of the order come to without tax of so much of each line. Never less for more. */
const discountUpTo = (
  order: Pick<Order, "lines" | "pricesIncludeTax" | "discountMinor">,
  upTo: UpTo,
): number => {
  const weigh = (discountOf: (line: OrderLine, at: number) => number) =>
    order.lines.reduce(
      (sum, line, at) =>
        sum +
        discountWeight(
          { discountMinor: discountOf(line, at), percent: line.percent },
          order.pricesIncludeTax,
        ),
      0n,
    );
  const whole = weigh(({ discountMinor }) => discountMinor);
  const part = weigh((line, at) => shareOf(line.discountMinor, upTo(line, at), line.quantity));
  return shareOf(order.discountMinor, part, whole);
};

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
  const share = (wholeMinor: number) => shareBetween(wholeMinor, from, to, line.quantity);
  return [
    {
      ...{ line, quantity },
      amountMinor: share(amountOf(order, line)),
      discountMinor: share(line.discountMinor),
    },
  ];
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

/**
 * An invoice of parts that follow what was invoiced before, at the prices, discounts and taxes that the order was drawn up with. What
 * it comes to, and the tax of each rate, is the difference between what so much of the order comes to after it and before it, so
 * that invoices of all parts come to the order to the last unit, whatever the parts.
 */
export const billed = (order: Billed & Pick<Order, "discountMinor">, parts: readonly Part[]): Totals => {
  const includesTax = order.pricesIncludeTax;
  const invoicedNow = (at: number) => parts.find(({ line }) => line === at)?.quantity ?? 0;
  const upToBefore: UpTo = ({ invoicedQuantity }) => invoicedQuantity;
  const upToAfter: UpTo = ({ invoicedQuantity }, at) => invoicedQuantity + invoicedNow(at);
  const before = taxedUpTo(order, upToBefore).taxes;
  const after = taxedUpTo(order, upToAfter).taxes;
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
    discountMinor: discountUpTo(order, upToAfter) - discountUpTo(order, upToBefore),
    ...{ netMinor, taxMinor, totalMinor: netMinor + taxMinor },
  };
};

/**
 * What is credited of parts of an invoice that come back: so many pieces, as far as finance has not credited them already. What is
 * left of a line is priced by finance. Lines of which nothing is left need no credit.
 */
export const creditOf = (
  { lines, credited, pricesIncludeTax }: Pick<Invoice, "lines" | "credited" | "pricesIncludeTax">,
  parts: readonly Part[],
): CreditLineInput[] =>
  parts.flatMap(({ line: at, quantity }): CreditLineInput[] => {
    const line = lines[at];
    if (!line) return [];
    const before = readLineCredit({ ...line, pricesIncludeTax }, credited, at);
    const left = Math.min(quantity, line.quantity - before.quantity);
    const isCredited = before.netMinor + before.taxMinor === line.totalMinor;
    return left === 0 || isCredited ? [] : [{ line: at, quantity: left }];
  });
