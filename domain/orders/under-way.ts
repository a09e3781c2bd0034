import { Failure } from "../kernel/errors.ts";
import { type Day, type Instant, instantOf, millisecondsOf } from "../kernel/time.ts";
import { next, openIn, uninvoicedIn } from "./change.ts";
import {
  mostDocuments,
  mostInvoicedLines,
  mostShippedLines,
  type Order,
  type OrderLine,
  type Part,
  type UnderWay,
} from "./order.ts";

/** What stands at the head of all documents of a step. */
export type StepHead = Pick<UnderWay, "step" | "dueOn" | "memo" | "by" | "deal"> & { readonly on: Day };

/** A step as one write after the other: what the first takes, and what is left then. */
export interface Portion {
  readonly parts: readonly Part[];
  readonly left?: UnderWay;
}

/** How long a request may be at it before the step is taken for interrupted. */
const patienceMs = 60_000;

/**
 * How much of a document a line takes up. An invoice posts revenue and discount by product, 30 postings at the most; what is done
 * of a service stands on the order alone.
 */
const weightOf = (step: UnderWay["step"], line: OrderLine | undefined): number => {
  if (step === "shipping") return line?.warehouseId === undefined ? 0 : 2;
  return line?.discountMinor === 0 ? 1 : 2;
};

const roomOf = { shipping: 2 * mostShippedLines, invoicing: 2 * mostInvoicedLines } as const;

/** How many of the parts, from the first, one document holds. */
const fitting = (order: Order, step: UnderWay["step"], parts: readonly Part[]): number => {
  let room = roomOf[step];
  const end = parts.findIndex(({ line }) => {
    room -= weightOf(step, order.lines[line]);
    return room < 0;
  });
  return end < 0 ? parts.length : end;
};

/** How many documents parts come to. */
const documentsOf = (order: Order, step: UnderWay["step"], parts: readonly Part[]): number => {
  let count = 0;
  for (let left = parts; left.length > 0; left = left.slice(fitting(order, step, left))) count += 1;
  return count;
};

/** @throws order.under-way */
export const checkNotUnderWay = ({ underWay }: Order): void => {
  if (underWay)
    throw new Failure("order.under-way", {
      detail: `Its ${underWay.step} of ${underWay.startedAt} is not over yet: ${underWay.lines.length} lines follow by themselves.`,
    });
};

/**
 * The first document of a step that begins, and what is left behind it.
 * @throws order.under-way, limit.exceeded where the order has no room for all its documents
 */
export const begun = (order: Order, head: StepHead, parts: readonly Part[], now: Instant): Portion => {
  checkNotUnderWay(order);
  const { length } = head.step === "shipping" ? order.shipments : order.invoices;
  const needed = documentsOf(order, head.step, parts);
  if (length + needed > mostDocuments)
    throw new Failure("limit.exceeded", {
      detail: `It has ${length} documents of that kind and needs ${needed} more; an order has at most ${mostDocuments}.`,
    });
  const end = fitting(order, head.step, parts);
  const left = parts.slice(end);
  if (left.length === 0) return { parts };
  const continueAt = instantOf(millisecondsOf(now) + patienceMs);
  return { parts: parts.slice(0, end), left: { ...head, lines: left, startedAt: now, continueAt } };
};

/**
 * The next document of the step that is under way: of what is planned, what may still be done. What was cancelled or came back
 * meanwhile falls away; nothing may be left of it.
 */
export const continued = (order: Order, underWay: UnderWay): Portion => {
  const leftIn = underWay.step === "shipping" ? openIn : uninvoicedIn;
  const parts = underWay.lines.flatMap(({ line: at, quantity }): Part[] => {
    const line = order.lines[at];
    const possible = line ? Math.min(quantity, leftIn(line)) : 0;
    return possible > 0 ? [{ line: at, quantity: possible }] : [];
  });
  const end = fitting(order, underWay.step, parts);
  const left = parts.slice(end);
  return left.length === 0 ? { parts } : { parts: parts.slice(0, end), left: { ...underWay, lines: left } };
};

/** The order without a step of which nothing is left to be done. */
export const settled = (order: Order, now: Instant): Order => next(order, { underWay: undefined }, now);

/** The order with what is left of its step given up, and the reason. Its lines are as open as before. */
export const halted = (
  order: Order,
  { step, lines }: UnderWay,
  { code, detail }: Failure,
  now: Instant,
): Order =>
  next(
    order,
    {
      underWay: undefined,
      halted: { step, lines, code, ...(detail === undefined ? {} : { detail }), at: now },
    },
    now,
  );
