import { createHash } from "node:crypto";
import * as z from "zod";
import { Format } from "../../domain/kernel/text.ts";
import { Day } from "../../domain/kernel/time.ts";
import { type Account, controlOf, isConstrained, natural } from "../../domain/ledger/account.ts";
import { firstDayOutside } from "../../domain/ledger/days.ts";
import { foldOver, isUsable } from "../../domain/ledger/fold.ts";
import { balanceOf, daysOf, type LedgerPage, markOf } from "../../domain/ledger/pages.ts";
import type { VerificationFault } from "../../domain/ledger/verify.ts";
import { mapParallel } from "../kit/parallel.ts";
import { counterOf } from "../kit/table/counter.ts";
import { fromItem } from "../kit/table/item.ts";
import { commodityBehind } from "./commodities.ts";
import { allFolds } from "./folds.ts";
import { shardsOf } from "./pages.ts";
import { type StoredBalance, stateOf, storedBalance } from "./reads-store.ts";
import { accountEntity, ledgerPartitions } from "./store.ts";
import type { Held } from "./verify-held.ts";
import {
  countedOf,
  mostReadings,
  type Recounting,
  RecountPlace,
  type ShardStep,
  shardStep,
} from "./verify-lines.ts";
import { wait } from "./verify-record.ts";

const pauseMs = 50;

/** Members of a control account that one step recounts. */
const membersAtOnce = 20;

const Whole = Format(101, z.regex(/^-?\d{1,100}$/));

/** The balance of an account, and the mark of its days. */
const Sums = z.object({ balance: Whole, mark: Whole });
type Sums = z.infer<typeof Sums>;

/** The sums of the members of a control account, as far as they were recounted. */
const MemberSums = z.object({
  /** What the state of the ledger was before the first of them was read. */
  state: z.int(),
  now: Sums,
  /** As known on the last day that was settled then. */
  settled: Sums,
  settledThrough: Day,
});
type MemberSums = z.infer<typeof MemberSums>;

const weigh = (text: string): bigint => createHash("sha256").update(text).digest().readBigUInt64BE();

const sumsOf = (pages: readonly LedgerPage[], knownAt?: string): Sums => ({
  balance: String(balanceOf(pages, { knownAt })),
  mark: String(markOf(pages, weigh, { knownAt })),
});

const nothing: Sums = { balance: "0", mark: "0" };
const added = (a: Sums, b: Sums): Sums => ({
  balance: String(BigInt(a.balance) + BigInt(b.balance)),
  mark: String(BigInt(a.mark) + BigInt(b.mark)),
});

/** How far the accounts were recounted: an account, commodity, shard or member under way, or else the last one done. */
export const AccountsPlace = z.object({
  account: z.string().default(""),
  isAccountUnderWay: z.boolean().default(false),
  commodity: z.string().default(""),
  isCommodityUnderWay: z.boolean().default(false),
  shard: z.int().min(0).default(0),
  member: z.string().default(""),
  members: MemberSums.optional(),
  /** Where the shard or member under way goes on, and which member that is. */
  lines: RecountPlace.optional(),
  memberUnderWay: z.string().optional(),
});
export type AccountsPlace = z.infer<typeof AccountsPlace>;

export interface AccountsStep {
  /** Absent: all accounts are done. */
  readonly place?: AccountsPlace | undefined;
  readonly lines: number;
  readonly accounts: number;
  readonly fault?: VerificationFault | undefined;
}

/** The part of a list behind a path; all of it behind "", which no sort key may be. */
const beyond = (path: string): { readonly beyond?: string } => (path === "" ? {} : { beyond: path });

const nothingRead = { lines: 0, accounts: 0 } as const;

/** The account or commodity under way is done; the next one begins anew. */
const commodityDone = ({ account, commodity }: AccountsPlace): AccountsPlace =>
  AccountsPlace.parse({ account, isAccountUnderWay: true, commodity });
const accountDone = ({ account }: AccountsPlace): AccountsPlace => AccountsPlace.parse({ account });

/** What is wrong with what is said to be reserved on an account, in words. */
const heldSays = ({ held }: StoredBalance, { taken, brought }: Held): string | undefined =>
  held.taken === taken && held.brought === brought
    ? undefined
    : `${held.taken} and ${held.brought} are said to be reserved; pending transactions reserve ${taken} and ${brought}.`;

