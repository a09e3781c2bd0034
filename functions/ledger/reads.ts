import { Failure, notFound } from "../../domain/kernel/errors.ts";
import { exactNumber } from "../../domain/kernel/money.ts";
import { pageSize } from "../../domain/kernel/page.ts";
import { type Day, dayIn, instantOf, millisecondsOf } from "../../domain/kernel/time.ts";
import { type Account, natural } from "../../domain/ledger/account.ts";
import type { StatementLine, TurnoverSums } from "../../domain/ledger/effects.ts";
import { type BalanceTimes, balanceOf } from "../../domain/ledger/pages.ts";
import { runningFrom } from "../../domain/ledger/statement.ts";
import { turnoverOf } from "../../domain/ledger/turnover.ts";
import { loadClient, loadCounterparty } from "../clients/access.ts";
import type { Context } from "../kit/context.ts";
import type { Handlers } from "../kit/serve.ts";
import { counterOf } from "../kit/table/counter.ts";
import { fromItem } from "../kit/table/item.ts";
import { mergedItems } from "../kit/table/merged.ts";
import { productEntity } from "../products/store.ts";
import { commoditiesOf } from "./commodities.ts";
import type { ledgerReadRoutes } from "./reads-routes.ts";
import { balanceIn, linePartitions, loadAccount, numbersOf, storedBalance } from "./reads-store.ts";
import { turnoverKey } from "./store.ts";
import { listMemberBalances, readTrialBalance } from "./trial-balance.ts";

const balanceShown = async (
  { store }: Context,
  { path, type, mayGoBelowZero }: Account,
  commodity: string,
  times: BalanceTimes,
) => {
  const { pages, guard } = await storedBalance(store, path, commodity, times);
  const balance = balanceOf(pages, times);
  const isPresent = times.asOf === undefined && times.knownAt === undefined;
  return {
    commodity,
    balance: exactNumber(balance),
    natural: exactNumber(natural(type, balance)),
    ...(isPresent && !mayGoBelowZero ? { available: exactNumber(counterOf(guard, "available")) } : {}),
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

/** The figures of a year. What was never sold has turned over nothing. */
const turnoverShown = async (
  { store, tenant, now }: Context,
  dimension: TurnoverSums["dimension"],
  id: string,
  asked: { readonly year?: number | undefined; readonly currency?: string | undefined },
) => {
  const { year = Number(dayIn(now, tenant.timeZone).slice(0, 4)), currency = tenant.currency } = asked;
  const [item] = await store.batchGet([turnoverKey({ dimension, id, year: String(year), currency })]);
  return turnoverOf(year, currency, item ? numbersOf(item) : []);
};

export const readHandlers: Pick<
  Handlers<typeof ledgerReadRoutes>,
  | "listLedgerBalances"
  | "readLedgerStatement"
  | "readTrialBalance"
  | "listMemberBalances"
  | "readClientTurnover"
  | "readCounterpartyTurnover"
  | "readProductTurnover"
> = {
  readTrialBalance,
  listMemberBalances,

  async listLedgerBalances({ query }, context) {
    const { account: path, commodity, asOf, knownAt, limit = pageSize.standard, cursor } = query;
    const account = await loadAccount(context, path);
    const about = { account: path, type: account.type };
    const times = { asOf, knownAt };
    if (commodity !== undefined)
      return { ...about, items: [await balanceShown(context, account, commodity, times)] };
    const { items, next } = await commoditiesOf(context.store, path, { limit, cursor });
    const balances = await Promise.all(items.map((one) => balanceShown(context, account, one, times)));
    return {
      ...about,
      items: balances.filter(({ balance }) => balance !== 0),
      ...(next === undefined ? {} : { next }),
    };
  },

  async readLedgerStatement({ query }, context) {
    const { account: path, commodity, from, to, limit = pageSize.standard, cursor } = query;
    const { store } = context;
    const { type } = await loadAccount(context, path);
    const place = statementPlace(context, cursor);
    const opening = place
      ? place.balance
      : from === undefined
        ? 0n
        : await balanceIn(store, path, commodity, { asOf: dayBefore(from) });
    const { found, more } = await mergedItems(store, {
      pks: linePartitions(path, commodity),
      between: [place?.from ?? `POSTING#${from ?? ""}`, `POSTING#${to ?? "9999-12-31"}#~`],
      limit,
    });
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

  async readClientTurnover({ params, query }, context) {
    await loadClient(context, params.clientId);
    return turnoverShown(context, "client", params.clientId, query);
  },

  async readCounterpartyTurnover({ params, query }, context) {
    await loadCounterparty(context, params.counterpartyId);
    return turnoverShown(context, "counterparty", params.counterpartyId, query);
  },

  async readProductTurnover({ params, query }, context) {
    if (!(await context.store.get(productEntity, { id: params.productId }))) throw notFound();
    return turnoverShown(context, "product", params.productId, query);
  },
};
