import * as z from "zod";
import { Format } from "../../domain/kernel/text.ts";
import type { Day } from "../../domain/kernel/time.ts";
import { canonicalText } from "../../domain/ledger/chain.ts";
import { linesOf, type StatementLine } from "../../domain/ledger/effects.ts";
import { countedByDay, type RecountFault, recountOn, type SumsByDay } from "../../domain/ledger/recount.ts";
import { isCounted, type Transaction } from "../../domain/ledger/transaction.ts";
import type { VerificationFault } from "../../domain/ledger/verify.ts";
import { type Item, itemKey } from "../kit/table/item.ts";
import type { Store } from "../kit/table/store.ts";
import { type StoredBalance, storedBalance } from "./reads-store.ts";
import { ledgerPartitions, lineEntity, transactionEntity } from "./store.ts";
import type { Reserved } from "./verify-held.ts";
import { itemsByKey, readable, twiceSeen } from "./verify-record.ts";

/** Lines that one step adds up. */
const linesAtOnce = 1000;
/** How often what is being posted to is read, to find it holding still. */
export const mostReadings = 4;

/** A recount that goes on in the next step: behind a line, with what the day of that line has come to. */
export const RecountPlace = z.object({
  sk: z.string().startsWith("POSTING#"),
  effectiveOn: z.string().optional(),
  sums: z.record(z.string(), Format(41, z.regex(/^-?\d{1,40}$/))),
});
export type RecountPlace = z.infer<typeof RecountPlace>;

export interface Recounting {
  readonly store: Store;
  /** What was inserted on this day or before can change no more. */
  readonly settledThrough: Day;
  readonly reserved: Reserved;
}

export interface ShardStep {
  readonly lines: number;
  /** Absent: the shard is done. */
  readonly next?: RecountPlace;
  readonly fault?: VerificationFault;
}

export interface Shard {
  readonly account: string;
  readonly commodity: string;
  readonly shard: string;
}

/** What the pages of a shard count. */
export const countedOf = ({ pages }: StoredBalance, shard: string): SumsByDay =>
  countedByDay(pages.filter((page) => page.shard === shard));

/** Sums as a text, to see whether they are the same. */
const textOf = (days: SumsByDay): string =>
  JSON.stringify(
    [...days]
      .map(([day, sums]) => [day, [...sums].map(([inserted, sum]) => `${inserted} ${sum}`).sort()])
      .sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)),
  );

const pageFault = (
  { account, commodity }: Shard,
  { effectiveOn, insertedOn, counted, recounted }: RecountFault,
): VerificationFault => ({
  kind: "page",
  account,
  commodity,
  effectiveOn,
  insertedOn,
  detail: `The balance counts ${counted} for the day, the lines of the statement come to ${recounted}.`,
});

/** A line that no transaction brought, or that stands where it does not belong. */
const strayFault = async (
  store: Store,
  { account, commodity }: Shard,
  items: readonly Item[],
  lines: readonly StatementLine[],
): Promise<VerificationFault | undefined> => {
  const keyOf = ({ transactionId: id }: StatementLine) => transactionEntity.key({ id });
  const transactions = await itemsByKey(store, lines.map(keyOf));
  for (const [at, line] of lines.entries()) {
    const item = items[at];
    const transaction = transactions.record<Transaction>(keyOf(line));
    const brought = transaction && isCounted(transaction) ? linesOf(transaction)[line.n] : undefined;
    const record = brought && { version: 1 as const, ...brought };
    const key = record && itemKey(store.tenantId, lineEntity.key(record));
    const isThere = key?.pk?.S === item?.pk?.S && key?.sk?.S === item?.sk?.S;
    if (!isThere || canonicalText(record) !== canonicalText(line))
      return {
        kind: "posting",
        account,
        commodity,
        transactionId: line.transactionId,
        effectiveOn: line.effectiveOn,
        detail: `No transaction brought the line ${item?.sk?.S} of the statement.`,
      };
  }
  return undefined;
};

const always = () => true;

/**
 * Adds up the lines of one shard of an account by one step, and holds them against what its pages count. What is
 * posted meanwhile need not be seen on both sides; so what was inserted of late is compared only where all lines were
 * read at once and the pages held still.
 * @param counted what the pages count, where that was read just before
 */
export const shardStep = async (
  { store, settledThrough }: Recounting,
  shard: Shard,
  from: RecountPlace | undefined,
  counted?: SumsByDay,
): Promise<ShardStep> => {
  const isSettled = (insertedOn: Day) => insertedOn <= settledThrough;
  const count = async () =>
    countedOf(await storedBalance(store, shard.account, shard.commodity), shard.shard);
  const start = {
    effectiveOn: from?.effectiveOn,
    sums: new Map(Object.entries(from?.sums ?? {}).map(([day, sum]) => [day, BigInt(sum)])),
  };
  for (let reading = 1; ; reading++) {
    const before = reading === 1 && counted ? counted : await count();
    const { items, next } = await store.items({
      pk: ledgerPartitions.lines(shard.account, shard.commodity, shard.shard),
      between: [from ? `${from.sk}!` : "POSTING#", "POSTING#~"],
      limit: linesAtOnce,
    });
    const lines: StatementLine[] = [];
    for (const item of items) {
      const line = readable<StatementLine>(item);
      if (!line) return { lines: lines.length, fault: unreadable(shard, item.sk?.S ?? "") };
      lines.push(line);
    }
    if (reading === 1) {
      const stray = await twiceSeen(() => strayFault(store, shard, items, lines));
      if (stray) return { lines: lines.length, fault: stray };
    }
    const isEnd = next === undefined;
    const isWhole = from === undefined && isEnd;
    if (isWhole && !recountOn(start, lines, before, true, always).fault) return { lines: lines.length };
    if (isWhole && reading < mostReadings) continue;
    const isStill = isWhole && textOf(await count()) === textOf(before);
    const { recount, fault } = recountOn(start, lines, before, isEnd, isStill ? always : isSettled);
    if (fault) return { lines: lines.length, fault: pageFault(shard, fault) };
    const last = items.at(-1)?.sk?.S;
    if (isEnd || last === undefined) return { lines: lines.length };
    const sums = Object.fromEntries([...recount.sums].map(([day, sum]) => [day, String(sum)]));
    return {
      lines: lines.length,
      next: {
        sk: last,
        ...(recount.effectiveOn === undefined ? {} : { effectiveOn: recount.effectiveOn }),
        sums,
      },
    };
  }
};

const unreadable = ({ account, commodity }: Shard, sk: string): VerificationFault => ({
  kind: "posting",
  account,
  commodity,
  detail: `The line ${sk} of the statement cannot be read.`,
});