/** What is wrong with the guard of an account, in words; undefined where it says what pages and reservations say. */
const guardSays = (
  account: Account,
  commodity: string,
  { pages, guard, held }: StoredBalance,
): string | undefined => {
  const balance = natural(account.type, balanceOf(pages));
  const settled = counterOf(guard, "settled");
  if (balance !== settled) return `The account is held to a balance of ${settled}; it is ${balance}.`;
  const available = counterOf(guard, "available");
  if (available !== balance - held.taken)
    return `${available} are said to be available; of ${balance}, ${held.taken} are reserved.`;
  const limit = account.limits?.[commodity];
  const room = BigInt(limit ?? 0) - balance - held.brought;
  if (limit !== undefined && guard?.room !== undefined && counterOf(guard, "room") !== room)
    return `There is said to be room for ${counterOf(guard, "room")}; under the limit of ${limit} there is for ${room}.`;
  const lastDay = daysOf(pages, account.type).at(-1)?.day ?? "";
  // A guard from before guards knew their last day says nothing of it.
  return guard?.lastDay?.S !== undefined && guard.lastDay.S < lastDay
    ? `Nothing is said to count behind ${guard.lastDay.S}; something counts on ${lastDay}.`
    : undefined;
};

/** The first day on which a constrained account is beyond what it may be at. */
const constraintFault = (
  account: Account,
  commodity: string,
  { pages }: StoredBalance,
): VerificationFault | undefined => {
  const { path, mayGoBelowZero, limits } = account;
  const limit = limits?.[commodity];
  const outside = firstDayOutside({ mayGoBelowZero, limit }, daysOf(pages, account.type));
  return (
    outside && {
      kind: "constraint",
      account: path,
      commodity,
      effectiveOn: outside.day,
      detail:
        outside.balance < 0n
          ? `The account stood at ${outside.balance} on that day and may not go below zero.`
          : `The account stood at ${outside.balance} on that day, over its limit of ${limit}.`,
    }
  );
};

/**
 * What is reserved on an account is what open pending transactions reserve, and the guard of a constrained one agrees
 * with that and its balance; looked at while nothing is posted. On no day is that one beyond its constraints.
 */
const guardFault = async (
  { store, reserved }: Recounting,
  account: Account,
  commodity: string,
): Promise<VerificationFault | undefined> => {
  const { path } = account;
  for (let reading = 0; reading < mostReadings; reading++) {
    const before = await stateOf(store);
    const held = await reserved.by(before, account, commodity);
    const balance = await storedBalance(store, path, commodity);
    const guarded = isConstrained(account);
    const detail =
      (held && heldSays(balance, held)) ?? (guarded ? guardSays(account, commodity, balance) : undefined);
    const ofConstraint =
      guarded && detail === undefined ? constraintFault(account, commodity, balance) : undefined;
    if (detail === undefined && !ofConstraint) return undefined;
    const isLast = reading + 1 === mostReadings;
    if (isLast && (await stateOf(store)) === before)
      return detail === undefined ? ofConstraint : { kind: "guard", account: path, commodity, detail };
    // What is open is read by an index, which shows it a moment later.
    reserved.forget();
    await wait(pauseMs);
  }
  return undefined;
};

/** What was kept of locked years is what their pages come to. */
const foldFault = async (
  { store }: Recounting,
  account: string,
  commodity: string,
  pages: readonly LedgerPage[],
): Promise<VerificationFault | undefined> => {
  const { lock, folds } = await allFolds(store, account, commodity);
  for (const fold of folds.filter((one) => isUsable(one, lock))) {
    const { sum } = foldOver(
      undefined,
      pages.filter(({ month }) => month <= `${fold.year}-12`),
    );
    if (sum !== fold.sum)
      return {
        kind: "page",
        account,
        commodity,
        year: Number(fold.year),
        detail: `${fold.sum} is kept for the years through ${fold.year}; their days come to ${sum}.`,
      };
  }
  return undefined;
};

/** The steps up to the first that has a fault or goes on. */
const upToOpen = (
  steps: readonly ShardStep[],
): { readonly done: number; readonly open: ShardStep | undefined } => {
  const at = steps.findIndex(({ next, fault }) => next !== undefined || fault !== undefined);
  return at < 0 ? { done: steps.length, open: undefined } : { done: at, open: steps[at] };
};

const linesIn = (steps: readonly ShardStep[]): number => steps.reduce((sum, { lines }) => sum + lines, 0);

