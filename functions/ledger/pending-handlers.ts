import { pageSize } from "../../domain/kernel/page.ts";
import type { Pending } from "../../domain/ledger/pending.ts";
import type { Handlers } from "../kit/serve.ts";
import { fromItem } from "../kit/table/item.ts";
import { mergedPage } from "../kit/table/merged.ts";
import { loadPending, reserve, settle } from "./pending.ts";
import type { pendingRoutes } from "./pending-routes.ts";
import { pendingPartitions } from "./pending-store.ts";

export const pendingHandlers: Handlers<typeof pendingRoutes> = {
  async makePending({ body: { expiresAt, ...transaction } }, context) {
    return reserve(context, { transaction, expiresAt, byHand: true });
  },

  async listPending({ query }, { store }) {
    const { items, next } = await mergedPage(store, {
      index: "list",
      pks: pendingPartitions,
      limit: query.limit ?? pageSize.standard,
      cursor: query.cursor,
    });
    return { items: items.map((item) => fromItem<Pending>(item)), ...(next === undefined ? {} : { next }) };
  },

  async readPending({ params }, { store }) {
    return loadPending(store, params.pendingId);
  },

  async postPending({ params, body }, context) {
    const pending = await loadPending(context.store, params.pendingId);
    return (await settle(context, pending, { ...body, as: "posted", byHand: true })).answer;
  },

  async voidPending({ params, body }, context) {
    const pending = await loadPending(context.store, params.pendingId);
    return (await settle(context, pending, { ...body, as: "voided", byHand: true })).answer;
  },
};
