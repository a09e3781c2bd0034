import { Failure } from "../../domain/kernel/errors.ts";
import { controlOf, isConstrained, type NewAccount } from "../../domain/ledger/account.ts";
import { reversalKind } from "../../domain/ledger/reversal.ts";
import { callersIdFailure, type NewTransaction } from "../../domain/ledger/transaction.ts";
import { type Context, saveAs } from "../kit/context.ts";
import { mostItemsInTransaction } from "../kit/table/store.ts";
import { type Known, knownOf } from "./known.ts";
import { type PostingContext, type PostingRequest, post } from "./posting.ts";
import { type Reference, referencesOf, unknownOf } from "./references.ts";
import type { BulkResult } from "./transaction-routes.ts";

export interface BulkAnswer {
  readonly posted: number;
  readonly replayed: number;
  readonly refused: number;
  readonly results: BulkResult[];
}

/** A row that may be posted, with what it opens. */
interface Row {
  readonly at: number;
  readonly request: PostingRequest;
}

/**
 * The items that a row needs beside those of the rows before it in its group, by name. Of accounts that are not known
 * it is not known whether they have guards; a group that turns out too large is halved.
 */
const itemsOf = (
  { transaction, opens = [], writes = [] }: PostingRequest,
  known: Pick<Known, "account">,
): { own: number; shared: string[] } => {
  const { postings, links = {}, effectiveOn = "" } = transaction;
  const [year, month] = [effectiveOn.slice(0, 4), effectiveOn.slice(0, 7)];
  const paths = postings.flatMap(({ account, commodity }) =>
    [account, controlOf(account)].flatMap((path) =>
      path === undefined ? [] : [`${path} ${commodity} ${month}`],
    ),
  );
  const turnover = postings.flatMap(({ commodity, productId }) =>
    [links.clientId, links.counterpartyId, productId ?? links.productId].flatMap((id) =>
      id === undefined ? [] : [`${id} ${commodity} ${year}`],
    ),
  );
  const guards = postings.flatMap(({ account: path, commodity }) => {
    const account = known.account(path) ?? opens.find((one) => one.path === path);
    return account && isConstrained(account) ? [`guard ${path} ${commodity}`] : [];
  });
  const opened = opens.flatMap(({ path }) => (known.account(path) ? [] : [path]));
  return { own: 1 + postings.length + writes.length, shared: [...paths, ...turnover, ...guards, ...opened] };
};

/** Rows in their order, in groups that one DynamoDB transaction should hold; an id stands once in a group. */
export const groupsOf = (rows: readonly Row[], known: Pick<Known, "account">): Row[][] => {
  const groups: Row[][] = [];
  let group: Row[] = [];
  // The head of the chain, and what the accounts of the group bring for the first time.
  const reserve = 4;
  let own = reserve;
  let shared = new Set<string>();
  let ids = new Set<string>();
  for (const row of rows) {
    const needed = itemsOf(row.request, known);
    const more = new Set([...shared, ...needed.shared]);
    const { id } = row.request.transaction;
    if (group.length > 0 && (own + needed.own + more.size > mostItemsInTransaction || ids.has(id))) {
      groups.push(group);
      group = [];
      own = reserve;
      shared = new Set();
      ids = new Set();
    }
    group.push(row);
    own += needed.own;
    for (const name of needed.shared) shared.add(name);
    ids.add(id);
  }
  return group.length > 0 ? [...groups, group] : groups;
};

const refused = (id: string, failure: Failure): BulkResult => ({
  id,
  outcome: "refused",
  code: failure.code,
  ...(failure.detail === undefined ? {} : { detail: failure.detail }),
  ...(failure.fields.length > 0 ? { errors: [...failure.fields] } : {}),
});

const given = (
  unknown: readonly Reference[] | undefined,
  transaction: NewTransaction,
): Failure | undefined => {
  if (unknown?.length)
    return new Failure("reference.unknown", {
      fields: unknown.map(({ pointer }) => ({ pointer, reason: "names no record" })),
    });
  const ofRecord = callersIdFailure(transaction.id);
  if (ofRecord) return ofRecord;
  return transaction.kind === reversalKind
    ? new Failure("request.invalid", {
        fields: [{ pointer: "/kind", reason: "is kept for what takes a transaction back" }],
      })
    : undefined;
};

