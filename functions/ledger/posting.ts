import type { Tenant } from "../../domain/access/records.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { chanceIn } from "../../domain/kernel/id.ts";
import { dayIn, type Instant } from "../../domain/kernel/time.ts";
import { controlAccount, controlOf, type NewAccount, openedAccount } from "../../domain/ledger/account.ts";
import { canonicalText, chained, type Unchained } from "../../domain/ledger/chain.ts";
import { effectsOf } from "../../domain/ledger/effects.ts";
import { checkExpiry } from "../../domain/ledger/pending.ts";
import {
  checkBalanced,
  effectiveDay,
  isCounted,
  type NewTransaction,
  type Posting,
  type Settlement,
  type Transaction,
} from "../../domain/ledger/transaction.ts";
import { type Happened, happened } from "../../events/event.ts";
import { transactionPosted } from "../../events/ledger.ts";
import { wait } from "../kit/again.ts";
import type { Actor, Change } from "../kit/context.ts";
import { type Store, type Write, WriteConflict } from "../kit/table/store.ts";
import { ensureChart } from "./chart.ts";
import { newCommodities } from "./commodities.ts";
import { GuardMoved, guardName, noneSeen, seeGuards } from "./guards.ts";
import { type Known, knownOf } from "./known.ts";
import { looked, pathsFor, type View } from "./look.ts";
import { LostChain, postingWrites, SeenBefore } from "./posting-writes.ts";
import { headOf, sha256, transactionEntity } from "./store.ts";

/** What posting needs of a request; both `Context` of a route and `Listening` of a subscriber are one. */
export interface PostingContext extends Pick<Actor, "store" | "now" | "newId"> {
  readonly tenant: Pick<Tenant, "timeZone">;
  save(change: Change<unknown>): Promise<unknown>;
}

export interface PostingRequest {
  /** As the caller or a flow of the system makes it; `effectiveOn` is the tenant's today where there is none. */
  readonly transaction: Omit<NewTransaction, "kind"> & { readonly kind: string };
  /** Accounts that are opened by the way where they are not there yet; one that is there stays as it is. */
  readonly opens?: readonly NewAccount[];
  /** The transaction that this one takes back. It is marked, and cannot be taken back twice. */
  readonly reverses?: string;
  /** It only reserves what it would move, until this moment. Made by `reserve` (pending.ts), which keeps its state. */
  readonly pending?: { readonly expiresAt: Instant };
  /** The pending transaction that it settles, and what that reserves. Made by `settle` (pending.ts). */
  readonly settles?: { readonly id: string; readonly as: Settlement; readonly reserved: readonly Posting[] };
  /**
   * What the caller sent, where the transaction was derived from it and from the state of things: a repetition is
   * known by it. Absent: the transaction itself.
   */
  readonly content?: unknown;
  /** The caller's records that belong to this transaction among several, written with it or not at all. */
  readonly writes?: readonly Write[];
}

export interface PostingMore<Answer> {
  /** The caller's own records, written with the transactions or not at all. Their refusals and `StaleWrite` reach the caller. */
  readonly writes?: readonly Write[];
  readonly happened?: readonly Happened[];
  /** What the route answers, also to a repetition; it is remembered under the request's Idempotency-Key. */
  readonly answer: (transactions: readonly Transaction[], replay: boolean) => Answer;
  /** Refuses accounts that a part of the system keeps (`managedBy`): for what people post by hand. */
  readonly byHand?: boolean;
}

export interface Posted<Answer> {
  /** In the order of the requests. */
  readonly transactions: readonly Transaction[];
  /** They were posted before, by a request of the same content: nothing was written now. */
  readonly replay: boolean;
  readonly answer: Answer;
}

const mostTries = 14;

/** Refusals that follow from what is remembered of accounts and of the lock. */
const rememberedRefusals = new Set([
  "ledger.account-closed",
  "ledger.account-managed",
  "ledger.account-unfit",
  "ledger.period-locked",
]);

interface Draft {
  readonly request: PostingRequest;
  readonly contentHash: string;
}

const draftOf = (request: PostingRequest): Draft => {
  checkBalanced(request.transaction.postings);
  return { request, contentHash: sha256(canonicalText(request.content ?? request.transaction)) };
};

/** The earlier results, if every transaction was posted before with the same content. @throws ledger.id-reused */
const earlierOf = async (store: Store, drafts: readonly Draft[]): Promise<Transaction[] | undefined> => {
  const read = () =>
    store.getAll(
      transactionEntity,
      drafts.map(({ request }) => ({ id: request.transaction.id })),
    );
  let there = await read();
  // Each is read at a moment of its own: where some are there, those that came with them are by now.
  if (there.includes(undefined) && there.some((one) => one !== undefined)) there = await read();
  for (const [n, found] of there.entries())
    if (found && found.contentHash !== drafts[n]?.contentHash)
      throw new Failure("ledger.id-reused", { detail: `${found.id} was posted with other content.` });
  const earlier = there.filter((one) => one !== undefined);
  if (earlier.length === 0) return undefined;
  if (earlier.length < drafts.length)
    throw new Failure("ledger.id-reused", {
      detail: `${earlier.map(({ id }) => id).join(", ")} was posted before without the others.`,
    });
  return earlier;
};

