import { Failure } from "../../domain/kernel/errors.ts";
import { exactNumber } from "../../domain/kernel/money.ts";
import { pageSize } from "../../domain/kernel/page.ts";
import { type Day, instantOf, millisecondsOf } from "../../domain/kernel/time.ts";
import { type Account, natural } from "../../domain/ledger/account.ts";
import type { StatementLine } from "../../domain/ledger/effects.ts";
import { type BalanceTimes, balanceOf } from "../../domain/ledger/pages.ts";
import { runningFrom } from "../../domain/ledger/statement.ts";
import type { Context } from "../kit/context.ts";
import type { Handlers } from "../kit/serve.ts";
import { counterOf } from "../kit/table/counter.ts";
import { fromItem } from "../kit/table/item.ts";
import { mergedItems } from "../kit/table/merged.ts";
import { commoditiesOf } from "./commodities.ts";
import type { ledgerReadRoutes } from "./reads-routes.ts";
import { balanceIn, linePartitions, loadAccount, type StoredBalance, storedBalance } from "./reads-store.ts";
import { listMemberBalances, readTrialBalance } from "./trial-balance.ts";

const balanceShown = (
  { type, mayGoBelowZero }: Account,
  commodity: string,
  times: BalanceTimes,
  { pages, guard, held }: StoredBalance,
) => {
  const balance = balanceOf(pages, times);
  const isPresent = times.asOf === undefined && times.knownAt === undefined;
  return {
    commodity,
    balance: exactNumber(balance),
    natural: exactNumber(natural(type, balance)),
    ...(isPresent && !mayGoBelowZero ? { available: exactNumber(counterOf(guard, "available")) } : {}),
    ...(isPresent && held.taken !== 0n ? { reservedOut: exactNumber(held.taken) } : {}),
    ...(isPresent && held.brought !== 0n ? { reservedIn: exactNumber(held.brought) } : {}),
  };
};

const dayBefore = (day: Day): Day =>
  instantOf(millisecondsOf(`${day}T00:00:00.000Z`) - 86_400_000).slice(0, 10);

/** Where a statement goes on: behind a line, with the balance that it came to. */
const statementPlace = ({ store }: Context, cursor: string | undefined) => {
  if (cursor === undefined) return undefined;
  const [sk = "", balance = ""] = store.cursors.open(cursor);
  if (!sk.startsWith("POSTING#") || !/^-?\d{1,40}$/.test(balance))
    throw new Failure("request.cursor-mismatch", {
      fields: [{ pointer: "/query/cursor", reason: "is not a cursor of this query" }],
    });
  // No key goes on with a character that sorts before the digits and letters, but for this one.
  return { from: `${sk}!`, balance: BigInt(balance) };
};

const lineShown = ({ balance, ...line }: StatementLine & { readonly balance: bigint }) => ({
  ...line,
  balance: exactNumber(balance),
});

export const readHandlers: Pick<
  Handlers<typeof ledgerReadRoutes>,
  "listLedgerBalances" | "readLedgerStatement" | "readTrialBalance" | "listMemberBalances"
> = {
  readTrialBalance,
  listMemberBalances,

  async listLedgerBalances({ query }, context) {
    const { account: path, commodity, asOf, knownAt, limit = pageSize.standard, cursor } = query;
    const times = { asOf, knownAt };
    const read = (one: string) => storedBalance(context.store, path, one, times);
    if (commodity !== undefined) {
      const [account, stored] = await Promise.all([loadAccount(context, path), read(commodity)]);
      const { type } = account;
      return { account: path, type, items: [balanceShown(account, commodity, times, stored)] };
    }
    const [account, { items, next }] = await Promise.all([
      loadAccount(context, path),
      commoditiesOf(context.store, path, { limit, cursor }),
    ]);
    const balances = await Promise.all(
      items.map(async (one) => balanceShown(account, one, times, await read(one))),
    );
    return {
      account: path,
      type: account.type,
      items: balances.filter(
        ({ balance, reservedOut = 0, reservedIn = 0 }) =>
          balance !== 0 || reservedOut !== 0 || reservedIn !== 0,
      ),
      ...(next === undefined ? {} : { next }),
    };
  },

  async readLedgerStatement({ query }, context) {
    const { account: path, commodity, from, to, limit = pageSize.standard, cursor } = query;
    const { store } = context;
    const place = statementPlace(context, cursor);
    const opened = async () =>
      from === undefined ? 0n : balanceIn(store, path, commodity, { asOf: dayBefore(from) });
    const [{ type }, opening, { found, more }] = await Promise.all([
      loadAccount(context, path),
      place?.balance ?? opened(),
      mergedItems(store, {
        pks: linePartitions(path, commodity),
        between: [place?.from ?? `POSTING#${from ?? ""}`, `POSTING#${to ?? "9999-12-31"}#~`],
        limit,
      }),
    ]);
    const part = runningFrom(
      opening,
      found.map(({ item }) => fromItem<StatementLine>(item)),
    );
    const last = found.at(-1);
    return {
      account: path,
      type,
      commodity,
      opening: exactNumber(part.opening),
      items: part.lines.map(lineShown),
      closing: exactNumber(part.closing),
      ...(more && last ? { next: store.cursors.seal([last.sk, String(part.closing)]) } : {}),
    };
  },
};
