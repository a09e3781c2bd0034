import { Failure } from "../../domain/kernel/errors.ts";
import { exactNumber } from "../../domain/kernel/money.ts";
import { pageSize } from "../../domain/kernel/page.ts";
import { type Day, instantOf, millisecondsOf } from "../../domain/kernel/time.ts";
import type { StatementLine } from "../../domain/ledger/effects.ts";
import {
  isKnown,
  isShown,
  type Running,
  runningFrom,
  type StatementFilter,
} from "../../domain/ledger/statement.ts";
import type { Context } from "../kit/context.ts";
import { runParallel } from "../kit/parallel.ts";
import type { Handler } from "../kit/serve.ts";
import { fromItem } from "../kit/table/item.ts";
import { mergedItems } from "../kit/table/merged.ts";
import type { Store } from "../kit/table/store.ts";
import type { ledgerReadRoutes } from "./reads-routes.ts";
import { balanceIn, linePartitions, loadAccount } from "./reads-store.ts";

/** Lines that one request reads at the most to fill its page, where it leaves some out. */
const mostRead = 1_000;
/** Lines that are read at once after the first did not suffice. */
const chunk = 200;

const dayBefore = (day: Day): Day =>
  instantOf(millisecondsOf(`${day}T00:00:00.000Z`) - 86_400_000).slice(0, 10);

const earlier = (a: Day, b: Day | undefined): Day => (b === undefined || a < b ? a : b);

/** A place in a statement: behind a line, with the balance that it came to. */
interface Place {
  readonly from: string;
  readonly balance: bigint;
}

/** Where a statement goes on. */
const placeIn = ({ store }: Context, cursor: string | undefined): Place | undefined => {
  if (cursor === undefined) return undefined;
  const [sk = "", balance = ""] = store.cursors.open(cursor);
  if (!sk.startsWith("POSTING#") || !/^-?\d{1,40}$/.test(balance))
    throw new Failure("request.cursor-mismatch", {
      fields: [{ pointer: "/query/cursor", reason: "is not a cursor of this query" }],
    });
  return { from: behind(sk), balance: BigInt(balance) };
};

/** No key goes on with a character that sorts before the digits and letters, but for this one. */
const behind = (sk: string): string => `${sk}!`;

interface Found {
  readonly sk: string;
  readonly line: Running<StatementLine>;
}

interface Page {
  readonly shown: readonly Found[];
  readonly closing: bigint;
  /** The line behind which the next page begins. */
  readonly next?: string | undefined;
}

interface Range {
  readonly pks: readonly string[];
  readonly to: string;
  readonly limit: number;
  readonly filter: StatementFilter;
}

/** One page of a statement: lines are read until it is full, the statement ends, or `mostRead` lines were read. */
export const statementPage = async (
  store: Store,
  start: Place,
  { pks, to, limit, filter }: Range,
): Promise<Page> => {
  const shown: Found[] = [];
  let { from, balance } = start;
  for (let read = 0; ; ) {
    const most = read === 0 ? limit : chunk;
    const { found, more } = await mergedItems(store, { pks, between: [from, to], limit: most });
    for (const [at, { sk, item }] of found.entries()) {
      const line = fromItem<StatementLine>(item);
      if (!isKnown(line, filter)) continue;
      const { lines, closing } = runningFrom(balance, [line]);
      balance = closing;
      if (isShown(line, filter)) shown.push(...lines.map((one) => ({ sk, line: one })));
      if (shown.length === limit && (more || at < found.length - 1))
        return { shown, closing: balance, next: sk };
    }
    const last = found.at(-1)?.sk;
    read += found.length;
    if (!more || last === undefined) return { shown, closing: balance };
    if (read >= mostRead) return { shown, closing: balance, next: last };
    from = behind(last);
  }
};

const lineShown = ({ line: { balance, ...line } }: Found) => ({ ...line, balance: exactNumber(balance) });

export const readLedgerStatement: Handler<typeof ledgerReadRoutes.readLedgerStatement> = async (
  { query },
  context,
) => {
  const { account: path, commodity, from, to = "9999-12-31", limit = pageSize.standard, cursor } = query;
  const { store } = context;
  const opened = async (): Promise<Place> => ({
    from: `POSTING#${from ?? ""}`,
    balance:
      from === undefined
        ? 0n
        : await balanceIn(store, path, commodity, { asOf: dayBefore(from), knownAt: query.knownAt }),
  });
  const [{ type }, start] = await runParallel([
    () => loadAccount(context, path),
    () => placeIn(context, cursor) ?? opened(),
  ]);
  const { shown, closing, next } = await statementPage(store, start, {
    pks: linePartitions(path, commodity),
    // Nothing takes effect after the day of its insertion.
    to: `POSTING#${earlier(to, query.knownAt)}#~`,
    limit,
    filter: query,
  });
  return {
    account: path,
    type,
    commodity,
    opening: exactNumber(start.balance),
    items: shown.map(lineShown),
    closing: exactNumber(closing),
    ...(next === undefined ? {} : { next: store.cursors.seal([next, String(closing)]) }),
  };
};
