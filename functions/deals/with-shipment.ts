import { asNextVersion, type Deal, withMovesSpilled } from "../../domain/deals/deal.ts";
import { type DealRules, moved } from "../../domain/deals/pipeline.ts";
import { noSales, type Sales } from "../../domain/deals/sales.ts";
import { withOrder, withShipments } from "../../domain/deals/shipment.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import type { Order } from "../../domain/orders/order.ts";
import type { StockDocument } from "../../domain/stock/document.ts";
import { dealShipment, dealStep } from "../../events/deals.ts";
import type { Happened } from "../../events/event.ts";
import type { Context } from "../kit/context.ts";
import { runParallel } from "../kit/parallel.ts";
import type { Write } from "../kit/table/store.ts";
import { rulesOf } from "./create.ts";
import { evidenced } from "./evidence.ts";
import { unchanged } from "./sales.ts";
import { dealEntity, dealUpdate } from "./store.ts";

/** What left: the shipment, and the order as it is after it. */
export interface Shipped {
  /** Absent where services of an order were done, and no goods left. */
  readonly document?: StockDocument | undefined;
  /** Absent where goods left without one. */
  readonly order?: Order;
  readonly by: string;
}

/** Where a shipment brings its deal. */
export interface DealWish {
  readonly stageId?: string | undefined;
}

/**
 * The deal where a shipment brings it; the same one where it stays. @throws deal.closed where it is lost, and what `moved`
 * throws
 */
export const broughtTo = (
  rules: DealRules,
  deal: Deal,
  { stageId }: DealWish,
  happening: { readonly at: string; readonly by: string },
): Deal => {
  if (deal.state === "lost") throw new Failure("deal.closed", { detail: "The deal is lost." });
  return stageId === undefined ? deal : moved(rules, deal, stageId, happening);
};

/**
 * What is written of a deal together with its shipment: it carries the shipment, and comes to the stage that was wished for if
 * that is proven then.
 * @throws deal.closed, deal.stage-skipped, deal.no-stages, deal.evidence-missing, reference.unknown
 */
export const dealWithShipment = async (
  context: Context,
  dealId: string,
  { document, order, by }: Shipped,
  wish: DealWish,
): Promise<{ readonly writes: readonly Write[]; readonly happened: readonly Happened[] }> => {
  const { now } = context;
  const [deal, settings] = await runParallel([
    () => context.store.get(dealEntity, { id: dealId }),
    () => context.settings(),
  ]);
  if (!deal) throw new Error(`the deal ${dealId} of a shipment is missing`);
  const rules = rulesOf(context, settings);
  const brought = broughtTo(rules, deal, wish, { at: now, by });
  const sales = (before: Sales): Sales => ({
    ...(order ? withOrder(before, order) : before),
    shipments: [...before.shipments, ...(document ? [document] : [])],
  });
  const written = [...(document ? [document.id] : []), ...(order ? [order.id] : [])];
  const isMoved = brought !== deal;
  const step = isMoved
    ? await evidenced(context, rules, brought, { pointer: "/stageId", sales })
    : { deal, proof: noSales };
  const about = { ...(order ? { orderId: order.id } : {}), at: now, by };
  const documents = order?.shipments ?? (document ? [{ documentId: document.id }] : []);
  const shipments = documents.map(({ documentId }) => ({ documentId, ...about }));
  const { deal: next, blocks } = withMovesSpilled(asNextVersion(withShipments(step.deal, shipments), now));
  return {
    writes: [...dealUpdate(next, blocks), ...unchanged(step.proof, written)],
    happened: [
      dealShipment(next, { documentId: document?.id, ...about }),
      ...(isMoved ? [dealStep(next)] : []),
    ],
  };
};
