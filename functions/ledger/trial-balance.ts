import * as z from "zod";
import { Failure } from "../../domain/kernel/errors.ts";
import { exactNumber } from "../../domain/kernel/money.ts";
import { pageSize } from "../../domain/kernel/page.ts";
import { type Account, AccountType, natural } from "../../domain/ledger/account.ts";
import { trialBalanceOf } from "../../domain/ledger/trial-balance.ts";
import { mapParallel } from "../kit/parallel.ts";
import type { Handler } from "../kit/serve.ts";
import { fromItem } from "../kit/table/item.ts";
import { siftedPage } from "../kit/table/sifted.ts";
import type { Store } from "../kit/table/store.ts";
import type { ledgerReadRoutes } from "./reads-routes.ts";
import { balanceIn, loadAccount, stateOf } from "./reads-store.ts";
import { ledgerPartitions } from "./store.ts";

/** How often a page is read again because something was posted meanwhile. */
const mostReadings = 3;

/** What is carried from page to page of a trial balance. */
const Carried = z.object({
  list: z.string(),
  state: z.int(),
  steady: z.boolean(),
  types: z.array(z.object({ type: AccountType, debit: z.int(), credit: z.int() })),
});

const carriedIn = (store: Store, cursor: string | undefined): z.infer<typeof Carried> | undefined => {
  if (cursor === undefined) return undefined;
  const [text = ""] = store.cursors.open(cursor);
  try {
    return Carried.parse(JSON.parse(text));
  } catch {
    throw new Failure("request.cursor-mismatch", {
      fields: [{ pointer: "/query/cursor", reason: "is not a cursor of this query" }],
    });
  }
};

export const readTrialBalance: Handler<typeof ledgerReadRoutes.readTrialBalance> = async (
  { query },
  context,
) => {
  const { store, tenant } = context;
  const { commodity = tenant.currency, asOf, knownAt, limit = pageSize.standard } = query;
  const before = carriedIn(store, query.cursor);
  const readings = async () => {
    const page = await store.list<Account>({
      index: "list",
      pk: ledgerPartitions.accounts,
      limit,
      cursor: before?.list,
    });
    const balances = await mapParallel(page.items, ({ path }) =>
      balanceIn(store, path, commodity, { asOf, knownAt }, context.now),
    );
    const rows = page.items.map(({ path, type }, n) => ({ account: path, type, balance: balances[n] ?? 0n }));
    return { rows, next: page.next };
  };
  let state = await stateOf(store);
  let { rows, next } = await readings();
  let after = await stateOf(store);
  for (let reading = 1; after !== state && reading < mostReadings; reading++) {
    state = after;
    ({ rows, next } = await readings());
    after = await stateOf(store);
  }
  const steady = after === state && (before === undefined || (before.steady && before.state === state));
  const { accounts, types, debit, credit } = trialBalanceOf(rows, before?.types);
  const carry = (list: string) => store.cursors.seal([JSON.stringify({ list, state, steady, types })]);
  return {
    commodity,
    items: [...accounts],
    debit,
    credit,
    types: [...types],
    steady,
    ...(next === undefined ? {} : { next: carry(next) }),
  };
};

export const listMemberBalances: Handler<typeof ledgerReadRoutes.listMemberBalances> = async (
  { query },
  context,
) => {
  const { store, tenant } = context;
  const { control, commodity = tenant.currency, asOf, knownAt, limit = pageSize.standard, cursor } = query;
  const { type } = await loadAccount(context, control);
  const page = await siftedPage(
    store,
    { index: "list", pk: ledgerPartitions.membersOf(control), limit, cursor },
    (items) =>
      mapParallel(items, async (item) => {
        const { path, name } = fromItem<Account>(item);
        const balance = await balanceIn(store, path, commodity, { asOf, knownAt });
        if (balance === 0n) return undefined;
        return {
          account: path,
          ...(name === undefined ? {} : { name }),
          balance: exactNumber(balance),
          natural: exactNumber(natural(type, balance)),
        };
      }),
  );
  return { control, type, commodity, ...page };
};
