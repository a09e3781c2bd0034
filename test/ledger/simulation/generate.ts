import type { AccountChange, NewAccount } from "../../../domain/ledger/account.ts";
import type { Links, NewTransaction, Posting } from "../../../domain/ledger/transaction.ts";
import type { Operation } from "./operations.ts";
import { counts, dayAt, type Paper } from "./paper.ts";
import { type Chance, pick } from "./scheduler.ts";
import { squeezing, squeezingAgain } from "./squeeze.ts";

const idOf = (prefix: string, n: number) => `${prefix}_0000000000000000000000000${n}`;

/** Few, so that much happens on each. */
export const clients = [1, 2, 3].map((n) => idOf("cli", n));
export const counterparties = [1, 2].map((n) => idOf("cpt", n));
export const products = [1, 2].map((n) => idOf("prd", n));
const [firstProduct = "", secondProduct = ""] = products;
const unknownProduct = idOf("prd", 9);
const members = [1, 2].map((n) => idOf("mem", n));
export const referred = [...clients, ...counterparties, ...products, ...members];

const account = (path: string, type: NewAccount["type"], more: Partial<NewAccount> = {}): NewAccount => ({
  path,
  type,
  mayGoBelowZero: true,
  ...more,
});

/** Accounts that are opened by hand or by the way. */
export const openable: readonly NewAccount[] = [
  account("box", "asset", { mayGoBelowZero: false, limits: { EUR: 400, RON: 600 } }),
  account("petty", "asset"),
  account("fees", "income", { turnover: "revenue" }),
  account("freight", "expense", { turnover: "cost" }),
  ...clients.flatMap((client) => [
    account(`clients:${client}:tab`, "asset", { limits: { EUR: 500 } }),
    account(`clients:${client}:deposit`, "liability", { mayGoBelowZero: false }),
  ]),
  account(`clients:${clients[0]}:rebate`, "expense", { turnover: "cost" }),
  ...members.map((member) =>
    account(`members:${member}:sheet:2026-01-05`, "time", {
      mayGoBelowZero: false,
      limits: { minute: 1440 },
    }),
  ),
  account(`shelf:${products[0]}`, "stock"),
];
/** Kept by a part of the system, which posts to it. */
export const managed = account("stock:main", "stock", { managedBy: "stock" });
const chart = ["world", "bank", "revenue", "discounts", "cost-of-goods", "tax-payable"];
export const commodities = ["EUR", "EUR", "EUR", "RON", "minute", firstProduct, secondProduct];

/** Days that are past; what is asked for on them comes late. */
export const days = ["2025-11-30", "2025-12-31", "2026-01-01", "2026-01-05", "2026-01-31", "2026-02-01"];

export interface Maker {
  readonly chance: Chance;
  readonly paper: Paper;
  /** What was asked before, to be asked again. */
  readonly asked: readonly Operation[];
  nowMs(): number;
  nextId(): string;
}

const pathsOf = (commodity: string): string[] => {
  const opened = openable.map(({ path }) => path);
  if (commodity === "minute")
    return [...opened.filter((path) => path.startsWith("members:")), "world", "labour-cost"];
  if (commodity.startsWith("prd_")) return ["world", "world", `shelf:${products[0]}`, "opening"];
  return [...chart, ...opened.filter((path) => !/^(?:members|shelf):/.test(path))];
};

const postingsOf = ({ chance }: Maker): Posting[] => {
  const commodity = pick(chance, commodities);
  const paths = pathsOf(commodity);
  const most = commodity === "minute" ? 700 : 300;
  const count = chance(60) === 0 ? 30 : 2 + (chance(3) === 0 ? chance(4) : 0);
  const about = chance(8) === 0 ? { productId: pick(chance, products) } : {};
  const postings: Posting[] = [];
  let sum = 0;
  while (postings.length < count - 1) {
    const amount = (1 + chance(most)) * (chance(2) === 0 ? 1 : -1);
    if (sum + amount === 0) continue;
    postings.push({ account: pick(chance, paths), commodity, amount, ...about });
    sum += amount;
  }
  postings.push({ account: pick(chance, paths), commodity, amount: -sum });
  return postings;
};