/** The shards of a common account, from the one under way on, at once. */
const commonStep = async (recounting: Recounting, place: AccountsPlace): Promise<AccountsStep> => {
  const { store } = recounting;
  const { account: path, commodity, shard: first } = place;
  const shards = shardsOf(path).slice(first);
  const balance = await storedBalance(store, path, commodity);
  const steps = await mapParallel(shards, (shard, n) =>
    shardStep(
      recounting,
      { account: path, commodity, shard },
      n === 0 ? place.lines : undefined,
      countedOf(balance, shard),
    ),
  );
  const { done, open } = upToOpen(steps);
  const lines = linesIn(steps.slice(0, done + 1));
  if (open?.fault) return { lines, accounts: 0, fault: open.fault };
  if (open) return { lines, accounts: 0, place: { ...place, shard: first + done, lines: open.next } };
  const account = await store.get(accountEntity, { path });
  const fault =
    (await foldFault(recounting, path, commodity, balance.pages)) ??
    (account && (await guardFault(recounting, account, commodity)));
  return { lines, accounts: 1, fault, place: commodityDone(place) };
};

/** The members of a control account sum up to it. */
const controlFault = async (
  recounting: Recounting,
  { account, commodity }: AccountsPlace,
  { state, now, settled, settledThrough }: MemberSums,
): Promise<VerificationFault | undefined> => {
  const { store } = recounting;
  const { pages } = await storedBalance(store, account, commodity);
  const isUnmoved = (await stateOf(store)) === state;
  const [is, should] = isUnmoved ? [sumsOf(pages), now] : [sumsOf(pages, settledThrough), settled];
  if (is.balance === should.balance && is.mark === should.mark)
    return foldFault(recounting, account, commodity, pages);
  return {
    kind: "control",
    account,
    commodity,
    detail:
      is.balance === should.balance
        ? `The control account stands at ${is.balance} as its members do, but by other days.`
        : `The control account stands at ${is.balance}, its members at ${should.balance}.`,
  };
};

/** The next members of a control account, at once. */
const controlStep = async (recounting: Recounting, place: AccountsPlace): Promise<AccountsStep> => {
  const { store, settledThrough } = recounting;
  const { account: control, commodity } = place;
  const sums = place.members ?? {
    state: await stateOf(store),
    now: nothing,
    settled: nothing,
    settledThrough,
  };
  const { items } = await store.list<Account>({
    index: "list",
    pk: ledgerPartitions.membersOf(control),
    ...beyond(place.member),
    limit: membersAtOnce,
  });
  if (items.length === 0)
    return {
      ...nothingRead,
      accounts: 1,
      fault: await controlFault(recounting, place, sums),
      place: commodityDone(place),
    };
  const steps = await mapParallel(items, ({ path }) =>
    shardStep(
      recounting,
      { account: path, commodity, shard: "-" },
      // Others may have been opened before it meanwhile.
      path === place.memberUnderWay ? place.lines : undefined,
    ),
  );
  const { done, open } = upToOpen(steps);
  const lines = linesIn(steps.slice(0, done + 1));
  if (open?.fault) return { lines, accounts: 0, fault: open.fault };
  const recounted = items.slice(0, done);
  const balances = await mapParallel(recounted, ({ path }) => storedBalance(store, path, commodity));
  const faults = await mapParallel(recounted, (account) => guardFault(recounting, account, commodity));
  const sumOf = (knownAt?: string) =>
    balances.map(({ pages }) => sumsOf(pages, knownAt)).reduce(added, nothing);
  const next: AccountsPlace = {
    ...place,
    member: recounted.at(-1)?.path ?? place.member,
    lines: open?.next,
    memberUnderWay: items[done]?.path,
    members: {
      ...sums,
      now: added(sums.now, sumOf()),
      settled: added(sums.settled, sumOf(sums.settledThrough)),
    },
  };
  return { lines, accounts: done, fault: faults.find((fault) => fault !== undefined), place: next };
};

/** Recounts accounts by one step: the lines of a common account, or of some members of a control account. */
export const accountsStep = async (recounting: Recounting, place: AccountsPlace): Promise<AccountsStep> => {
  const { store } = recounting;
  if (!place.isAccountUnderWay) {
    const { items } = await store.items({
      index: "list",
      pk: ledgerPartitions.accounts,
      ...beyond(place.account),
      limit: 1,
    });
    const [item] = items;
    if (!item) return nothingRead;
    const { path } = fromItem<Account>(item);
    return { ...nothingRead, place: AccountsPlace.parse({ account: path, isAccountUnderWay: true }) };
  }
  if (!place.isCommodityUnderWay) {
    const commodity = await commodityBehind(store, place.account, place.commodity);
    return {
      ...nothingRead,
      place:
        commodity === undefined ? accountDone(place) : { ...place, commodity, isCommodityUnderWay: true },
    };
  }
  return controlOf(place.account) === undefined && place.account.split(":").includes("*")
    ? controlStep(recounting, place)
    : commonStep(recounting, place);
};
