import { Failure } from "../kernel/errors.ts";
import type { Instant } from "../kernel/time.ts";
import { type Account, type NewAccount, openedAccount } from "./account.ts";

const common = (
  path: string,
  type: NewAccount["type"],
  name: string,
  more: Partial<NewAccount> = {},
): NewAccount => ({ path, type, name, mayGoBelowZero: true, ...more });

/**
 * The accounts that a tenant begins with. System flows post to them by these paths; a tenant opens others
 * beside them, renames them and closes what it does not use.
 */
export const standardChart: readonly NewAccount[] = [
  common("world", "equity", "The world outside: what comes from nowhere and goes there"),
  common("opening", "equity", "Opening balances"),
  common("cash", "asset", "Cash"),
  common("bank", "asset", "Bank"),
  // What it stands at is what the goods there cost: whatever else is posted to it would never leave.
  common("inventory", "asset", "Goods in stock, at cost", { managedBy: "stock" }),
  common("goods-received", "liability", "Goods received, not invoiced yet"),
  common("payables", "liability", "Suppliers"),
  common("tax-payable", "liability", "Tax on sales"),
  common("tax-deductible", "asset", "Tax on purchases"),
  common("revenue", "income", "Sales", { turnover: "revenue" }),
  common("discounts", "income", "Discounts given", { turnover: "revenue" }),
  common("exchange-differences", "income", "Exchange differences"),
  common("cost-of-goods", "expense", "Cost of goods sold", { turnover: "cost" }),
  common("stock-differences", "expense", "Losses and surpluses of stock"),
  common("labour-cost", "expense", "Working time"),
  common("labour-absorbed", "liability", "Working time charged to clients"),
  common("other-cost", "expense", "Other costs"),
];

/** The standard chart as it is opened. */
export const standardAccounts = (now: Instant): Account[] =>
  standardChart.map((account) => openedAccount(account, now));

/** What the figures of profit take everything below a path for. */
const meaning: readonly {
  readonly root: string;
  readonly type: NewAccount["type"];
  readonly turnover?: "revenue";
}[] = [
  { root: "revenue", type: "income", turnover: "revenue" },
  { root: "discounts", type: "income", turnover: "revenue" },
  { root: "labour-cost", type: "expense" },
];

/**
 * Refuses an account below one that profit has a figure for, but of another kind: the figures would not say what was posted.
 * @throws ledger.account-unfit
 */
export const checkFitsAbove = ({ path, type, turnover }: NewAccount): void => {
  const above = meaning.find(({ root }) => path.startsWith(`${root}:`));
  if (!above || (type === above.type && turnover === above.turnover)) return;
  const wanted = above.turnover === undefined ? "without turnover" : `with the turnover ${above.turnover}`;
  throw new Failure("ledger.account-unfit", {
    detail: `What lies below ${above.root} is of the type ${above.type}, ${wanted}.`,
    fields: [
      {
        pointer: type === above.type ? "/turnover" : "/type",
        reason: `differs from that of ${above.root}`,
      },
    ],
  });
};

/** Paths of accounts that parts of the system open by themselves, with the type and the constraints that they count on. */
const kept: readonly { readonly by: string; readonly path: RegExp }[] = [
  { by: "finance", path: /^clients:[^:]+:(receivable|payable|advance|prepaid)$/ },
  { by: "finance", path: /^(exchange(:.+)?|unrealised-exchange-differences)$/ },
  { by: "people", path: /^(clients:[^:]+:time|members:[^:]+:day:[^:]+)$/ },
  { by: "stock", path: /^stock:whs_[^:]+:[^:]+$/ },
];

/**
 * Refuses to open by hand what a part of the system opens: one account of another type would make its control account
 * one of that type, and stand in the way of every client's, member's or place's.
 * @throws ledger.account-managed
 */
export const checkOpenedByHand = (path: string, pointer: string): void => {
  const keeper = kept.find((one) => one.path.test(path));
  if (keeper)
    throw new Failure("ledger.account-managed", {
      detail: `${path} is opened and kept by ${keeper.by}.`,
      fields: [{ pointer, reason: "names an account that is not opened by hand" }],
    });
};
