import * as z from "zod";
import { Day, type Instant, millisecondsOf } from "../../domain/kernel/time.ts";
import { controlOf } from "../../domain/ledger/account.ts";
import { type Fold, foldOver, isUsable, lastFoldable } from "../../domain/ledger/fold.ts";
import type { PeriodLock } from "../../domain/ledger/lock.ts";
import type { BalanceTimes, LedgerPage } from "../../domain/ledger/pages.ts";
import { runParallel } from "../kit/parallel.ts";
import { entity } from "../kit/table/entity.ts";
import { toItem } from "../kit/table/item.ts";
import { StaleWrite, type Store, type Write } from "../kit/table/store.ts";
import { ledgerPartitions, periodLockEntity } from "./store.ts";

const FoldRecord = z.object({
  version: z.literal(1),
  account: z.string(),
  commodity: z.string(),
  year: z.string(),
  sum: z.string().meta({ description: "Of all pages up to the end of the year; debit above zero" }),
  lastInsertedOn: Day,
  lockVersion: z.int(),
});
type FoldRecord = z.infer<typeof FoldRecord>;

/** Access pattern: the folds of an account and commodity by year, beside its pages. */
export const foldEntity = entity<FoldRecord, Pick<FoldRecord, "account" | "commodity" | "year">>({
  name: "ledger-fold",
  schema: FoldRecord,
  key: ({ account, commodity, year }) => ({
    pk: ledgerPartitions.balance(account, commodity),
    sk: `FOLD#${year}`,
  }),
});

/** The years of the newest folds that are looked at. */
const mostFolds = 3;
/** With fewer pages there is nothing to gain. */
const leastPages = 100;
/** A posting that was under way when the books were locked has long been seen by then. */
const graceMs = 15 * 60_000;

export interface Folds {
  readonly lock: PeriodLock | undefined;
  /** The newest that may stand for all pages up to the end of its year. */
  readonly fold: Fold | undefined;
}

const foldOf = ({ year, sum, lastInsertedOn, lockVersion }: FoldRecord): Fold => ({
  year,
  sum: BigInt(sum),
  lastInsertedOn,
  lockVersion,
});

/** All folds of an account, with the lock that says which of them are good. */
export const allFolds = async (
  store: Store,
  account: string,
  commodity: string,
  { until = "9999", most = 1_000 }: { readonly until?: string; readonly most?: number } = {},
): Promise<{ readonly lock: PeriodLock | undefined; readonly folds: Fold[] }> => {
  const [lock, { items }] = await runParallel([
    () => store.get(periodLockEntity, {}),
    () =>
      store.list<FoldRecord>({
        pk: ledgerPartitions.balance(account, commodity),
        between: ["FOLD#", `FOLD#${until}`],
        newestFirst: true,
        limit: most,
      }),
  ]);
  return { lock, folds: items.map(foldOf) };
};

/** The fold from which a balance may begin. The accounts of one client or place have few pages, and no folds. */
export const foldFor = async (
  store: Store,
  account: string,
  commodity: string,
  times: BalanceTimes,
): Promise<Folds> => {
  if (controlOf(account) !== undefined) return { lock: undefined, fold: undefined };
  const yearBefore = Number((times.asOf ?? "9999").slice(0, 4)) - 1;
  const until = String(yearBefore).padStart(4, "0");
  const { lock, folds } = await allFolds(store, account, commodity, { until, most: mostFolds });
  return { lock, fold: folds.find((fold) => isUsable(fold, lock, times)) };
};

const foldWrite = (record: FoldRecord): Write => ({
  entity: foldEntity.name,
  key: foldEntity.key(record),
  otherwise: () => new StaleWrite(),
  build: (tenantId, TableName, { changeId }) => ({
    Put: { TableName, Item: toItem(tenantId, foldEntity, record, { changeId }) },
  }),
});

/**
 * Keeps the sum of locked years for later readings, where it took many pages to read. It may fail: then it is made
 * another time, and nothing is lost.
 * @param pages all behind the fold that there was, up to the last day of effect that was asked for
 */
export const keepFold = async (
  store: Store,
  { account, commodity }: Pick<FoldRecord, "account" | "commodity">,
  { lock, fold }: Folds,
  pages: readonly LedgerPage[],
  { asOf }: BalanceTimes,
  now: Instant,
): Promise<void> => {
  const year = lastFoldable(lock, asOf);
  if (lock?.changedAt === undefined || year === undefined || year <= (fold?.year ?? "")) return;
  if (millisecondsOf(lock.changedAt) > millisecondsOf(now) - graceMs) return;
  const old = pages.filter(({ month }) => month <= `${year}-12`);
  if (old.length < leastPages) return;
  const { sum, lastInsertedOn } = foldOver(fold, old);
  try {
    await store.write(
      [
        foldWrite({
          version: 1,
          account,
          commodity,
          year,
          sum: String(sum),
          lastInsertedOn,
          lockVersion: lock.version,
        }),
      ],
      "fold",
    );
  } catch {
    // Whoever only reads may not be allowed to write, or is throttled: the balance is as good without.
  }
};
