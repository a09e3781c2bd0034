import * as z from "zod";
import { Currency } from "../../domain/kernel/currency.ts";
import { Id } from "../../domain/kernel/id.ts";
import { PageQuery, pageOf, queryInteger } from "../../domain/kernel/page.ts";
import { Format } from "../../domain/kernel/text.ts";
import { Day, Instant } from "../../domain/kernel/time.ts";
import { AccountPath, AccountType } from "../../domain/ledger/account.ts";
import { Commodity } from "../../domain/ledger/commodity.ts";
import { PeriodLock, PeriodLockOrder } from "../../domain/ledger/lock.ts";
import { Links } from "../../domain/ledger/transaction.ts";
import { Turnover, TurnoverSum } from "../../domain/ledger/turnover.ts";
import { VerificationFault } from "../../domain/ledger/verify.ts";
import { route } from "../kit/route.ts";

const shared = { feature: "ledger" } as const;

const Path = Format(250, z.regex(/^(?:[A-Za-z0-9_-]+|\*)(?::(?:[A-Za-z0-9_-]+|\*))*$/)).meta({
  description: "The path of an account; with `*` for the ids, that of a control account",
  examples: ["revenue", "clients:*:receivable"],
});

const times = {
  asOf: Day.optional().meta({ description: "The last day of effect that counts; all where none is given" }),
  knownAt: Day.optional().meta({
    description: "The last day of insertion that counts: the balance as it was known then",
  }),
};

const Amount = z.int().meta({ description: "In the smallest unit of the commodity; debit above zero" });
const Natural = z.int().meta({
  description: "The same seen from the account's own side: above zero is what an account of its type holds",
});

const Balance = z
  .object({
    commodity: z.string(),
    balance: Amount,
    natural: Natural,
    available: z.int().optional().meta({
      description:
        "What may still be taken out, where the account may not go below zero; of the present only",
    }),
    reservedOut: z.int().optional().meta({
      description: "What open pending transactions would take out, where there are any; of the present only",
    }),
    reservedIn: z.int().optional().meta({ description: "What they would bring in" }),
  })
  .meta({ id: "LedgerBalance" });

const MemberBalance = z
  .object({ account: z.string(), name: z.string().optional(), balance: Amount, natural: Natural })
  .meta({ id: "LedgerMemberBalance" });

const StatementLine = z
  .object({
    transactionId: z.string(),
    n: z.int().meta({ description: "The place of the posting in its transaction, from 0" }),
    effectiveOn: Day,
    insertedAt: Instant,
    kind: z.string(),
    memo: z.string().optional(),
    links: Links.optional(),
    amount: Amount,
    balance: Amount.meta({ description: "What the account stood at behind this line" }),
  })
  .meta({ id: "LedgerStatementLine" });

const sides = {
  debit: z.int().min(0),
  credit: z.int().min(0),
};

const turnoverDescription =
  "As it was posted: revenue, margin (revenue less the cost of what was sold), the number of sales, and every account of " +
  "income and expense.";
const TurnoverQuery = z.strictObject({
  year: queryInteger(1900, 9999).optional().meta({ description: "This year where none is given" }),
  currency: Currency.optional().meta({ description: "The tenant's currency where none is given" }),
});

const Verification = z
  .object({
    done: z.boolean(),
    next: z.string().optional().meta({ description: "Where it goes on; absent at the end and at a fault" }),
    checked: z
      .object({ transactions: z.int(), lines: z.int(), accounts: z.int() })
      .meta({ description: "What this part looked at" }),
    fault: VerificationFault.optional(),
  })
  .meta({ id: "LedgerVerification" });

