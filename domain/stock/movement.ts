import { Failure, type FieldFault } from "../kernel/errors.ts";
import { exactNumber, sumMinor } from "../kernel/money.ts";
import type { Day } from "../kernel/time.ts";
import { atAverage, type Cost, type CostMethod, noCost, shareOf, underMethod, withIncome } from "./cost.ts";
import type {
  DocumentKind,
  DocumentLine,
  NewCount,
  NewReceipt,
  NewReturn,
  NewTransfer,
  StockDocument,
  StockMovement,
} from "./document.ts";
import { costThen, type Outgo, withLateOutgo } from "./late-cost.ts";
import {
  isShortage,
  type LaterChange,
  type Lot,
  laterOf,
  movedToo,
  onHandThen,
  type Shortage,
  type Spot,
  type Stock,
  spotKey,
  type When,
  withLotIn,
  withLotOut,
  withSpotCounted,
} from "./level.ts";
import { checkNotCounted, insufficient } from "./refusal.ts";

/** What a movement is decided under. */
export interface Terms extends When {
  readonly method: CostMethod;
}

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
  if (shortages.size > 0) throw insufficient(stock, shortages);
  return { stock, lines: posted };
};

const numbered = <One extends Spot>(spots: readonly One[]) => spots.map((spot, line) => ({ ...spot, line }));

const costIn = (stock: Stock, productId: string, method: CostMethod): Cost =>
  underMethod(stock.costs.get(productId) ?? noCost(productId, method), method);

const withCost = (stock: Stock, cost: Cost): Stock => ({
  ...stock,
  costs: new Map(stock.costs).set(cost.productId, cost),
});

const into = (stock: Stock, terms: Terms, lot: Lot, valueMinor: number): Stock => {
  const cost = costIn(stock, lot.productId, terms.method);
  const income = withIncome(cost, lot.quantity, valueMinor, terms.on);
  return withCost(withLotIn(stock, lot, terms), { ...income, movedOn: movedToo(cost, terms) });
};

/** What the value that leaves later changes, for the lines that follow. */
const withLaterValue = (stock: Stock, productId: string, { laterMinor, laterOn: on }: Outgo): Stock => {
  if (on === undefined) return stock;
  const change = { on, spots: new Map<string, number>(), quantityChange: 0, valueChangeMinor: -laterMinor };
  const later = [...laterOf(stock, productId), change].sort((a, b) =>
    a.on < b.on ? -1 : Number(a.on > b.on),
  );
  return { ...stock, later: new Map(stock.later).set(productId, later) };
};

const outOf = (
  stock: Stock,
  terms: Terms,
  lot: Lot,
): { readonly stock: Stock; readonly outgo: Outgo } | Shortage => {
  const left = withLotOut(stock, lot, terms);
  if (isShortage(left)) return left;
  const { productId, quantity } = lot;
  const cost = costIn(stock, productId, terms.method);
  const outgo = withLateOutgo(cost, quantity, terms.on, laterOf(stock, productId));
  const after = withCost(left, { ...outgo.cost, movedOn: movedToo(cost, terms) });
  return { stock: withLaterValue(after, productId, outgo), outgo };
};

/** The value of a line that takes goods out. @param sign -1 in a count, whose lines have the sign of the difference */
const valuesOf = ({ valueMinor, laterMinor, laterOn }: Outgo, sign: 1 | -1 = 1) => ({
  // Not `-0` where it cost nothing.
  valueMinor: sign * valueMinor + 0,
  ...(laterOn === undefined ? {} : { laterValueMinor: sign * laterMinor, laterOn }),
});

const lotOf = ({ productId, warehouseId, place, quantity }: Lot): Lot => ({
  productId,
  warehouseId,
  place,
  quantity,
});

/** Goods that come in at a cost. @throws stock.counted, money.overflow */
export const received = (stock: Stock, terms: Terms, lines: NewReceipt["lines"]): Moved => {
  checkNotCounted(stock, numbered(lines), terms, "movement");
  return throughLines(stock, lines, (before, { costMinor, ...lot }) => ({
    stock: into(before, terms, lot, costMinor),
    line: { ...lot, valueMinor: costMinor },
  }));
};

/** Goods that leave for good: shipped or written off, at their cost. @throws stock.counted, stock.insufficient */
export const issued = (stock: Stock, terms: Terms, lines: readonly Lot[]): Moved => {
  checkNotCounted(stock, numbered(lines), terms, "movement");
  return throughLines(stock, lines, (before, line) => {
    const lot = lotOf(line);
    const after = outOf(before, terms, lot);
    if (isShortage(after)) return after;
    return { stock: after.stock, line: { ...lot, ...valuesOf(after.outgo) } };
  });
};

