import { type Claims, type CreditPart, exceeds, isUsedUp } from "./claims.ts";
import type { Company } from "./company.ts";
import type { Request } from "./desk.ts";
import { type Shelf, type Spot, spotName } from "./shelf.ts";

export interface Lot extends Spot {
  readonly quantity: number;
}

/** What somebody asks of the stock or of finance; `on` is the day that is given, today where there is none. */
export type Asked = { readonly on?: string } & (
  | { readonly type: "receipt"; readonly lines: readonly (Lot & { readonly cost: number })[] }
  | { readonly type: "shipment" | "write-off"; readonly lines: readonly Lot[] }
  | { readonly type: "transfer"; readonly lines: readonly (Lot & { readonly to: string })[] }
  | {
      readonly type: "count";
      readonly lines: readonly (Spot & { readonly found: number; readonly surplusCost?: number })[];
    }
  | {
      readonly type: "return";
      readonly shipment: string;
      readonly lines: readonly { readonly line: number; readonly quantity: number }[];
    }
  | {
      readonly type: "draft";
      readonly client: string;
      readonly lines: readonly { readonly quantity: number; readonly price: number }[];
    }
  | { readonly type: "issue"; readonly invoice: string }
  | { readonly type: "credit"; readonly invoice: string; readonly parts?: readonly CreditPart[] }
  | { readonly type: "pay"; readonly invoice: string; readonly client: string; readonly amount: number }
);

/** The paper that everything is written down on. */
export interface Paper {
  /** Whether a document may be dated before the last of its series. */
  readonly allowsEarlierDays: boolean;
  readonly shelf: Shelf;
  readonly claims: Claims;
}

/** The request by which it is asked. */
export const requestOf = (asked: Asked, { warehouse }: Company, key: string): Request => {
  const stock = { subject: "stock", headers: { "idempotency-key": key } } as const;
  const finance = { subject: "finance", headers: { "idempotency-key": key } } as const;
  const effective = asked.on === undefined ? {} : { effectiveOn: asked.on };
  const issued = asked.on === undefined ? {} : { issuedOn: asked.on };
  const spot = ({ product, place }: Spot) => ({ productId: product, warehouseId: warehouse, place });
  switch (asked.type) {
    case "receipt": {
      const lines = asked.lines.map((one) => ({ ...spot(one), quantity: one.quantity, costMinor: one.cost }));
      return { ...stock, route: "POST /v1/stock/receipts", body: { ...effective, lines } };
    }
    case "shipment":
    case "write-off": {
      const lines = asked.lines.map((one) => ({ ...spot(one), quantity: one.quantity }));
      const body = { ...effective, lines, ...(asked.type === "write-off" ? { memo: "broken" } : {}) };
      return { ...stock, route: `POST /v1/stock/${asked.type}s`, body };
    }
    case "transfer": {
      const lines = asked.lines.map((one) => ({
        ...spot(one),
        ...{ quantity: one.quantity, toWarehouseId: warehouse, toPlace: one.to },
      }));
      return { ...stock, route: "POST /v1/stock/transfers", body: { ...effective, lines } };
    }
    case "count": {
      const lines = asked.lines.map((one) => ({
        ...spot(one),
        countedQuantity: one.found,
        ...(one.surplusCost === undefined ? {} : { surplusCostMinor: one.surplusCost }),
      }));
      return { ...stock, route: "POST /v1/stock/counts", body: { ...effective, lines } };
    }
    case "return":
      return {
        ...stock,
        route: "POST /v1/stock/shipments/{documentId}/returns",
        params: { documentId: asked.shipment },
        body: { ...effective, lines: asked.lines },
      };
    case "draft": {
      const lines = asked.lines.map(({ quantity, price }) => ({
        ...{ description: "Goods", quantity, unitPriceMinor: price },
      }));
      return { ...finance, route: "POST /v1/finance/invoices", body: { clientId: asked.client, lines } };
    }
    case "issue":
      return {
        ...finance,
        route: "POST /v1/finance/invoices/{invoiceId}/issue",
        params: { invoiceId: asked.invoice },
        body: issued,
      };
    case "credit":
      return {
        ...finance,
        route: "POST /v1/finance/invoices/{invoiceId}/credit-notes",
        params: { invoiceId: asked.invoice },
        body: { ...issued, reason: "taken back", ...(asked.parts ? { lines: asked.parts } : {}) },
      };
    case "pay":
      return {
        ...finance,
        route: "POST /v1/finance/payments",
        body: {
          ...{ clientId: asked.client, amountMinor: asked.amount },
          ...(asked.on === undefined ? {} : { paidOn: asked.on }),
          allocations: [{ invoiceId: asked.invoice, amountMinor: asked.amount }],
        },
      };
  }
};

