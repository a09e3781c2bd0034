import { Failure, type FieldFault } from "../kernel/errors.ts";
import { exactNumber, sumMinor } from "../kernel/money.ts";
import {
  atAverage,
  type Cost,
  type CostMethod,
  noCost,
  shareOf,
  underMethod,
  withIncome,
  withOutgo,
} from "./cost.ts";
import type {
  DocumentKind,
  DocumentLine,
  NewCount,
  NewReceipt,
  NewReturn,
  NewTransfer,
  StockDocument,
} from "./document.ts";
import {
  insufficient,
  isShortage,
  type Lot,
  levelOf,
  type Shortage,
  type Stock,
  withLotIn,
  withLotOut,
} from "./level.ts";

/** The stock behind a movement, and the lines of its document. */
export interface Moved {
  readonly stock: Stock;
  readonly lines: DocumentLine[];
}

type Step = { readonly stock: Stock; readonly line: DocumentLine };

/** Carries the stock through all lines, one after the other. @throws stock.insufficient naming every line that is short */
const throughLines = <Line>(
  before: Stock,
  lines: readonly Line[],
  step: (stock: Stock, line: Line, at: number) => Step | Shortage,
): Moved => {
  const shortages = new Map<number, Shortage>();
  const posted: DocumentLine[] = [];
  let stock = before;
  for (const [at, line] of lines.entries()) {
    const result = step(stock, line, at);
    if (isShortage(result)) shortages.set(at, result);
    else {
      stock = result.stock;
      posted.push(result.line);
    }
  }
  if (shortages.size > 0) throw insufficient(shortages);
  return { stock, lines: posted };
};

const costIn = (stock: Stock, productId: string, method: CostMethod): Cost =>
  underMethod(stock.costs.get(productId) ?? noCost(productId, method), method);

const withCost = (stock: Stock, cost: Cost): Stock => ({
  ...stock,
  costs: new Map(stock.costs).set(cost.productId, cost),
});

const into = (stock: Stock, method: CostMethod, lot: Lot, valueMinor: number): Stock =>
  withCost(withLotIn(stock, lot), withIncome(costIn(stock, lot.productId, method), lot.quantity, valueMinor));

const outOf = (
  stock: Stock,
  method: CostMethod,
  lot: Lot,
): { stock: Stock; valueMinor: number } | Shortage => {
  const left = withLotOut(stock, lot);
  if (isShortage(left)) return left;
  const { cost, valueMinor } = withOutgo(costIn(stock, lot.productId, method), lot.quantity);
  return { stock: withCost(left, cost), valueMinor };
};

const lotOf = ({ productId, warehouseId, place, quantity }: Lot): Lot => ({
  productId,
  warehouseId,
  place,
  quantity,
});

/** Goods that come in at a cost. @throws money.overflow */
export const received = (stock: Stock, method: CostMethod, lines: NewReceipt["lines"]): Moved =>
  throughLines(stock, lines, (before, { costMinor, ...lot }) => ({
    stock: into(before, method, lot, costMinor),
    line: { ...lot, valueMinor: costMinor },
  }));

/** Goods that leave for good: shipped or written off, at their cost. @throws stock.insufficient */
export const issued = (stock: Stock, method: CostMethod, lines: readonly Lot[]): Moved =>
  throughLines(stock, lines, (before, line) => {
    const lot = lotOf(line);
    const after = outOf(before, method, lot);
    return isShortage(after) ? after : { stock: after.stock, line: { ...lot, valueMinor: after.valueMinor } };
  });

/** Goods that lie elsewhere from now on; their cost stays. @throws stock.insufficient */
export const transferred = (stock: Stock, lines: NewTransfer["lines"]): Moved =>
  throughLines(stock, lines, (before, line) => {
    const { toWarehouseId, toPlace, ...lot } = line;
    const left = withLotOut(before, lot);
    if (isShortage(left)) return left;
    return {
      stock: withLotIn(left, { ...lot, warehouseId: toWarehouseId, place: toPlace }),
      line: { ...line, valueMinor: 0 },
    };
  });