const linksOf = (chance: Chance): { readonly links?: Links } => {
  if (chance(3) === 0) return {};
  return {
    links: {
      clientId: pick(chance, clients),
      ...(chance(3) === 0 ? { counterpartyId: pick(chance, counterparties) } : {}),
      ...(chance(3) === 0 ? { productId: pick(chance, products) } : {}),
    },
  };
};

const dayOf = ({ chance, nowMs }: Maker): { readonly effectiveOn?: string } => {
  const drawn = chance(20);
  if (drawn < 8) return {};
  const today = dayAt(new Date(nowMs()).toISOString());
  if (drawn === 8) return { effectiveOn: dayAt(new Date(nowMs() + 86_400_000).toISOString()) };
  return { effectiveOn: drawn < 11 ? today : pick(chance, days) };
};

const transactionOf = (maker: Maker): NewTransaction => {
  const { chance } = maker;
  const postings = postingsOf(maker);
  const drawn = chance(80);
  const [first] = postings;
  if (drawn === 0 && first) postings[0] = { ...first, amount: first.amount === -1 ? 2 : first.amount + 1 };
  const product = drawn === 1 ? postings.map((one) => ({ ...one, commodity: unknownProduct })) : postings;
  const more = chance(6) === 0 ? { memo: "it's said" } : {};
  const kind = pick(chance, ["journal", "sale", "payment"]);
  return { id: maker.nextId(), kind, ...dayOf(maker), ...linksOf(chance), ...more, postings: product };
};

/** Mostly all that is posted to may be opened by the way; sometimes something is missing. */
export const opensOf = (chance: Chance, transactions: readonly { readonly postings: readonly Posting[] }[]) =>
  openable.filter(
    ({ path }) =>
      transactions.some(({ postings }) => postings.some((one) => one.account === path)) && chance(25) > 0,
  );

const reserving = (maker: Maker): Operation => {
  const { chance } = maker;
  const { effectiveOn: _day, ...transaction } = transactionOf(maker);
  const aheadMs = pick(chance, [60_000, 3_600_000, 86_400_000, 30 * 86_400_000, -1000]);
  const expiresAt = new Date(maker.nowMs() + aheadMs).toISOString();
  return { type: "reserve", transaction, opens: opensOf(chance, [transaction]), expiresAt };
};

/** Half of each posting, where all can be halved: so it stays balanced. */
const halved = (postings: readonly Posting[]): Posting[] | undefined =>
  postings.every(({ amount }) => amount % 2 === 0)
    ? postings.map((one) => ({ ...one, amount: one.amount / 2 }))
    : undefined;

const settling = (maker: Maker): Operation => {
  const { chance, paper, nextId } = maker;
  const all = [...paper.reserved];
  const open = all.filter(([, { status }]) => status === "open");
  const [pendingId, { postings }] = pick(chance, open.length > 0 && chance(5) > 0 ? open : all);
  const [type, id] = ["settle" as const, nextId()];
  if (chance(3) === 0) return { type, pendingId, as: "voided", id };
  const drawn = chance(6);
  const part = drawn < 2 ? halved(postings) : undefined;
  const doubled = drawn === 5 ? postings.map((one) => ({ ...one, amount: one.amount * 2 })) : undefined;
  const some = part ?? doubled;
  return { type, pendingId, as: "posted", id, ...dayOf(maker), ...(some ? { postings: some } : {}) };
};

/** What was asked once is asked again as it was, or with something else under its id. */
const again = ({ chance, asked }: Maker): Operation => {
  const before = pick(chance, asked);
  if (chance(3) > 0) return before;
  if (before.type === "post") {
    const postings = before.transaction.postings.map((one) => ({ ...one, amount: -one.amount }));
    return { ...before, transaction: { ...before.transaction, postings } };
  }
  if (before.type === "settle") {
    const { type, pendingId, id } = before;
    return { type, pendingId, id, as: before.as === "posted" ? "voided" : "posted" };
  }
  return before;
};

const bulk = (maker: Maker): Operation => {
  const { chance, paper } = maker;
  const transactions = Array.from({ length: 2 + chance(chance(5) === 0 ? 24 : 6) }, () =>
    transactionOf(maker),
  );
  const [first] = transactions;
  if (chance(4) === 0 && first) transactions.push(first);
  const id = [...paper.entries.keys()].at(-1);
  if (chance(4) === 0 && id !== undefined) transactions.push({ ...transactionOf(maker), id });
  const type = transactions.length % 3 === 0 ? "import" : "bulk";
  return { type, transactions, opens: opensOf(chance, transactions) };
};

