import { Failure } from "../kernel/errors.ts";
import { openIn, uninvoicedIn } from "../orders/change.ts";
import type { MissingEvidence } from "./demands.ts";
import { isLive, isOut, joinedSales, noSales, type Sales } from "./sales.ts";
import type { EvidenceKind } from "./type.ts";

/** Whether something is proven, and by which records: as long as they stand as they are, it is. */
interface Proof {
  readonly missing?: string;
  readonly by: Sales;
}

const unproven = (missing: string): Proof => ({ missing, by: noSales });

const orderProof = ({ orders, quotes }: Sales): Proof => {
  const confirmed = orders.find(isLive);
  if (confirmed) return { by: { ...noSales, orders: [confirmed] } };
  for (const quote of quotes) {
    const order = orders.find(({ id }) => id === quote.orderId);
    if (quote.state === "accepted" && order && order.state !== "cancelled")
      return { by: { ...noSales, quotes: [quote], orders: [order] } };
  }
  return unproven("no quote of it is accepted, and no order of it is confirmed");
};

const shipmentProof = ({ orders, shipments }: Sales): Proof => {
  const live = orders.filter(isLive);
  const short = live.find(({ lines }) => lines.some((line) => openIn(line) > 0));
  if (short) return unproven(`the order ${short.id} is not shipped whole`);
  const ordered = live.some(({ lines }) =>
    lines.some(({ shippedQuantity, returnedQuantity }) => shippedQuantity > returnedQuantity),
  );
  const free = shipments.find((shipment) => shipment.orderId === undefined && isOut(shipment));
  if (!ordered && !free) return unproven("nothing was shipped for it that has not come back");
  return { by: { ...noSales, orders: live, shipments: !ordered && free ? [free] : [] } };
};

const paymentProof = ({ orders, invoices }: Sales): Proof => {
  const live = orders.filter(isLive);
  const late = live.find(({ lines }) => lines.some((line) => uninvoicedIn(line) > 0));
  if (late) return unproven(`goods of the order ${late.id} were shipped and are not invoiced`);
  const issued = invoices.filter(({ state }) => state !== "draft");
  const open = issued.find(({ openMinor }) => openMinor > 0);
  if (open) return unproven(`${open.openMinor} of the invoice ${open.number ?? open.id} are not paid`);
  if (!issued.some(({ totalMinor, credited }) => totalMinor > (credited?.totalMinor ?? 0)))
    return unproven("no invoice of it was paid");
  return { by: { ...noSales, orders: live, invoices: issued } };
};

const proofs: Readonly<Record<EvidenceKind, (sales: Sales) => Proof>> = {
  order: orderProof,
  shipment: shipmentProof,
  payment: paymentProof,
};

/** What of it the records do not prove. */
export const missingOf = (kinds: readonly EvidenceKind[], sales: Sales): MissingEvidence[] =>
  kinds.flatMap((kind) => {
    const { missing } = proofs[kind](sales);
    return missing === undefined ? [] : [{ kind, reason: missing }];
  });

/** The records that prove what is proven of it, each once. */
export const provenBy = (kinds: readonly EvidenceKind[], sales: Sales): Sales =>
  joinedSales(kinds.map((kind) => proofs[kind](sales).by));

/** The refusal that names all that is missing. */
export const evidenceMissing = (missing: readonly MissingEvidence[], pointer: string): Failure =>
  new Failure("deal.evidence-missing", {
    detail: `Not proven: ${missing.map(({ kind }) => kind).join(", ")}.`,
    fields: missing.map(({ kind, reason }) => ({ pointer, reason: `${kind}: ${reason}` })),
  });