/**
 * What was counted becomes what is there. What was found more comes in at the cost that was given or at the present
 * average, what is missing leaves at its cost. Reserved goods cannot be missing: their reservation goes first.
 * @throws stock.insufficient, money.overflow
 */
export const counted = (stock: Stock, method: CostMethod, lines: NewCount["lines"]): Moved =>
  throughLines(stock, lines, (before, { countedQuantity, surplusCostMinor, ...spot }) => {
    const difference = countedQuantity - levelOf(before, spot).onHand;
    const lot = { ...spot, quantity: Math.abs(difference) };
    if (difference === 0) return { stock: before, line: { ...lot, countedQuantity, valueMinor: 0 } };
    if (difference > 0) {
      const valueMinor = surplusCostMinor ?? atAverage(costIn(before, spot.productId, method), difference);
      return { stock: into(before, method, lot, valueMinor), line: { ...lot, countedQuantity, valueMinor } };
    }
    const after = outOf(before, method, lot);
    if (isShortage(after)) return after;
    // Not `-0` where it cost nothing.
    return {
      stock: after.stock,
      line: { ...lot, quantity: difference, countedQuantity, valueMinor: 0 - after.valueMinor },
    };
  });

/**
 * Goods that come back of a shipment, at the cost at which they left; the last that come back bring what is left of
 * it. They are the newest layer. @throws stock.beyond-shipment, money.overflow
 */
export const returned = (
  stock: Stock,
  method: CostMethod,
  shipment: StockDocument,
  lines: NewReturn["lines"],
): Moved & { readonly shipment: StockDocument } => {
  const shipped = shipment.lines.map((line) => ({ ...line }));
  const faults: FieldFault[] = [];
  const moved = throughLines(stock, lines, (before, { line: number, quantity, warehouseId, place }, at) => {
    const of = shipped[number];
    const back = { quantity: of?.returnedQuantity ?? 0, valueMinor: of?.returnedValueMinor ?? 0 };
    const left = (of?.quantity ?? 0) - back.quantity;
    const lot = {
      productId: of?.productId ?? "",
      warehouseId: warehouseId ?? of?.warehouseId ?? "",
      place: place ?? of?.place ?? "",
      quantity,
    };
    if (!of || quantity > left) {
      faults.push({
        pointer: `/lines/${at}/quantity`,
        reason: `is more than the ${left} of line ${number} that are left to take back`,
      });
      return { stock: before, line: { ...lot, valueMinor: 0 } };
    }
    const valueMinor = shareOf(of.valueMinor - back.valueMinor, quantity, left);
    shipped[number] = {
      ...of,
      returnedQuantity: back.quantity + quantity,
      returnedValueMinor: back.valueMinor + valueMinor,
    };
    return { stock: into(before, method, lot, valueMinor), line: { ...lot, valueMinor } };
  });
  if (faults.length > 0) throw new Failure("stock.beyond-shipment", { fields: faults });
  return { ...moved, shipment: { ...shipment, version: shipment.version + 1, lines: shipped } };
};

/** The value of all lines. @throws money.overflow */
export const valueOfLines = (lines: readonly Pick<DocumentLine, "valueMinor">[]): number =>
  sumMinor(lines.map(({ valueMinor }) => valueMinor));

/** The quantity of all levels of a product. @throws money.overflow */
export const quantityIn = (levels: readonly { readonly onHand: number }[]): number =>
  exactNumber(levels.reduce((sum, { onHand }) => sum + BigInt(onHand), 0n));

const signs: Readonly<Record<DocumentKind, number>> = {
  receipt: 1,
  transfer: 0,
  "write-off": -1,
  count: 1,
  shipment: -1,
  return: 1,
};

/** What a line of a document changes of all there is of its product. */
export const changeOf = (
  kind: DocumentKind,
  { quantity, valueMinor }: Pick<DocumentLine, "quantity" | "valueMinor">,
): { quantityChange: number; valueChangeMinor: number } => ({
  // Adding 0 makes 0 of -0.
  quantityChange: signs[kind] * quantity + 0,
  valueChangeMinor: signs[kind] * valueMinor + 0,
});
