import type { Tenant } from "../../domain/access/records.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { dayIn } from "../../domain/kernel/time.ts";
import { effectiveDay } from "../../domain/ledger/transaction.ts";
import { costMethodOf } from "../../domain/settings/settings.ts";
import type {
  DocumentKind,
  NewCount,
  NewReceipt,
  NewReturn,
  NewTransfer,
  StockDocument,
} from "../../domain/stock/document.ts";
import { type Lot, type Stock, spotKey, type When } from "../../domain/stock/level.ts";
import {
  counted,
  issued,
  type Moved,
  received,
  returned,
  type Terms,
  transferred,
  valueOfLines,
} from "../../domain/stock/movement.ts";
import { isTakenByOthers, postingsOf } from "../../domain/stock/posting.ts";
import { freed, openLots, type Reservation } from "../../domain/stock/reservation.ts";
import { type Happened, happened } from "../../events/event.ts";
import { reservationChanged, stockMoved } from "../../events/stock.ts";
import type { Actor } from "../kit/context.ts";
import { StaleWrite, update, type Write } from "../kit/table/store.ts";
import { type PostingContext, type PostingRequest, post } from "../ledger/posting.ts";
import { checkHeld, loadStockOn, type NamedSpot } from "./load.ts";
import { documentEntity, documentWrites, reservationEntity, stockWrites } from "./store.ts";
import { untilSettled } from "./turns.ts";

/** What a movement needs of a request, or of a flow that runs by itself. */
export interface StockContext extends PostingContext, Pick<Actor, "settings"> {
  readonly tenant: Tenant;
}

/** What stands at the head of a document, beside its goods. What it names has been checked by the caller. */
export interface DocumentHead {
  /** Made by a flow that may come again: the same id posts once. Absent: a new one. */
  readonly id?: string | undefined;
  /** The member, or `system`. */
  readonly by: string;
  readonly effectiveOn?: string | undefined;
  readonly memo?: string | undefined;
  readonly clientId?: string | undefined;
  readonly counterpartyId?: string | undefined;
  readonly dealId?: string | undefined;
  readonly orderId?: string | undefined;
}

/**
 * A movement that is decided and not yet written: hand `requests` to the ledger's `post`, with `writes` and `happened`
 * beside those of the change that it is part of, or the whole to `postMovement`. Of two movements in one change each
 * would be decided without the other: one change holds one.
 */
export interface Movement {
  readonly document: StockDocument;
  /** None where nothing moves: a count without a difference. */
  readonly requests: readonly PostingRequest[];
  readonly writes: readonly Write[];
  readonly happened: readonly Happened[];
}

type Links = Pick<StockDocument, "reservationId" | "shipmentId">;

/** The day of a document, and today. @throws ledger.effective-day */
const whenOf = ({ now, tenant }: StockContext, { effectiveOn }: Pick<DocumentHead, "effectiveOn">): When => {
  const today = dayIn(now, tenant.timeZone);
  return { on: effectiveDay(effectiveOn, today, undefined), today };
};

const movement = async (
  context: StockContext,
  kind: DocumentKind,
  head: DocumentHead,
  before: Stock,
  decide: (terms: Terms) => Moved,
  links: Links = {},
): Promise<Movement> => {
  const { id = context.newId("stockDocument"), by, effectiveOn: _, ...about } = head;
  const when = whenOf(context, head);
  const { stock, lines } = decide({ ...when, method: costMethodOf(await context.settings()) });
  const document: StockDocument = {
    id,
    version: 1,
    kind,
    effectiveOn: when.on,
    postedAt: context.now,
    postedBy: by,
    currency: context.tenant.currency,
    lines,
    valueMinor: valueOfLines(lines),
    ...about,
    ...links,
  };
  // What is sent again under the same id is the same request, whatever the goods cost by then.
  const content = {
    kind,
    head: { ...about, ...links },
    goods: lines.map(({ valueMinor: _, laterValueMinor: __, laterOn: ___, ...line }) => line),
  };
  return {
    document,
    requests: postingsOf(document).map((posting) => ({ ...posting, content })),
    writes: [...documentWrites(document), ...stockWrites(before, stock)],
    happened: [happened(stockMoved, document)],
  };
};

const spotsOf = (lots: readonly Omit<Lot, "quantity">[], way: "in" | "out"): NamedSpot[] =>
  lots.map((lot, line) => ({ ...lot, line, way }));

/** The stock that is decided on where goods leave it for good. */
const loadLeaving = (
  context: StockContext,
  head: Pick<DocumentHead, "effectiveOn">,
  lots: readonly Omit<Lot, "quantity">[],
): Promise<Stock> =>
  loadStockOn(context.store, spotsOf(lots, "out"), whenOf(context, head), "levels and cost");

/** Goods that come in. @throws reference.unknown, stock.place-closed, money.overflow, ledger.effective-day */
export const receipt = async (
  context: StockContext,
  head: DocumentHead,
  lines: NewReceipt["lines"],
): Promise<Movement> => {
  const before = await loadStockOn(context.store, spotsOf(lines, "in"), whenOf(context, head), "nothing");
  return movement(context, "receipt", head, before, (terms) => received(before, terms, lines));
};

/** Goods that are taken elsewhere. @throws stock.insufficient, reference.unknown, stock.place-closed */
export const transfer = async (
  context: StockContext,
  head: DocumentHead,
  lines: NewTransfer["lines"],
): Promise<Movement> => {
  const targets = lines.map(({ productId, toWarehouseId, toPlace }, line) => ({
    productId,
    warehouseId: toWarehouseId,
    place: toPlace,
    line,
    way: "in" as const,
    fields: ["toWarehouseId", "toPlace"] as const,
  }));
  const spots = [...spotsOf(lines, "out"), ...targets];
  const before = await loadStockOn(context.store, spots, whenOf(context, head), "levels");
  return movement(context, "transfer", head, before, (terms) => transferred(before, terms, lines));
};