/** What goods are taken out of spots. */
const outOf = (asked: Asked): readonly Lot[] =>
  asked.type === "shipment" || asked.type === "write-off" || asked.type === "transfer" ? asked.lines : [];

/** The spots that a document touches, beside those of a return. */
const touchedBy = (asked: Asked, { shelf }: Paper): Spot[] => {
  switch (asked.type) {
    case "receipt":
    case "shipment":
    case "write-off":
    case "count":
      return [...asked.lines];
    case "transfer":
      return asked.lines.flatMap((one) => [one, { product: one.product, place: one.to }]);
    case "return":
      return asked.lines.flatMap(({ line }) => shelf.shipments.get(asked.shipment)?.lines[line] ?? []);
    default:
      return [];
  }
};

/** What would be short, line after line. */
const isShort = (asked: Asked, { shelf }: Paper, day: string): boolean => {
  if (asked.type === "count")
    return asked.lines.some((one) => {
      const missing = shelf.level(one, day) - one.found;
      return missing > 0 && missing > shelf.least(one, day);
    });
  // What came in by an earlier line of the same document is there for a later one.
  const change = new Map<string, number>();
  for (const lot of outOf(asked)) {
    const own = change.get(spotName(lot)) ?? 0;
    if (lot.quantity > shelf.least(lot, day) + own) return true;
    change.set(spotName(lot), own - lot.quantity);
    if (asked.type !== "transfer" || !("to" in lot)) continue;
    const target = spotName({ product: lot.product, place: String(lot.to) });
    change.set(target, (change.get(target) ?? 0) + lot.quantity);
  }
  return false;
};

/** Every reason there is to refuse something as things stand; none: it has to be carried out. */
export const reasonsOf = (asked: Asked, paper: Paper, today: string): Set<string> => {
  const reasons = new Set<string>();
  const { shelf, claims } = paper;
  const day = asked.on ?? today;
  const isGoods = !["draft", "issue", "credit", "pay"].includes(asked.type);
  if (isGoods) {
    if (day > today) reasons.add("ledger.effective-day");
    const what = asked.type === "count" ? "count" : "movement";
    if (touchedBy(asked, paper).some((spot) => shelf.isBehindCount(spot, day, today, what)))
      reasons.add("stock.counted");
    if (isShort(asked, paper, day)) reasons.add("stock.insufficient");
  } else if (day > today) reasons.add("finance.day-in-future");
  if (asked.type === "return") {
    const shipment = shelf.shipments.get(asked.shipment);
    if (day < (shipment?.day ?? "")) reasons.add("request.invalid");
    const back = new Map<number, number>();
    for (const { line, quantity } of asked.lines) back.set(line, (back.get(line) ?? 0) + quantity);
    for (const [line, quantity] of back) {
      const of = shipment?.lines[line];
      if (!of || quantity > of.quantity - of.backQuantity) reasons.add("stock.beyond-shipment");
    }
  }
  if (asked.type === "issue" || asked.type === "credit")
    if (!paper.allowsEarlierDays && claims.isBeforeLast(asked.type, day))
      reasons.add("series.day-before-last");
  const claim = "invoice" in asked ? claims.all.get(asked.invoice) : undefined;
  if (asked.type === "issue" && claim?.day !== undefined) reasons.add("invoice.not-draft");
  if ((asked.type === "credit" || asked.type === "pay") && claim?.day === undefined)
    reasons.add("invoice.not-issued");
  if (asked.type === "credit" && claim?.day !== undefined) {
    if (day < claim.day) reasons.add("request.invalid");
    const parts = asked.parts ?? claim.lines.map((_, line) => ({ line }));
    if (parts.some((part) => exceeds(claim, part)) || parts.every((part) => isUsedUp(claim, part)))
      reasons.add("credit-note.exceeds-left");
  }
  if (asked.type === "pay" && claim?.day !== undefined) {
    if (day < claim.day) reasons.add("allocation.too-early");
    if (asked.amount > claim.open) reasons.add("allocation.exceeds-open");
    if (claim.open === 0) reasons.add("allocation.nothing");
  }
  return reasons;
};