const unchainedOf = (context: PostingContext, drafts: readonly Draft[], view: View): Unchained[] => {
  const today = dayIn(context.now, context.tenant.timeZone);
  return drafts.map(({ request: { transaction, reverses, pending, settles }, contentHash }) => {
    if (pending) checkExpiry(pending.expiresAt, context.now);
    // What counts nowhere may be said in a period that is locked.
    const isQuiet = pending !== undefined || (settles !== undefined && settles.as !== "posted");
    const lockedThrough = isQuiet ? undefined : view.head.lockedThrough;
    return {
      id: transaction.id,
      version: 1,
      kind: transaction.kind,
      ...(transaction.memo === undefined ? {} : { memo: transaction.memo }),
      ...(transaction.links === undefined ? {} : { links: transaction.links }),
      postings: transaction.postings,
      effectiveOn: effectiveDay(transaction.effectiveOn, today, lockedThrough),
      insertedAt: context.now,
      insertedOn: today,
      ...(reverses === undefined ? {} : { reverses }),
      ...(pending === undefined ? {} : { pending }),
      ...(settles === undefined ? {} : { settles: settles.id, settledAs: settles.as }),
      contentHash,
    };
  });
};

/** The accounts of a change, with those that it opens. @throws ledger.account-unknown, -closed, -managed, -unfit */
const accountsOf = ({ now }: PostingContext, drafts: readonly Draft[], view: View, byHand: boolean) => {
  const accounts = new Map(view.accounts);
  const opened: ReturnType<typeof openedAccount>[] = [];
  const wishes = new Map(
    drafts.flatMap(({ request }) => (request.opens ?? []).map((one) => [one.path, one])),
  );
  const open = (account: ReturnType<typeof openedAccount>) => {
    accounts.set(account.path, account);
    opened.push(account);
    return account;
  };
  for (const { request } of drafts)
    for (const [n, posting] of request.transaction.postings.entries()) {
      const at = (reason: string) => ({ fields: [{ pointer: `/postings/${n}/account`, reason }] });
      const wish = wishes.get(posting.account);
      const there = accounts.get(posting.account);
      if (!there && !wish)
        throw new Failure("ledger.account-unknown", {
          detail: `There is no account ${posting.account}.`,
          ...at("names no account"),
        });
      // One that was opened by hand in its place may lack the constraints that a part of the system counts on.
      if (there && wish?.managedBy !== undefined && there.managedBy !== wish.managedBy)
        throw new Failure("ledger.account-unfit", {
          detail: `${posting.account} was opened by hand and is not kept by ${wish.managedBy}.`,
        });
      const account = there ?? (wish && open(openedAccount(wish, now)));
      const letsGo = request.settles !== undefined && request.settles.as !== "posted";
      if (account?.closedAt !== undefined && !letsGo)
        throw new Failure("ledger.account-closed", {
          detail: `${posting.account} is closed.`,
          ...at("names an account that is closed"),
        });
      if (byHand && account?.managedBy !== undefined)
        throw new Failure("ledger.account-managed", {
          detail: `${posting.account} is kept by ${account.managedBy}.`,
          ...at("names an account that takes no postings by hand"),
        });
      const control = there ? undefined : controlOf(posting.account);
      if (!account || control === undefined) continue;
      const above = accounts.get(control) ?? open(controlAccount(account, control));
      if (above.type !== account.type)
        throw new Failure("ledger.account-unfit", {
          detail: `${control} is of the type ${above.type}, and so are its members.`,
        });
    }
  return { accounts, opened };
};

/** Tries once on a chain. */
const tried = async <Answer>(
  context: PostingContext,
  known: Known,
  chain: number,
  drafts: readonly Draft[],
  more: PostingMore<Answer>,
  looksAtDays: boolean,
): Promise<Posted<Answer>> => {
  const released = drafts.flatMap(({ request }) => (request.settles ? [request.settles.reserved] : []));
  const posted = [...drafts.map(({ request }) => request.transaction.postings), ...released]
    .flat()
    .map(({ account }) => account);
  const openable = new Set(drafts.flatMap(({ request }) => (request.opens ?? []).map(({ path }) => path)));
  const paths = pathsFor(posted, openable);
  let view = await looked(context.store, known, chain, paths);
  if (!view.head.charted) {
    await ensureChart(context);
    known.forgetHead(chain);
    view = await looked(context.store, known, chain, paths);
  }
  const { accounts, opened } = accountsOf(context, drafts, view, more.byHand ?? false);
  const transactions = chained(view.head, unchainedOf(context, drafts, view), sha256);
  const last = transactions.at(-1);
  if (!last) throw new Error("a change posts at least one transaction");
  const head = { ...view.head, version: view.head.version + 1, seq: last.seq, hash: last.hash };
  const commodities = newCommodities(transactions, known);
  const answer = more.answer(transactions, false);
  const effects = effectsOf(transactions, accounts, released);
  const seen =
    looksAtDays || effects.guards.some((change) => known.countsAfter(guardName(change), change.days[0]?.day))
      ? await seeGuards(context.store, effects.guards, dayIn(context.now, context.tenant.timeZone))
      : noneSeen;
  await context.save({
    writes: postingWrites({
      transactions,
      effects,
      seen,
      opened,
      head,
      commodities,
      own: [...drafts.flatMap(({ request }) => request.writes ?? []), ...(more.writes ?? [])],
    }),
    happened: [
      ...transactions.filter(isCounted).map((one) => happened(transactionPosted, one)),
      ...(more.happened ?? []),
    ],
    answer,
  });
  known.learnHead(head);
  known.learnAccounts(opened, head.epoch);
  known.learnCommodities(commodities);
  known.learnDays(effects.guards.map((change) => [guardName(change), change.days.at(-1)?.day]));
  return { transactions, replay: false, answer };
};