/** Posts a group; where it is refused, its halves, down to the row that is at fault. */
const postedGroup = async (
  context: PostingContext,
  group: readonly Row[],
  byHand: boolean,
): Promise<BulkResult[]> => {
  try {
    const { replay } = await post(
      context,
      group.map(({ request }) => request),
      { answer: () => undefined, byHand },
    );
    const outcome = replay ? ("replayed" as const) : ("posted" as const);
    return group.map(({ request }) => ({ id: request.transaction.id, outcome }));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const [only] = group;
    if (group.length === 1 && only) return [refused(only.request.transaction.id, error)];
    const middle = Math.ceil(group.length / 2);
    const before = await postedGroup(context, group.slice(0, middle), byHand);
    return [...before, ...(await postedGroup(context, group.slice(middle), byHand))];
  }
};

/** How many groups are posted at once where their order makes no difference. */
const mostAtOnce = 4;

/** Whether no account of a row can refuse anything, by all that is known: then its place among others means nothing. */
const isCalm = ({ request: { transaction, opens = [] } }: Row, known: Pick<Known, "account">): boolean =>
  transaction.postings.every(({ account: path }) => {
    const account = known.account(path) ?? opens.find((one) => one.path === path);
    return account !== undefined && account.type !== "stock" && !isConstrained(account);
  });

/** What counts in one month stands together, for it shares the pages of its accounts; a month keeps the order it has. */
const byMonth = (a: Row, b: Row): number => {
  const monthOf = ({ request }: Row) => request.transaction.effectiveOn?.slice(0, 7) ?? "";
  return monthOf(a).localeCompare(monthOf(b));
};

/**
 * Posts each of up to a thousand requests, in groups of as many as one DynamoDB transaction holds. They are posted in
 * their order where it makes a difference: where an account is constrained, or an id stands twice. A refused one does
 * not hold up the others; a request that was posted before is told as `replayed`.
 */
export const postAll = async (
  context: PostingContext,
  requests: readonly PostingRequest[],
  { byHand = false }: { readonly byHand?: boolean } = {},
): Promise<BulkResult[]> => {
  const known = knownOf(context.store.tenantId);
  const rows = requests.map((request, at) => ({ at, request }));
  const areDistinct = new Set(requests.map(({ transaction }) => transaction.id)).size === requests.length;
  const isFree = (row: Row) => areDistinct && isCalm(row, known);
  const groups = groupsOf(rows.every(isFree) ? rows.toSorted(byMonth) : rows, known);
  const results: BulkResult[] = [];
  for (let at = 0; at < groups.length; ) {
    const next = groups.slice(at, at + mostAtOnce);
    const other = next.findIndex((group) => !group.every(isFree));
    const together = next.slice(0, other < 0 ? next.length : Math.max(1, other));
    // All of them end before anything is thrown: a failure leaves nothing running behind the answer.
    const done = await Promise.allSettled(together.map(async (group) => postedGroup(context, group, byHand)));
    for (const [n, one] of done.entries()) {
      if (one.status === "rejected") throw one.reason;
      for (const [m, result] of one.value.entries()) {
        const row = together[n]?.[m];
        if (row) results[row.at] = result;
      }
    }
    at += together.length;
  }
  return results;
};

/** What a member sends in bulk. Rows that name records which are not there are refused by themselves. */
export const bulkPosted = async (
  context: Context,
  transactions: readonly NewTransaction[],
  opens: readonly NewAccount[],
): Promise<BulkAnswer> => {
  const references = transactions.map(referencesOf);
  const unknown = new Set(await unknownOf(context.store, references.flat()));
  const openable = new Map(opens.map((account) => [account.path, account]));
  const failures = transactions.map((transaction, n) =>
    given(
      references[n]?.filter((reference) => unknown.has(reference)),
      transaction,
    ),
  );
  const posting: PostingContext = {
    ...context,
    // Each group is a change of its own; the request's key stands for all of them.
    save: (change) => saveAs(context, context.member.id, change),
  };
  const rows = transactions.flatMap((transaction, n): PostingRequest[] => {
    const wishes = transaction.postings.flatMap(({ account }) => openable.get(account) ?? []);
    return failures[n] ? [] : [{ transaction, opens: [...new Set(wishes)] }];
  });
  const done = (await postAll(posting, rows, { byHand: true })).values();
  const results = transactions.map(({ id }, n): BulkResult => {
    const failure = failures[n];
    const result = failure ? refused(id, failure) : done.next().value;
    if (!result) throw new Error("a row has no result");
    return result;
  });
  const count = (outcome: BulkResult["outcome"]) => results.filter((one) => one.outcome === outcome).length;
  return { posted: count("posted"), replayed: count("replayed"), refused: count("refused"), results };
};