export const ledgerReadRoutes = {
  listLedgerBalances: route({
    ...shared,
    method: "GET",
    path: "/v1/ledger/balances",
    summary: "The balances of an account",
    description:
      "Now, as of a day of effect, as known at a day of insertion, or both. Exact, and as quick with a million postings " +
      "as with one. Commodities in which it stands at zero are left out unless one is asked for, so that a page may " +
      "have fewer items than `limit`. Who may read their own clients only reads the accounts of these.",
    permission: "balance:read",
    query: z.strictObject({
      ...PageQuery,
      account: Path,
      commodity: Commodity.optional().meta({ description: "Only this one" }),
      ...times,
    }),
    status: 200,
    output: pageOf(Balance).extend({ account: z.string(), type: AccountType }),
    failures: ["record.not-found", "money.overflow"],
  }),
  readLedgerStatement: route({
    ...shared,
    method: "GET",
    path: "/v1/ledger/statement",
    summary: "The statement of an account in one commodity",
    description:
      "Lines by day of effect, then by insertion, each with the balance behind it. A page opens with what the page before " +
      "it closed with. What is posted behind the place that was read while paging stands in the next reading. With " +
      "`knownAt` only what was inserted by then is there, as if nothing had come since. The filters leave lines out and " +
      "no amount: each balance is that of the whole account. A page may then have fewer lines than `limit`, even none; it " +
      "goes on as long as there is a `next`.",
    permission: "balance:read",
    query: z.strictObject({
      ...PageQuery,
      account: AccountPath,
      commodity: Commodity,
      from: Day.optional().meta({
        description: "The first day of effect; the balance before it is the opening",
      }),
      to: Day.optional().meta({ description: "The last day of effect" }),
      knownAt: times.knownAt,
      kind: Format(40, z.regex(/^[a-z][a-z-]{0,39}$/))
        .optional()
        .meta({ description: "Shows lines of transactions of this kind only", examples: ["journal"] }),
      clientId: Id("client").optional().meta({ description: "Shows lines about this client only" }),
      counterpartyId: Id("counterparty").optional(),
      dealId: Id("deal").optional(),
    }),
    status: 200,
    output: pageOf(StatementLine).extend({
      account: z.string(),
      type: AccountType,
      commodity: z.string(),
      opening: Amount.meta({ description: "Where the page before it closed, or before `from`" }),
      closing: Amount.meta({ description: "Where this page ends, lines that are left out included" }),
    }),
    failures: ["record.not-found", "money.overflow"],
  }),
  readTrialBalance: route({
    ...shared,
    method: "GET",
    path: "/v1/ledger/trial-balance",
    summary: "The trial balance of one commodity",
    description:
      "Accounts that are not at zero. Accounts of one client, place or member stand together as their control account " +
      "(`clients:*:receivable`); its members are listed by `/v1/ledger/trial-balance/members`. `debit`, `credit` and " +
      "`types` sum up this page and those before it. `steady` says that nothing was posted while it was read, from the " +
      "first page on: only then the two sides have to be equal.",
    permission: "ledger:read",
    query: z.strictObject({
      ...PageQuery,
      commodity: Commodity.optional().meta({ description: "The tenant's currency where none is given" }),
      ...times,
    }),
    status: 200,
    output: pageOf(
      z.object({ account: z.string(), type: AccountType, ...sides }).meta({ id: "TrialBalanceRow" }),
    ).extend({
      commodity: z.string(),
      ...sides,
      types: z.array(z.object({ type: AccountType, ...sides })),
      steady: z.boolean(),
    }),
    failures: ["money.overflow"],
  }),
  listMemberBalances: route({
    ...shared,
    method: "GET",
    path: "/v1/ledger/trial-balance/members",
    summary: "What stands behind a control account",
    description:
      "The balances of its members in one commodity, by path. Members at zero are left out, so that a page may have " +
      "fewer items than `limit`, even none; it goes on as long as there is a `next`.",
    permission: "ledger:read",
    query: z.strictObject({
      ...PageQuery,
      control: Path,
      commodity: Commodity.optional().meta({ description: "The tenant's currency where none is given" }),
      ...times,
    }),
    status: 200,
    output: pageOf(MemberBalance).extend({ control: z.string(), type: AccountType, commodity: z.string() }),
    failures: ["record.not-found", "money.overflow"],
  }),
  listClientTurnover: route({
    ...shared,
    method: "GET",
    path: "/v1/ledger/turnover/clients",
    summary: "What was sold to each client in a year",
    description: "By id of the client; those to whom nothing was posted are not among them.",
    permission: "ledger:read",
    query: TurnoverQuery.extend(PageQuery),
    status: 200,
    output: pageOf(TurnoverSum),
    failures: ["money.overflow"],
  }),
  listProductTurnover: route({
    ...shared,
    method: "GET",
    path: "/v1/ledger/turnover/products",
    summary: "What was sold of each product in a year",
    description: "By id of the product; those of which nothing was posted are not among them.",
    permission: "ledger:read",
    query: TurnoverQuery.extend(PageQuery),
    status: 200,
    output: pageOf(TurnoverSum),
    failures: ["money.overflow"],
  }),
  readClientTurnover: route({
    ...shared,
    method: "GET",
    path: "/v1/ledger/turnover/clients/{clientId}",
    summary: "What was sold to a client in a year, by month",
    description: turnoverDescription,
    permission: "balance:read",
    params: z.strictObject({ clientId: Id("client") }),
    query: TurnoverQuery,
    status: 200,
    output: Turnover,
    failures: ["money.overflow"],
  }),
  readCounterpartyTurnover: route({
    ...shared,
    method: "GET",
    path: "/v1/ledger/turnover/counterparties/{counterpartyId}",
    summary: "What was sold to a counterparty in a year, by month",
    description: turnoverDescription,
    permission: "balance:read",
    params: z.strictObject({ counterpartyId: Id("counterparty") }),
    query: TurnoverQuery,
    status: 200,
    output: Turnover,
    failures: ["money.overflow"],
  }),
  readProductTurnover: route({
    ...shared,
    method: "GET",
    path: "/v1/ledger/turnover/products/{productId}",
    summary: "What was sold of a product in a year, by month",
    description: turnoverDescription,
    permission: "ledger:read",
    params: z.strictObject({ productId: Id("product") }),
    query: TurnoverQuery,
    status: 200,
    output: Turnover,
    failures: ["money.overflow"],
  }),
  readLedgerLock: route({
    ...shared,
    method: "GET",
    path: "/v1/ledger/lock",
    summary: "Through which day the books are locked",
    permission: "ledger:read",
    status: 200,
    output: PeriodLock,
    versioned: true,
  }),
  setLedgerLock: route({
    ...shared,
    method: "PUT",
    path: "/v1/ledger/lock",
    summary: "Lock the books through a day",
    description:
      "Nothing can be posted with a day of effect in the locked period any more, from this moment on and whatever is " +
      "under way. Setting the lock back takes the right `ledger:unlock`.",
    permission: "ledger:write",
    body: PeriodLockOrder,
    status: 200,
    output: PeriodLock,
    versioned: true,
    failures: ["ledger.lock-day", "ledger.lock-backwards"],
  }),
  verifyLedger: route({
    ...shared,
    method: "POST",
    path: "/v1/ledger/verify",
    summary: "Look whether anything in the ledger was altered",
    description:
      "Goes through the ledger in parts: send `next` of the answer as `cursor` until `done`. First each chain of " +
      "transactions: their numbers, their hashes, that every posting stands in its account's statement, and what was taken " +
      "back or settled; then the statement of every account against the pages from which balances are read and against its " +
      "transactions, and the members of each control account against it; then turnover against all transactions. It stops " +
      "at the first `fault`. What was posted on the present day of busy accounts is left for a later " +
      "reading where it does not hold still.",
    permission: "ledger:read",
    body: z.strictObject({ cursor: z.string().max(20_000).optional() }),
    status: 200,
    output: Verification,
    failures: ["request.cursor-mismatch"],
  }),
};
