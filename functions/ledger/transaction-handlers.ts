import { Failure, notFound } from "../../domain/kernel/errors.ts";
import type { NewAccount } from "../../domain/ledger/account.ts";
import { checkOpenedByHand } from "../../domain/ledger/chart.ts";
import { reversalKind, reversalOf } from "../../domain/ledger/reversal.ts";
import { checkCallersId, type NewTransaction, type Transaction } from "../../domain/ledger/transaction.ts";
import type { Handlers } from "../kit/serve.ts";
import { fromItem } from "../kit/table/item.ts";
import { bulkPosted } from "./bulk.ts";
import { type PostingRequest, post } from "./posting.ts";
import { checkReferences, referencesIn, referencesOf } from "./references.ts";
import { reversalEntity, transactionEntity } from "./store.ts";
import type { transactionRoutes } from "./transaction-routes.ts";

/** Refuses what the caller may not open. @throws ledger.account-managed */
const checkOpens = (opens: readonly NewAccount[]): void => {
  for (const [n, { path }] of opens.entries()) checkOpenedByHand(path, `/opens/${n}/path`);
};

/**
 * A transaction posted by hand.
 * @throws request.invalid where it calls itself a reversal or has the id of a record, ledger.account-managed
 */
export const requestOf = (transaction: NewTransaction, opens: readonly NewAccount[]): PostingRequest => {
  checkCallersId(transaction.id);
  checkOpens(opens);
  if (transaction.kind === reversalKind)
    throw new Failure("request.invalid", {
      fields: [{ pointer: "/kind", reason: "is kept for what takes a transaction back" }],
    });
  return { transaction, opens };
};

export const postedOne = ([one]: readonly Transaction[], replay: boolean) => {
  if (!one) throw new Error("nothing was posted");
  return { ...one, replay };
};

/** The records that a request names, with where it does. */
export const namedBy = (
  transactions: readonly NewTransaction[],
  opens: readonly NewAccount[],
  at: (n: number) => string,
) => [
  ...transactions.flatMap((transaction, n) =>
    referencesOf(transaction).map(({ pointer, id }) => ({ pointer: `${at(n)}${pointer}`, id })),
  ),
  ...opens.flatMap(({ path }, n) =>
    referencesIn(path).map(({ id }) => ({ pointer: `/opens/${n}/path`, id })),
  ),
];

export const transactionHandlers: Handlers<typeof transactionRoutes> = {
  async postTransaction({ body: { opens = [], ...transaction } }, context) {
    await checkReferences(
      context.store,
      namedBy([transaction], opens, () => ""),
    );
    const { answer } = await post(context, [requestOf(transaction, opens)], {
      byHand: true,
      answer: postedOne,
    });
    return answer;
  },

  async postBatch({ body: { transactions, opens = [] } }, context) {
    await checkReferences(
      context.store,
      namedBy(transactions, opens, (n) => `/transactions/${n}`),
    );
    const requests = transactions.map((one) => requestOf(one, opens));
    const { answer } = await post(context, requests, {
      byHand: true,
      answer: (all, replay) => ({ transactions: [...all], replay }),
    });
    return answer;
  },

  async postBulk({ body: { transactions, opens = [] } }, context) {
    checkOpens(opens);
    await checkReferences(
      context.store,
      namedBy([], opens, () => ""),
    );
    const answer = await bulkPosted(context, transactions, opens);
    // Each transaction is remembered by its own id; the answer as a whole by the request's key.
    return context.save({ writes: [], answer });
  },

  async readTransaction({ params: { transactionId: id } }, { store }) {
    const items = await store.batchGet([transactionEntity.key({ id }), reversalEntity.key({ id })]);
    const found = items.find(({ entity }) => entity?.S === transactionEntity.name);
    const reversal = items.find(({ entity }) => entity?.S === reversalEntity.name);
    if (!found) throw notFound();
    return {
      ...fromItem<Transaction>(found),
      ...(reversal ? { reversedBy: fromItem<{ by: string }>(reversal).by } : {}),
    };
  },

  async reverseTransaction({ params, body }, context) {
    const reversed = await context.store.get(transactionEntity, { id: params.transactionId });
    if (!reversed) throw notFound();
    checkCallersId(body.id);
    const request: PostingRequest = {
      transaction: reversalOf(reversed, body),
      reverses: reversed.id,
      content: { ...body, reverses: reversed.id },
    };
    const { answer } = await post(context, [request], { byHand: true, answer: postedOne });
    return answer;
  },
};
