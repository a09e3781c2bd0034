import { shareOf } from "../kernel/money.ts";
import type { CreditLineInput } from "./credit.ts";
import type { Invoice, PiecesLeft } from "./invoice.ts";
import type { Line } from "./lines.ts";

/** What credit notes took back of a line, all together. */
export interface LineCredit {
  readonly quantity: number;
  readonly netMinor: number;
  readonly taxMinor: number;
  /** What the pieces come to that are left: it sets the price of those that are credited next. */
  readonly pieces: PiecesLeft;
}

/** A line, and whether its price includes the tax. */
export type CreditableLine = Pick<Line, "quantity" | "netMinor" | "taxMinor"> & {
  readonly pricesIncludeTax: boolean;
};

/** Net and tax in the terms of the price: with tax where it includes it. */
const priceAmountOf = (
  { pricesIncludeTax }: CreditableLine,
  { netMinor, taxMinor }: Pick<LineCredit, "netMinor" | "taxMinor">,
): number => (pricesIncludeTax ? netMinor + taxMinor : netMinor);

/** What the pieces that follow the first so many come to. */
const piecesAmountAfter = (line: CreditableLine, { pieces }: LineCredit, quantity: number): number =>
  pieces.amountMinor -
  shareOf(pieces.amountMinor, quantity - pieces.fromQuantity, line.quantity - pieces.fromQuantity);

/**
 * What credit notes took back of a line until now. A record from before 2026-12-01 does not say what its pieces come to: they share
 * what is left of the line, at most at the price of the invoice.
 */
export const readLineCredit = (
  line: CreditableLine,
  credited: Invoice["credited"],
  at: number,
): LineCredit => {
  const quantity = credited?.quantities?.[at] ?? 0;
  const netMinor = credited?.lines[at] ?? 0;
  const taxMinor = credited?.taxes?.[at] ?? shareOf(line.taxMinor, netMinor, line.netMinor);
  const wholeMinor = priceAmountOf(line, line);
  const takenMinor = Math.max(
    priceAmountOf(line, { netMinor, taxMinor }),
    shareOf(wholeMinor, quantity, line.quantity),
  );
  const pieces = credited?.pieces?.[at] ?? {
    fromQuantity: quantity,
    amountMinor: wholeMinor - takenMinor,
  };
  return { quantity, netMinor, taxMinor, pieces };
};

/** All that there is of a line. */
const creditWhole = ({ quantity, netMinor, taxMinor }: CreditableLine): LineCredit => ({
  ...{ quantity, netMinor, taxMinor },
  pieces: { fromQuantity: quantity, amountMinor: 0 },
});

/** Pieces, at what they come to. */
const creditPieces = (line: CreditableLine, before: LineCredit, quantity: number): LineCredit => {
  const after = before.quantity + quantity;
  const piecesMinor =
    piecesAmountAfter(line, before, before.quantity) - piecesAmountAfter(line, before, after);
  const amountMinor = priceAmountOf(line, before) + piecesMinor;
  const taxMinor = shareOf(line.taxMinor, amountMinor, priceAmountOf(line, line));
  const netMinor = line.pricesIncludeTax ? amountMinor - taxMinor : amountMinor;
  return { ...before, quantity: after, netMinor, taxMinor };
};

/** A net of its own, with pieces or without: what it is more than its pieces come to lowers the price of all others. */
const creditNet = (
  line: CreditableLine,
  before: LineCredit,
  quantity: number,
  creditedMinor: number,
): LineCredit => {
  const after = before.quantity + quantity;
  const netMinor = before.netMinor + creditedMinor;
  const taxMinor = shareOf(line.taxMinor, netMinor, line.netMinor);
  const othersMinor = piecesAmountAfter(line, before, after);
  const piecesMinor = piecesAmountAfter(line, before, before.quantity) - othersMinor;
  const amountMinor = priceAmountOf(line, { netMinor, taxMinor }) - priceAmountOf(line, before);
  const cutMinor = amountMinor - piecesMinor;
  const pieces =
    cutMinor <= 0 ? before.pieces : { fromQuantity: after, amountMinor: Math.max(0, othersMinor - cutMinor) };
  return { quantity: after, netMinor, taxMinor, pieces };
};

/**
 * What is taken back of a line with one more credit, which takes no more than is left of it. The tax follows the amount that is taken
 * back in the terms of the price. All amounts are shares of the line from its beginning or from its last price cut, rounded once,
 * so that nothing of the line is left when all of it is credited, in whatever parts.
 */
export const addCredit = (
  line: CreditableLine,
  before: LineCredit,
  { quantity, netMinor }: Pick<CreditLineInput, "quantity" | "netMinor">,
): LineCredit => {
  if (netMinor !== undefined) return creditNet(line, before, quantity ?? 0, netMinor);
  return quantity === undefined ? creditWhole(line) : creditPieces(line, before, quantity);
};
