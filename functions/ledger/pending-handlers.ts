import { pagingOf } from "../../domain/kernel/page.ts";
import type { Pending } from "../../domain/ledger/pending.ts";
import { checkCallersId } from "../../domain/ledger/transaction.ts";
import type { Handlers } from "../kit/serve.ts";
import { fromItem } from "../kit/table/item.ts";
import { mergedPage } from "../kit/table/merged.ts";
import { loadPending, reserve, settle } from "./pending.ts";
import type { pendingRoutes } from "./pending-routes.ts";
import { pendingPartitions } from "./pending-store.ts";
import { checkReferences } from "./references.ts";
import { namedBy, requestOf } from "./transaction-handlers.ts";

export const pendingHandlers: Handlers<typeof pendingRoutes> = {
  async makePending({ body: { expiresAt, opens = [], ...transaction } }, context) {
    await checkReferences(
      context.store,
      namedBy([transaction], opens, () => ""),
    );
    return reserve(context, { ...requestOf(transaction, opens), expiresAt, byHand: true });
  },

  async listPending({ query }, { store }) {
    const { items, next } = await mergedPage(store, {
      index: "list",
      pks: pendingPartitions,
      ...pagingOf(query),
    });
    return { items: items.map((item) => fromItem<Pending>(item)), ...(next === undefined ? {} : { next }) };
  },

  async readPending({ params }, { store }) {
    return loadPending(store, params.pendingId);
  },

  async postPending({ params, body }, context) {
    checkCallersId(body.id);
    const pending = await loadPending(context.store, params.pendingId);
    return settle(context, pending, { ...body, as: "posted", byHand: true });
  },

  async voidPending({ params, body }, context) {
    checkCallersId(body.id);
    const pending = await loadPending(context.store, params.pendingId);
    return settle(context, pending, { ...body, as: "voided", byHand: true });
  },
};
