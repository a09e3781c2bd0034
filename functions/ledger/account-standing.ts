import { Failure } from "../../domain/kernel/errors.ts";
import { type Account, isConstrained } from "../../domain/ledger/account.ts";
import { sumOfDays } from "../../domain/ledger/days.ts";
import { type Guard, guardOf, type Standing } from "../../domain/ledger/guard.ts";
import { daysOf } from "../../domain/ledger/pages.ts";
import { mapParallel } from "../kit/parallel.ts";
import { counterOf } from "../kit/table/counter.ts";
import { type Item, itemKey } from "../kit/table/item.ts";
import { mostItemsInTransaction, StaleWrite, type Store, type Write } from "../kit/table/store.ts";
import { commoditiesOf } from "./commodities.ts";
import { pageOf } from "./pages.ts";
import { guardEntityName, guardKey, headKeys, headOf, headWrite, ledgerPartitions } from "./store.ts";

/** More than the shards of a common account have in fifty years. */
const mostPages = 10_000;
/** Commodities of an account that one change looks through. */
const mostCommodities = 1000;

/** What stands on an account, and whether it has a guard, be it one of constraints that it had earlier. */
interface Found extends Standing {
  readonly guarded: boolean;
}

const heldIn = (items: readonly Item[], counter: "taken" | "brought"): bigint =>
  items
    .filter(({ sk }) => sk?.S?.startsWith("HELD#"))
    .reduce((sum, item) => sum + counterOf(item, counter), 0n);

const standingOf = async (store: Store, account: Account, commodity: string): Promise<Found> => {
  const pk = ledgerPartitions.balance(account.path, commodity);
  const items = await store.collection(pk, mostPages);
  const pages = items.filter(({ sk }) => sk?.S?.startsWith("PAGE#")).map(pageOf);
  return {
    commodity,
    days: daysOf(pages, account.type),
    taken: heldIn(items, "taken"),
    brought: heldIn(items, "brought"),
    guarded: items.some(({ sk }) => sk?.S === "GUARD"),
  };
};

/** What stands on an account, in every commodity that it may ever have had. @throws limit.exceeded */
const standingsOf = async (store: Store, account: Account): Promise<Found[]> => {
  const { items, next } = await commoditiesOf(store, account.path, { limit: mostCommodities });
  if (next !== undefined)
    throw new Failure("limit.exceeded", {
      detail: `Accounts of its kind hold more than ${mostCommodities} commodities.`,
    });
  const standings: Found[] = [];
  for (let at = 0; at < items.length; at += 20)
    standings.push(
      ...(await mapParallel(items.slice(at, at + 20), (commodity) => standingOf(store, account, commodity))),
    );
  return standings;
};

/** Whether an account is at zero in every commodity, with nothing reserved. @throws limit.exceeded */
const isEmpty = async (store: Store, account: Account): Promise<boolean> =>
  (await standingsOf(store, account)).every(
    ({ days, taken, brought }) => sumOfDays(days) === 0n && taken === 0n && brought === 0n,
  );

/**
 * Writes all heads on the versions that they have now: with them goes only what was decided on what stands between, and
 * every posting under way looks at the account again.
 */
const stillness = async (store: Store): Promise<Write[]> => {
  const heads = (await store.moment(headKeys)).map((item, chain) => headOf(chain, item));
  return heads.map((head) =>
    headWrite({ ...head, version: head.version + 1, epoch: head.epoch + 1 }, () => new StaleWrite()),
  );
};

/**
 * What is written beside an account that gets other constraints: its guards as of this very moment. The heads of all
 * chains are read before and written on the versions they had, so that no posting lies between. A constraint that is new
 * holds for the whole past of the account, or is refused.
 * @throws ledger.account-in-use, limit.exceeded; StaleWrite where somebody posted meanwhile
 */
export const constrainedWrites = async (
  store: Store,
  before: Account,
  account: Account,
): Promise<Write[]> => {
  const touched = await stillness(store);
  if (!isConstrained(account)) return touched;
  const guards = (await standingsOf(store, account))
    .filter(
      ({ days, taken, brought, guarded }) => guarded || days.length > 0 || taken !== 0n || brought !== 0n,
    )
    .map((standing) => guardOf(before, account, standing));
  if (guards.length + touched.length + 2 > mostItemsInTransaction)
    throw new Failure("limit.exceeded", { detail: `It holds ${guards.length} commodities.` });
  return [...touched, ...guards.map((guard) => guardPut(account.path, guard))];
};

/**
 * What is written beside an account that is closed: it is empty when that is written, or nothing is.
 * @throws ledger.account-not-empty, limit.exceeded; StaleWrite where somebody posted meanwhile
 */
export const closingWrites = async (store: Store, account: Account): Promise<Write[]> => {
  const touched = await stillness(store);
  if (!(await isEmpty(store, account)))
    throw new Failure("ledger.account-not-empty", { detail: `${account.path} is not at zero.` });
  return touched;
};

const guardPut = (path: string, { commodity, settled, available, room, lastDay }: Guard): Write => ({
  entity: guardEntityName,
  key: guardKey(path, commodity),
  otherwise: () => new StaleWrite(),
  build: (tenantId, TableName) => ({
    Put: {
      TableName,
      Item: {
        ...itemKey(tenantId, guardKey(path, commodity)),
        entity: { S: guardEntityName },
        settled: { N: String(settled) },
        available: { N: String(available) },
        ...(room === undefined ? {} : { room: { N: String(room) } }),
        ...(lastDay === undefined ? {} : { lastDay: { S: lastDay } }),
      },
    },
  }),
});
