import * as z from "zod";
import { Failure } from "../kernel/errors.ts";
import { openIn, uninvoicedIn } from "../orders/change.ts";
import { type Deal, type DealOverride, type Move, mostShown } from "./deal.ts";
import { isLive, isOut, noSales, type Sales } from "./sales.ts";
import { type DealType, EvidenceKind, evidenceKinds } from "./type.ts";

/** What is demanded and not proven, and why it is not. */
export const MissingEvidence = z.object({
  kind: EvidenceKind,
  reason: z.string().meta({ examples: ["no quote of it is accepted, and no order of it is confirmed"] }),
});
export type MissingEvidence = z.infer<typeof MissingEvidence>;

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

const distinct = <R extends { readonly id: string }>(records: readonly R[]): R[] => [
  ...new Map(records.map((record) => [record.id, record])).values(),
];

/** The records that prove what is proven of it, each once. */
export const provenBy = (kinds: readonly EvidenceKind[], sales: Sales): Sales => {
  const by = kinds.map((kind) => proofs[kind](sales).by);
  return {
    quotes: distinct(by.flatMap(({ quotes }) => quotes)),
    orders: distinct(by.flatMap(({ orders }) => orders)),
    shipments: distinct(by.flatMap(({ shipments }) => shipments)),
    invoices: distinct(by.flatMap(({ invoices }) => invoices)),
  };
};

const inOrder = (kinds: Iterable<EvidenceKind>): EvidenceKind[] => {
  const wanted = new Set(kinds);
  return evidenceKinds.filter((kind) => wanted.has(kind));
};

const ofStage = ({ stages }: DealType, stageId: string | undefined): readonly EvidenceKind[] =>
  stages.find(({ id }) => id === stageId)?.evidence ?? [];

/** What a type demands for a step. Nothing has to be proven for a loss, and for a reopening: it leads back. */
export const demandedFor = (type: DealType, { kind, to }: Pick<Move, "kind" | "to">): EvidenceKind[] => {
  if (kind === "won") return inOrder(type.evidenceToWin ?? []);
  return kind === "moved" ? inOrder(ofStage(type, to)) : [];
};

/** What a type demands of a deal where it stands. */
export const demandedWhere = (
  type: DealType,
  { state, stageId }: Pick<Deal, "state" | "stageId">,
): EvidenceKind[] => {
  if (state === "lost") return [];
  return inOrder(state === "won" ? (type.evidenceToWin ?? []) : ofStage(type, stageId));
};

/** The refusal that names all that is missing. */
export const evidenceMissing = (missing: readonly MissingEvidence[], pointer: string): Failure =>
  new Failure("deal.evidence-missing", {
    detail: `Not proven: ${missing.map(({ kind }) => kind).join(", ")}.`,
    fields: missing.map(({ kind, reason }) => ({ pointer, reason: `${kind}: ${reason}` })),
  });

const withShown = (deal: Deal, override: DealOverride): Deal => ({
  ...deal,
  overrides: [...(deal.overrides ?? []), override].slice(-mostShown.overrides),
});

/** A deal whose last step was taken though something was not proven: the step and the deal say so. */
export const overridden = (
  deal: Deal,
  missing: readonly MissingEvidence[],
  reason: string,
): { readonly deal: Deal; readonly override: DealOverride } => {
  const step = deal.moves.at(-1);
  if (step?.kind !== "moved" && step?.kind !== "won")
    throw new Error(`the last step of deal ${deal.id} has nothing to prove`);
  const said = { reason, missing: missing.map(({ kind }) => kind) };
  const { kind, at, by } = step;
  const override = {
    ...said,
    kind,
    ...(deal.stageId === undefined ? {} : { stageId: deal.stageId }),
    at,
    by,
  };
  const moves = [...deal.moves.slice(0, -1), { ...step, override: said }];
  return { deal: withShown({ ...deal, moves }, override), override };
};

/** Why what is entered with its past need not be proven. */
export const enteredWithPast = "Entered with its past";

/**
 * A new deal that was entered with a past, or in a stage, for which its type demands evidence: there can be none of a deal
 * that was not there. What it came through says so.
 */
export const enteredUnproven = (
  type: DealType,
  deal: Deal,
  { by, at }: { readonly by: string; readonly at: string },
): { readonly deal: Deal; readonly override?: DealOverride } => {
  const first = deal.moves[0] ? deal.moves[0].from : deal.stageId;
  const missing = inOrder([
    ...ofStage(type, first),
    ...deal.moves.flatMap((move) => demandedFor(type, move)),
  ]);
  if (missing.length === 0) return { deal };
  const reason = enteredWithPast;
  const moves = deal.moves.map((move) => {
    const demanded = demandedFor(type, move);
    return demanded.length === 0 ? move : { ...move, override: { reason, missing: demanded } };
  });
  const place = deal.stageId === undefined ? {} : { stageId: deal.stageId };
  const override = { kind: "entered" as const, reason, missing, ...place, at, by };
  return { deal: withShown({ ...deal, moves }, override), override };
};