const constraint = ({ chance }: Maker): Operation => {
  const path = pick(chance, ["box", "petty", "bank", "fees", ...openable.map((one) => one.path)]);
  const limit = 100 * chance(12);
  const change = pick<AccountChange>(chance, [
    { limits: { EUR: limit } },
    { limits: { RON: limit, minute: 1440 } },
    { limits: null },
    { mayGoBelowZero: false },
    { mayGoBelowZero: true },
    { mayGoBelowZero: false, limits: { EUR: limit } },
  ]);
  return { type: "change", path, change };
};

const closing = ({ chance, paper }: Maker): Operation => {
  const closed = [...paper.accounts.values()].filter(({ closed: is }) => is).map(({ path }) => path);
  if (closed.length > 0 && chance(2) === 0) return { type: "reopen", path: pick(chance, closed) };
  const empty = [...paper.accounts.keys()].filter((path) => !path.includes("*") && paper.isEmpty(path));
  const paths = ["petty", "box", "fees", ...openable.map(({ path }) => path), ...empty];
  return { type: chance(8) === 0 ? "reopen" : "close", path: pick(chance, paths) };
};

const locking = ({ chance, paper }: Maker): Operation => {
  const { lockedThrough } = paper;
  const isLockedFar = lockedThrough !== undefined && lockedThrough > "2026-01-02";
  const day = pick(chance, isLockedFar ? days.slice(0, 2) : [...days, "2099-01-01"]);
  return { type: "lock", day, mayGoBack: isLockedFar || chance(2) === 0 };
};

const flowing = (maker: Maker): Operation => {
  const { chance, nextId, paper } = maker;
  const most = Math.max(1, paper.holding(managed.path, firstProduct).settled);
  const amount = chance(2) === 0 ? 1 + chance(40) : -1 - chance(most + 3);
  const postings = [
    { account: managed.path, commodity: firstProduct, amount },
    { account: "world", commodity: firstProduct, amount: -amount },
  ];
  return {
    type: "flow",
    transaction: { id: nextId(), kind: "movement", ...dayOf(maker), ...linksOf(chance), postings },
    opens: [managed],
  };
};

const reversing = (maker: Maker): Operation => {
  const { chance, paper, nextId } = maker;
  const all = [...paper.entries.values()];
  if (all.length === 0) return { type: "reverse", of: "nothing", id: nextId() };
  const counted = all.filter((one) => counts(one) && one.reverses === undefined);
  const of = counted.length > 0 && chance(8) > 0 ? pick(chance, counted).id : (all.at(-1)?.id ?? "nothing");
  return { type: "reverse", of, id: nextId(), ...dayOf(maker) };
};

/** The next thing that is asked of the engine. */
export const operationOf = (maker: Maker): Operation => {
  const { chance, paper, asked } = maker;
  const rival = chance(2) === 0 ? squeezingAgain(maker) : undefined;
  if (rival) return rival;
  const drawn = chance(100);
  if (drawn < 12) return squeezing(maker);
  if (drawn < 34) {
    const transaction = transactionOf(maker);
    return { type: "post", transaction, opens: opensOf(chance, [transaction]) };
  }
  if (drawn < 40) {
    const transactions = Array.from({ length: 2 + chance(3) }, () => transactionOf(maker));
    return { type: "batch", transactions, opens: opensOf(chance, transactions) };
  }
  if (drawn < 43) return bulk(maker);
  if (drawn < 50 && asked.length > 0) return again(maker);
  if (drawn < 56) return reversing(maker);
  if (drawn < 64) return reserving(maker);
  if (drawn < 72 && paper.reserved.size > 0) return settling(maker);
  if (drawn < 74) return { type: "sweep" };
  if (drawn < 77) return { type: "open", account: pick(chance, openable) };
  if (drawn < 82) return constraint(maker);
  if (drawn < 87) return closing(maker);
  if (drawn < 89) return locking(maker);
  if (drawn < 93) return flowing(maker);
  const commodity = pick(chance, commodities);
  if (drawn === 99) return { type: "trial", commodity };
  return { type: "balance", account: pick(chance, pathsOf(commodity)), commodity };
};
