import { Failure, notFound } from "../../domain/kernel/errors.ts";
import { pagingOf } from "../../domain/kernel/page.ts";
import { monthIn } from "../../domain/kernel/time.ts";
import { costMethodOf } from "../../domain/settings/settings.ts";
import { type Cost, noCost } from "../../domain/stock/cost.ts";
import type { StockDocument, StockMovement } from "../../domain/stock/document.ts";
import { availableIn, type Level, type Spot } from "../../domain/stock/level.ts";
import { quantityIn } from "../../domain/stock/movement.ts";
import type { Context } from "../kit/context.ts";
import { found } from "../kit/found.ts";
import { runParallel } from "../kit/parallel.ts";
import type { Handlers } from "../kit/serve.ts";
import { entityName, fromItem } from "../kit/table/item.ts";
import { productEntity } from "../products/store.ts";
import { checkLinks, checkNotOfOrder } from "./links.ts";
import {
  goodsReturn,
  issue,
  type Movement,
  postMovement,
  receipt,
  stockCount,
  transfer,
} from "./movements.ts";
import { reservationHandlers } from "./reservation-handlers.ts";
import type { stockRoutes } from "./routes.ts";
import { costEntity, documentEntity, levelEntity, stockPartitions } from "./store.ts";
import { inTurn, untilSettled } from "./turns.ts";
import { loadWarehouse, warehouseHandlers } from "./warehouse-handlers.ts";

/** How many places a product may lie in to be read as a whole. */
const mostLevels = 2000;

/** Decides a movement and posts it; again as long as others move the same goods. */
const moved = (
  context: Context,
  lines: readonly Pick<Spot, "productId">[],
  decide: () => Promise<Movement>,
): Promise<StockDocument> =>
  inTurn(
    lines.map(({ productId }) => `${context.store.tenantId} ${productId}`),
    () => untilSettled(context, async () => postMovement(context, await decide())),
  );

const shown = ({ productId, warehouseId, place, onHand, reserved }: Level) => ({
  productId,
  warehouseId,
  place,
  onHand,
  reserved,
  available: availableIn({ onHand, reserved }),
});

const loadDocument = async ({ store }: Pick<Context, "store">, id: string): Promise<StockDocument> => {
  return found(store.get(documentEntity, { id }));
};

const mostReadings = 5;

/**
 * Cost and levels of a product, of one moment: they are one partition and yet not read as one, so that it is read again
 * while they do not agree. The last reading counts, whatever it says: a movement every few milliseconds may hide
 * between the two.
 * @throws limit.exceeded
 */
const wholeStock = async (
  { store }: Pick<Context, "store">,
  productId: string,
): Promise<{ cost: Cost | undefined; levels: Level[] }> => {
  for (let reading = 1; ; reading++) {
    const pk = stockPartitions.product(productId);
    const { items, next } = await store.items({ pk, limit: mostLevels + 1 });
    if (next !== undefined)
      throw new Failure("limit.exceeded", {
        detail: `It lies in more than ${mostLevels} places; ask for what lies in a warehouse.`,
      });
    const levels = items.filter((item) => entityName(item) === levelEntity.name).map(fromItem<Level>);
    const [cost] = items.filter((item) => entityName(item) === costEntity.name).map(fromItem<Cost>);
    if ((cost?.quantity ?? 0) === quantityIn(levels) || reading === mostReadings) return { cost, levels };
  }
};

/** @throws record.not-found */
const checkProduct = async ({ store }: Pick<Context, "store">, id: string): Promise<void> => {
  await found(store.get(productEntity, { id }));
};

export const stockHandlers: Handlers<typeof stockRoutes> = {
  ...warehouseHandlers,
  ...reservationHandlers,

  async postReceipt({ body: { lines, ...head } }, context) {
    const by = context.member.id;
    return moved(context, lines, () => receipt(context, { by, ...head }, lines));
  },

  async postTransfer({ body: { lines, ...head } }, context) {
    const by = context.member.id;
    return moved(context, lines, () => transfer(context, { by, ...head }, lines));
  },

  async postWriteOff({ body: { lines, ...head } }, context) {
    const by = context.member.id;
    return moved(context, lines, () => issue(context, "write-off", { by, ...head }, lines));
  },

  async postCount({ body: { lines, ...head } }, context) {
    const by = context.member.id;
    return moved(context, lines, () => stockCount(context, { by, ...head }, lines));
  },

  async postShipment({ body: { lines, clientId, counterpartyId, dealId, ...head } }, context) {
    const links = await checkLinks(context, { clientId, counterpartyId, dealId });
    const by = context.member.id;
    return moved(context, lines, () => issue(context, "shipment", { by, ...head, ...links }, lines));
  },

  async postReturn({ params, body: { lines, ...head } }, context) {
    const { id, lines: goods } = await loadDocument(context, params.documentId);
    return moved(context, goods, async () => {
      const shipment = await loadDocument(context, id);
      if (shipment.kind !== "shipment") throw notFound();
      checkNotOfOrder(shipment);
      return goodsReturn(context, { by: context.member.id, ...head }, shipment, lines);
    });
  },

  async listStockDocuments({ query }, { store, tenant, now }) {
    const { deal, month = monthIn(now, tenant.timeZone) } = query;
    return store.list<StockDocument>({
      ...(deal === undefined
        ? { index: "list", pk: stockPartitions.documentsOf(month) }
        : { index: "client", pk: stockPartitions.documentsOfDeal(deal) }),
      newestFirst: true,
      ...pagingOf(query),
    });
  },

  async readStockDocument({ params }, context) {
    return loadDocument(context, params.documentId);
  },

  async listStock({ query }, { store, tenant }) {
    const page = await store.list<Cost>({
      index: "list",
      pk: stockPartitions.all,
      ...pagingOf(query),
    });
    const items = page.items.map(({ method, ...cost }) => ({
      ...cost,
      costMethod: method,
      currency: tenant.currency,
    }));
    return { ...page, items };
  },

  async readStockOfProduct({ params: { productId } }, context) {
    const [, { cost, levels: all }, settings] = await runParallel([
      () => checkProduct(context, productId),
      () => wholeStock(context, productId),
      () => context.settings(),
    ]);
    const levels = all.filter(({ onHand }) => onHand > 0).map(shown);
    const { method, valueMinor } = cost ?? noCost(productId, costMethodOf(settings));
    const quantity = quantityIn(levels);
    const reserved = levels.reduce((sum, level) => sum + level.reserved, 0);
    return {
      productId,
      quantity,
      valueMinor,
      currency: context.tenant.currency,
      costMethod: method,
      reserved,
      available: quantity - reserved,
      levels,
    };
  },

  async listStockMovements({ params: { productId }, query }, context) {
    await checkProduct(context, productId);
    const { from = "0000-01-01", to = "9999-12-31" } = query;
    return context.store.list<StockMovement>({
      pk: stockPartitions.movements(productId),
      // `$` follows `#`, which stands behind the day: the last day is counted in.
      between: [from, `${to}$`],
      newestFirst: true,
      ...pagingOf(query),
    });
  },

  async listStockInWarehouse({ params: { warehouseId }, query }, context) {
    await loadWarehouse(context, warehouseId);
    const page = await context.store.list<Level>({
      index: "list",
      pk: stockPartitions.inWarehouse(warehouseId),
      ...(query.place === undefined ? {} : { beginsWith: `${query.place}#` }),
      ...pagingOf(query),
    });
    return { ...page, items: page.items.map(shown) };
  },
};
