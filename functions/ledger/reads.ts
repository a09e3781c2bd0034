import { exactNumber } from "../../domain/kernel/money.ts";
import { pageSize } from "../../domain/kernel/page.ts";
import { type Account, natural } from "../../domain/ledger/account.ts";
import type { BalanceTimes } from "../../domain/ledger/pages.ts";
import { mapParallel, runParallel } from "../kit/parallel.ts";
import type { Handlers } from "../kit/serve.ts";
import { commoditiesOf } from "./commodities.ts";
import type { ledgerReadRoutes } from "./reads-routes.ts";
import { loadAccount, type Standing, standingIn } from "./reads-store.ts";
import { readLedgerStatement } from "./statement.ts";
import { listMemberBalances, readTrialBalance } from "./trial-balance.ts";

const balanceShown = (
  { type, mayGoBelowZero }: Account,
  commodity: string,
  times: BalanceTimes,
  { balance, held }: Standing,
) => {
  const settled = natural(type, balance);
  const isPresent = times.asOf === undefined && times.knownAt === undefined;
  return {
    commodity,
    balance: exactNumber(balance),
    natural: exactNumber(settled),
    // As its guard says, which may be written between the reading of the account and that of its balance.
    ...(isPresent && !mayGoBelowZero ? { available: exactNumber(settled - held.taken) } : {}),
    ...(isPresent && held.taken !== 0n ? { reservedOut: exactNumber(held.taken) } : {}),
    ...(isPresent && held.brought !== 0n ? { reservedIn: exactNumber(held.brought) } : {}),
  };
};

export const readHandlers: Pick<
  Handlers<typeof ledgerReadRoutes>,
  "listLedgerBalances" | "readLedgerStatement" | "readTrialBalance" | "listMemberBalances"
> = {
  readTrialBalance,
  listMemberBalances,
  readLedgerStatement,

  async listLedgerBalances({ query }, context) {
    const { account: path, commodity, asOf, knownAt, limit = pageSize.standard, cursor } = query;
    const times = { asOf, knownAt };
    const read = (one: string) => standingIn(context.store, path, one, times, context.now);
    if (commodity !== undefined) {
      const [account, early] = await runParallel([() => loadAccount(context, path), () => read(commodity)]);
      const { type } = account;
      // It may have been opened and posted to between the two: an account that is there is not said to hold nothing.
      const stored = early.isNothing ? await read(commodity) : early;
      return { account: path, type, items: [balanceShown(account, commodity, times, stored)] };
    }
    const [account, { items, next }] = await runParallel([
      () => loadAccount(context, path),
      () => commoditiesOf(context.store, path, { limit, cursor }),
    ]);
    const balances = await mapParallel(items, async (one) =>
      balanceShown(account, one, times, await read(one)),
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
};