/** Goods that leave: shipped to somebody, or written off. @throws stock.insufficient, reference.unknown */
export const issue = async (
  context: StockContext,
  kind: "shipment" | "write-off",
  head: DocumentHead,
  lines: readonly Lot[],
): Promise<Movement> => {
  const before = await loadLeaving(context, head, lines);
  return movement(context, kind, head, before, (terms) => issued(before, terms, lines));
};

/**
 * Refuses goods that could not leave on a day of the past, before they are reserved for that. Of today the reservation
 * says it itself.
 * @throws stock.insufficient, stock.counted, reference.unknown, ledger.effective-day
 */
export const checkLeaving = async (
  context: StockContext,
  head: Pick<DocumentHead, "effectiveOn">,
  lots: readonly Lot[],
): Promise<void> => {
  const when = whenOf(context, head);
  if (when.on === when.today || lots.length === 0) return;
  const before = await loadLeaving(context, head, lots);
  issued(before, { ...when, method: costMethodOf(await context.settings()) }, lots);
};

/** What was counted. @throws stock.insufficient where reserved goods are missing, reference.unknown */
export const stockCount = async (
  context: StockContext,
  head: DocumentHead,
  lines: NewCount["lines"],
): Promise<Movement> => {
  const before = await loadLeaving(context, head, lines);
  return movement(context, "count", head, before, (terms) => counted(before, terms, lines));
};

/**
 * What is shipped of a reservation, to whom it was reserved for; all that is still reserved where nothing is said.
 * @throws stock.reservation-ended, stock.beyond-reservation
 */
export const reservedShipment = async (
  context: StockContext,
  head: DocumentHead,
  reservation: Reservation,
  wished?: readonly Lot[],
): Promise<Movement> => {
  const lots = wished ?? openLots(reservation);
  // What is reserved is all that may be shipped of it; anything else is refused by the reservation.
  const named = new Set(lots.map(spotKey));
  const held = openLots(reservation).filter((lot) => named.has(spotKey(lot)));
  const before = await loadLeaving(context, head, held);
  checkHeld(before, held);
  const free = freed(before, reservation, lots, "shipped", context.now);
  const { clientId, dealId, orderId } = reservation;
  const decided = await movement(
    context,
    "shipment",
    { clientId, dealId, orderId, ...head },
    before,
    (terms) => issued(free.stock, terms, lots),
    { reservationId: reservation.id },
  );
  return {
    ...decided,
    writes: [...decided.writes, update(reservationEntity, free.reservation)],
    happened: [...decided.happened, happened(reservationChanged, free.reservation)],
  };
};

/** What comes back of a shipment, to whom it was shipped. @throws stock.beyond-shipment, stock.place-closed */
export const goodsReturn = async (
  context: StockContext,
  head: DocumentHead,
  shipment: StockDocument,
  lines: NewReturn["lines"],
): Promise<Movement> => {
  const spots = lines.flatMap(({ line: number, warehouseId, place }, line): NamedSpot[] => {
    const of = shipment.lines[number];
    return of
      ? [
          {
            productId: of.productId,
            warehouseId: warehouseId ?? of.warehouseId,
            place: place ?? of.place,
            line,
            way: "in",
          },
        ]
      : [];
  });
  const when = whenOf(context, head);
  if (when.on < shipment.effectiveOn)
    throw new Failure("request.invalid", {
      fields: [{ pointer: "/effectiveOn", reason: `lies before the shipment, ${shipment.effectiveOn}` }],
    });
  const before = await loadStockOn(context.store, spots, when, "nothing");
  const { clientId, counterpartyId, dealId, orderId } = shipment;
  let after = shipment;
  const decided = await movement(
    context,
    "return",
    { clientId, counterpartyId, dealId, orderId, ...head },
    before,
    (terms) => {
      const back = returned(before, terms, shipment, lines);
      after = back.shipment;
      return back;
    },
    { shipmentId: shipment.id },
  );
  return { ...decided, writes: [...decided.writes, update(documentEntity, after)] };
};

/**
 * Writes a movement as a change of its own. The ledger's own guard refuses only what was taken by others since the
 * movement was decided: then it is to be decided anew, and says itself what is short.
 * @throws StaleWrite
 */
export const postMovement = async (
  context: StockContext,
  { document, requests, writes, happened: what }: Movement,
): Promise<StockDocument> => {
  if (requests.length === 0) {
    await context.save({ writes, happened: what, answer: document });
    return document;
  }
  try {
    const { replay } = await post(context, requests, { writes, happened: what, answer: () => document });
    // What was posted before under this id is answered as it was then.
    const earlier = replay ? await context.store.get(documentEntity, { id: document.id }) : undefined;
    return earlier ?? document;
  } catch (error) {
    throw isTakenByOthers(error) ? new StaleWrite() : error;
  }
};

/**
 * For flows that may come again: posts the movement under an id of the flow's, once. What was posted under it before
 * is answered, whatever would be decided today.
 */
export const postOnce = (
  context: StockContext,
  id: string,
  decide: (id: string) => Promise<Movement>,
): Promise<StockDocument> =>
  untilSettled(context, async () => {
    const earlier = () => context.store.get(documentEntity, { id });
    try {
      return (await earlier()) ?? (await postMovement(context, await decide(id)));
    } catch (error) {
      // Posted under this id since it was looked for: then it is that which took what is short.
      const meanwhile = error instanceof Failure ? await earlier() : undefined;
      if (meanwhile) return meanwhile;
      throw error;
    }
  });