/**
 * Posts transactions, and with them whatever else belongs to the change, in ONE DynamoDB transaction of at most
 * 100 items (a simple transaction of two postings takes about ten). The one way into the ledger, for every subject:
 *
 * ```ts
 * const { answer, replay, transactions } = await post(
 *   context,
 *   [{ transaction: { id: shipment.id, kind: "shipment", postings, links }, opens: [placeAccount] }],
 *   { writes: [create(shipmentEntity, shipment)], happened: [...], answer: () => shipment },
 * );
 * ```
 *
 * - It calls `context.save` itself: a handler that posts does not save. `answer` is what the route answers.
 * - Exactly once by the transaction's id: the same id with the same `content` (absent: the transaction) answers
 *   `replay: true` with what was posted then, and writes nothing, the caller's records neither; load them by what
 *   stands in the transactions. Flows give ids derived from their records' ids (`<shipment id>`, `<invoice id>:void`).
 * - Several requests are all posted or none, on one chain; what they do to one account is netted.
 * - Lost races for chains and accounts are tried again here, a bounded number of times. What the caller's own
 *   writes refuse comes through: a `StaleWrite` makes the kit run the handler again.
 * - Accounts constrained by `mayGoBelowZero: false` or `limits` refuse with a `Shortage` (domain/ledger/errors.ts)
 *   that has the numbers. They are held on every day: a transaction with an earlier day than others is held against
 *   each day from its own on, and the `Shortage` names the first day that it would break (`on`).
 *
 * @throws ledger.unbalanced, ledger.effective-day, ledger.period-locked, ledger.account-unknown,
 * ledger.account-closed, ledger.account-unfit, ledger.insufficient, ledger.limit-exceeded, ledger.id-reused,
 * ledger.reversed-already, money.overflow, limit.exceeded, record.busy
 */
export const post = async <Answer>(
  context: PostingContext,
  requests: readonly PostingRequest[],
  more: PostingMore<Answer>,
): Promise<Posted<Answer>> => {
  const drafts = requests.map(draftOf);
  const ids = requests.map(({ transaction }) => transaction.id);
  const twice = ids.find((id, n) => ids.indexOf(id) !== n);
  if (twice !== undefined)
    throw new Failure("ledger.id-reused", { detail: `${twice} stands twice in the request.` });
  const known = knownOf(context.store.tenantId);
  let lookedAnew = false;
  let looksAtDays = false;
  for (let attempt = 1; ; attempt++) {
    const chain = await known.take(() => chanceIn(context.newId("change")));
    let met = false;
    try {
      return await tried(context, known, chain, drafts, more, looksAtDays);
    } catch (error) {
      // Whatever it was, what is known of the chain may not hold any more.
      known.forgetHead(chain);
      if (error instanceof LostChain) {
        met = true;
        known.learnHead(headOf(chain, error.standing));
      } else if (error instanceof GuardMoved) {
        looksAtDays = true;
      } else if (error instanceof WriteConflict) {
        met = true;
      } else if (error instanceof SeenBefore || error instanceof Failure) {
        // A request that was carried out is answered as it was then, whatever would be said to it today.
        const earlier = await earlierOf(context.store, drafts);
        if (earlier) {
          const answer = more.answer(earlier, true);
          // Nothing is written but the answer, where the request has a key under which it is to be remembered.
          await context.save({ writes: [], answer });
          return { transactions: earlier, replay: true, answer };
        }
        // It is refused by what stands now, not by what this instance saw some time ago.
        if (error instanceof Failure && (lookedAnew || !rememberedRefusals.has(error.code))) throw error;
        lookedAnew = true;
        known.forgetHeads();
      } else throw error;
      if (attempt === mostTries) throw new Failure("record.busy");
    } finally {
      known.giveBack(chain, met);
    }
    if (attempt > 2) await wait(chanceIn(context.newId("change")) * Math.min(400, 4 * 2 ** attempt));
  }
};
