import { exactNumber } from "../../domain/kernel/money.ts";
import { pagingOf } from "../../domain/kernel/page.ts";
import { type Day, type Month, monthIn } from "../../domain/kernel/time.ts";
import { monthsOf, type Parting, type ProfitPart, partsOf } from "../../domain/profit/parts.ts";
import {
  figuresOf,
  isSame,
  type Period,
  type Profit,
  profitIn,
  profitOfMonths,
  yearsOf,
} from "../../domain/profit/profit.ts";
import { loadClient, loadCounterparty } from "../clients/access.ts";
import type { Context } from "../kit/context.ts";
import { found } from "../kit/found.ts";
import type { Handlers } from "../kit/serve.ts";
import { productEntity } from "../products/store.ts";
import type { profitRoutes } from "./routes.ts";
import {
  accountsIn,
  allIn,
  type Dimension,
  type PostedAccount,
  profitAccounts,
  transactionsOf,
  turnoverIn,
} from "./store.ts";

interface Asked {
  readonly from?: Month | undefined;
  readonly to?: Month | undefined;
  readonly currency?: string | undefined;
}

/** The months that are asked for. @throws request.invalid, limit.exceeded */
const periodOf = ({ now, tenant }: Pick<Context, "now" | "tenant">, asked: Asked): Period => {
  const to = asked.to ?? monthIn(now, tenant.timeZone);
  const period = {
    to,
    from: asked.from ?? `${to.slice(0, 4)}-01`,
    currency: asked.currency ?? tenant.currency,
  };
  yearsOf(period);
  return period;
};

const profitOf = async (
  context: Context,
  dimension: Dimension,
  id: string,
  asked: Asked,
): Promise<Profit> => {
  const period = periodOf(context, asked);
  return profitIn(period, await turnoverIn(context.store, dimension, id, period));
};

/** How often transactions are read again because they do not come to what was counted. */
const mostReadings = 3;

/**
 * The profit of a client by what its transactions name, and as it was known on a day. The transactions are read from an
 * index, which may lag behind; what was counted as they were posted says whether all of them are there.
 * @throws limit.exceeded, money.overflow
 */
const dividedProfit = async (
  context: Context,
  clientId: string,
  asked: Asked & { readonly by?: Parting | undefined; readonly knownAt?: Day | undefined },
): Promise<Profit & { steady: boolean; knownAt?: Day; parts?: ProfitPart[] }> => {
  const { by, knownAt } = asked;
  const period = periodOf(context, asked);
  const accounts = new Map((await profitAccounts(context.store)).map((account) => [account.path, account]));
  for (let reading = 1; ; reading++) {
    const counted = await profitOf(context, "client", clientId, asked);
    const transactions = await transactionsOf(context.store, clientId, period);
    const steady = isSame(counted, profitOfMonths(period, monthsOf(transactions, accounts, period)));
    if (!steady && reading < mostReadings) continue;
    const wanted = { ...period, ...(knownAt === undefined ? {} : { knownAt }) };
    return {
      ...profitOfMonths(period, monthsOf(transactions, accounts, wanted)),
      ...(knownAt === undefined ? {} : { knownAt }),
      ...(by === undefined ? {} : { parts: partsOf(transactions, accounts, wanted, by) }),
      steady,
    };
  }
};

const pageOf = (
  context: Context,
  dimension: Dimension,
  query: Asked & { readonly limit?: number | undefined; readonly cursor?: string | undefined },
) =>
  allIn(context.store, dimension, periodOf(context, query), {
    ...pagingOf(query),
  });

const sumOf = (accounts: readonly PostedAccount[], turnover: PostedAccount["turnover"]): bigint =>
  accounts.filter((one) => one.turnover === turnover).reduce((sum, { amount }) => sum + amount, 0n);

export const profitHandlers: Handlers<typeof profitRoutes> = {
  async readCompanyProfit({ query }, context) {
    const period = periodOf(context, query);
    const accounts = await accountsIn(context.store, period, query.knownAt);
    return {
      ...period,
      ...(query.knownAt === undefined ? {} : { knownAt: query.knownAt }),
      ...figuresOf({
        revenue: -sumOf(accounts, "revenue"),
        costOfGoods: sumOf(accounts, "cost"),
        accounts,
      }),
      accounts: accounts.map(({ account, amount }) => ({ account, amountMinor: exactNumber(amount) })),
    };
  },

  async listClientProfits({ query }, context) {
    const { items, ...rest } = await pageOf(context, "client", query);
    return { items: items.map(({ id, ...sums }) => ({ clientId: id, ...sums })), ...rest };
  },

  async listCounterpartyProfits({ query }, context) {
    const { items, ...rest } = await pageOf(context, "counterparty", query);
    return { items: items.map(({ id, ...sums }) => ({ counterpartyId: id, ...sums })), ...rest };
  },

  async listProductProfits({ query }, context) {
    const { items, ...rest } = await pageOf(context, "product", query);
    return { items: items.map(({ id, ...sums }) => ({ productId: id, ...sums })), ...rest };
  },

  async readClientProfit({ params, query }, context) {
    await loadClient(context, params.clientId);
    return query.by === undefined && query.knownAt === undefined
      ? profitOf(context, "client", params.clientId, query)
      : dividedProfit(context, params.clientId, query);
  },

  async readCounterpartyProfit({ params, query }, context) {
    await loadCounterparty(context, params.counterpartyId);
    return profitOf(context, "counterparty", params.counterpartyId, query);
  },

  async readProductProfit({ params, query }, context) {
    await found(context.store.get(productEntity, { id: params.productId }));
    return profitOf(context, "product", params.productId, query);
  },
};