/** Goods that lie elsewhere from that day on; their cost stays. @throws stock.counted, stock.insufficient */
export const transferred = (stock: Stock, terms: When, lines: NewTransfer["lines"]): Moved => {
  const targets = lines.map(({ toWarehouseId, toPlace, ...lot }) => ({
    ...lot,
    warehouseId: toWarehouseId,
    place: toPlace,
  }));
  checkNotCounted(stock, [...numbered(lines), ...numbered(targets)], terms, "movement");
  return throughLines(stock, lines, (before, line, at) => {
    const left = withLotOut(before, line, terms);
    if (isShortage(left)) return left;
    return { stock: withLotIn(left, targets[at] ?? line, terms), line: { ...line, valueMinor: 0 } };
  });
};

/** What goods cost on average at the end of the day; today where none were there then. */
const averageThen = (stock: Stock, { method, on }: Terms, productId: string, quantity: number): number => {
  const cost = costIn(stock, productId, method);
  const then = costThen(cost, laterOf(stock, productId), on);
  return atAverage(then && then.quantity > 0 ? then : cost, quantity);
};

/**
 * What was counted becomes what lay there at the end of the day. What was found more comes in at the cost that was given
 * or at the average of that day, what is missing leaves at its cost. Reserved goods cannot be missing: their reservation
 * goes first.
 * @throws stock.counted where a later day was counted, stock.insufficient, money.overflow
 */
export const counted = (stock: Stock, terms: Terms, lines: NewCount["lines"]): Moved => {
  checkNotCounted(stock, numbered(lines), terms, "count");
  return throughLines(stock, lines, (before, { countedQuantity, surplusCostMinor, ...spot }) => {
    const difference = countedQuantity - onHandThen(before, spot);
    const lot = { ...spot, quantity: Math.abs(difference) };
    const lineOf = (values: Pick<DocumentLine, "valueMinor" | "laterValueMinor" | "laterOn">) => ({
      ...spot,
      quantity: difference,
      countedQuantity,
      ...values,
    });
    if (difference === 0)
      return { stock: withSpotCounted(before, spot, terms), line: lineOf({ valueMinor: 0 }) };
    if (difference > 0) {
      const valueMinor = surplusCostMinor ?? averageThen(before, terms, spot.productId, difference);
      const after = into(before, terms, lot, valueMinor);
      return { stock: withSpotCounted(after, spot, terms), line: lineOf({ valueMinor }) };
    }
    const after = outOf(before, terms, lot);
    if (isShortage(after)) return after;
    return {
      stock: withSpotCounted(after.stock, spot, terms),
      line: lineOf(valuesOf(after.outgo, -1)),
    };
  });
};

/**
 * Goods that come back of a shipment, at the cost at which they left; the last that come back bring what is left of
 * it. They are a layer of the day on which they come. @throws stock.counted, stock.beyond-shipment, money.overflow
 */
export const returned = (
  stock: Stock,
  terms: Terms,
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
    return { stock: into(before, terms, lot, valueMinor), line: { ...lot, valueMinor } };
  });
  if (faults.length > 0) throw new Failure("stock.beyond-shipment", { fields: faults });
  checkNotCounted(stock, numbered(moved.lines), terms, "movement");
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

/** The movements of a document, of each product in its lines; value that leaves on a later day is a movement of that day. */
export const movementsOf = ({ id, kind, effectiveOn, postedAt, lines }: StockDocument): StockMovement[] =>
  lines.flatMap(
    ({ returnedQuantity: _, returnedValueMinor: __, laterValueMinor = 0, laterOn, ...line }, at) => {
      const movement = (on: Day, part: Pick<DocumentLine, "quantity" | "valueMinor">): StockMovement => ({
        ...{ version: 1, documentId: id, line: at, kind, effectiveOn: on, postedAt },
        ...line,
        ...part,
        ...changeOf(kind, part),
      });
      if (line.quantity === 0) return [];
      const own = movement(effectiveOn, { ...line, valueMinor: line.valueMinor - laterValueMinor });
      return laterOn === undefined
        ? [own]
        : [own, movement(laterOn, { quantity: 0, valueMinor: laterValueMinor })];
    },
  );

/** What movements changed, in the order of days and within a day in that of their entry. */
export const changesBy = (movements: readonly StockMovement[]): LaterChange[] =>
  [...movements].sort(byDayAndEntry).map((movement) => {
    const { effectiveOn, quantity, quantityChange, valueChangeMinor, toWarehouseId, toPlace } = movement;
    const isTransfer = toWarehouseId !== undefined && toPlace !== undefined;
    const spots = isTransfer
      ? [
          [spotKey(movement), -quantity] as const,
          [spotKey({ ...movement, warehouseId: toWarehouseId, place: toPlace }), quantity] as const,
        ]
      : [[spotKey(movement), quantityChange] as const];
    return { on: effectiveOn, spots: new Map(spots), quantityChange, valueChangeMinor };
  });

const byDayAndEntry = (a: StockMovement, b: StockMovement): number => {
  const key = ({ effectiveOn, postedAt, documentId, line }: StockMovement) =>
    `${effectiveOn} ${postedAt} ${documentId} ${line}`;
  return key(a) < key(b) ? -1 : 1;
};
