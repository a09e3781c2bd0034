import * as z from "zod";
import { Failure } from "../kernel/errors.ts";
import { Id } from "../kernel/id.ts";
import { exactNumber, mostAmount } from "../kernel/money.ts";
import { Format, Text } from "../kernel/text.ts";
import { Day, Instant } from "../kernel/time.ts";
import { AccountPath } from "./account.ts";
import { Commodity, SignedAmount } from "./commodity.ts";

export const postingsOfTransaction = { least: 2, most: 30 } as const;

/** The caller's name for a transaction: the same id is the same transaction, however much later. */
export const TransactionId = Format(100, z.regex(/^[A-Za-z0-9._:-]{1,100}$/)).meta({
  description: "Made by the caller; the same id never posts twice",
  examples: ["INV-2026-0001"],
});

export const Posting = z
  .strictObject({
    account: AccountPath,
    commodity: Commodity,
    amount: SignedAmount,
    productId: Id("product")
      .optional()
      .meta({ description: "The product that it is for, where it is not that of the transaction" }),
  })
  .meta({ id: "LedgerPosting" });
export type Posting = z.infer<typeof Posting>;

const anyId = (example: string) =>
  Format(33, z.regex(/^[a-z]{2,6}_[0-9A-HJKMNP-TV-Z]{26}$/)).meta({ examples: [example] });

/** What a transaction is about. */
export const Links = z
  .strictObject({
    clientId: Id("client").optional(),
    counterpartyId: Id("counterparty").optional(),
    dealId: Id("deal").optional(),
    productId: Id("product").optional(),
    memberId: Id("member").optional(),
    orderId: anyId("ord_01JD8Z5T2V9Q4R6W8Y0A1B3C5D").optional(),
    invoiceId: anyId("inv_01JD8Z5T2V9Q4R6W8Y0A1B3C5D").optional(),
    contractId: anyId("ctr_01JD8Z5T2V9Q4R6W8Y0A1B3C5D").optional(),
    documentId: anyId("doc_01JD8Z5T2V9Q4R6W8Y0A1B3C5D").optional(),
  })
  .meta({ id: "LedgerLinks" });
export type Links = z.infer<typeof Links>;

/** The ends that a pending transaction comes to. */
export const Settlement = z.enum(["posted", "voided", "expired"]);
export type Settlement = z.infer<typeof Settlement>;

const fields = {
  id: TransactionId,
  kind: Format(40, z.regex(/^[a-z][a-z-]{0,39}$/)).meta({
    description: "What it records: `journal`, `sale`, `receipt`, `payment` …",
    examples: ["sale"],
  }),
  memo: Text.min(1).max(500).optional(),
  links: Links.optional(),
  postings: z
    .array(Posting)
    .min(postingsOfTransaction.least)
    .max(postingsOfTransaction.most)
    .meta({
      examples: [
        [
          { account: "bank", commodity: "EUR", amount: 12_100 },
          { account: "revenue", commodity: "EUR", amount: -10_000 },
          { account: "tax-payable", commodity: "EUR", amount: -2_100 },
        ],
      ],
    }),
};

/** What makes a transaction. The day is the tenant's today where none is given. */
export const NewTransaction = z.strictObject({
  ...fields,
  kind: fields.kind.default("journal"),
  effectiveOn: Day.optional().meta({ description: "The day on which it counts; today where none is given" }),
});
export type NewTransaction = z.infer<typeof NewTransaction>;

/** A posted transaction. Nothing of it ever changes. */
export const Transaction = z
  .object({
    ...fields,
    version: z.literal(1),
    effectiveOn: Day,
    insertedAt: Instant,
    insertedOn: Day.meta({ description: "The tenant's day of insertion" }),
    reverses: TransactionId.optional().meta({ description: "The transaction that it takes back" }),
    pending: z
      .object({ expiresAt: Instant })
      .optional()
      .meta({ description: "It only reserves, until it is settled or this moment has come" }),
    settles: TransactionId.optional().meta({ description: "The pending transaction that it settles" }),
    settledAs: Settlement.optional().meta({ description: "What it does to the pending transaction" }),
    contentHash: z.string().meta({ description: "Of what the caller sent" }),
    chain: z.int().min(0).max(15),
    seq: z.int().min(1).meta({ description: "Its place in the chain, from 1, without gaps" }),
    previousHash: z
      .string()
      .meta({ description: "`hash` of the one before it in the chain; empty for the first" }),
    hash: z.string().meta({ description: "SHA-256 of all other fields in canonical form" }),
  })
  .meta({ id: "LedgerTransaction" });
export type Transaction = z.infer<typeof Transaction>;

/**
 * Whether its postings count: in balances, statements and turnover. Those of a pending transaction only reserve;
 * those of one that voids it, or that says it expired, only name what is released.
 */
export const isCounted = ({ pending, settledAs }: Pick<Transaction, "pending" | "settledAs">): boolean =>
  pending === undefined && (settledAs === undefined || settledAs === "posted");

/**
 * Refuses postings that do not sum to zero in each commodity, and those that are so large that few of them would take
 * balances beyond what can be answered. Number of postings and amounts of zero are the
 * schema's matter; flows of the system, which no schema has seen, are held to them here.
 * @throws ledger.unbalanced, money.overflow
 */
export const checkBalanced = (postings: readonly Posting[]): void => {
  const { least, most } = postingsOfTransaction;
  if (postings.length < least || postings.length > most)
    throw new RangeError(`a transaction has ${least} to ${most} postings, not ${postings.length}`);
  const sums = new Map<string, bigint>();
  for (const { commodity, amount } of postings) {
    if (amount === 0 || !Number.isSafeInteger(amount))
      throw new RangeError(`${amount} is not an amount that is posted`);
    sums.set(commodity, (sums.get(commodity) ?? 0n) + BigInt(amount));
  }
  const faults = postings.flatMap(({ amount }, n) =>
    Math.abs(amount) > mostAmount
      ? [{ pointer: `/postings/${n}/amount`, reason: `is beyond ${mostAmount}` }]
      : [],
  );
  if (faults.length > 0) throw new Failure("money.overflow", { fields: faults });
  const off = [...sums].filter(([, sum]) => sum !== 0n);
  if (off.length > 0)
    throw new Failure("ledger.unbalanced", {
      detail: off.map(([commodity, sum]) => `${commodity} is off by ${sum}`).join(", "),
      fields: [{ pointer: "/postings", reason: "do not sum to zero in each commodity" }],
    });
};

/** What posts to the ledger under ids of its own: invoices, credit notes, payments, goods, time, expiries, revaluations. */
const ofRecords = /^((inv|crn|pay|stk|tme|exp)_[0-9A-HJKMNP-TV-Z]{26}|revaluation:\d{4}-\d{2}:\d+)(:|$)/;

/** Why a caller may not give an id: the record that it belongs to would find it taken, for ever. */
export const callersIdFailure = (id: string, pointer = "/id"): Failure | undefined =>
  ofRecords.test(id)
    ? new Failure("request.invalid", {
        fields: [{ pointer, reason: "is kept for a record of the system, which posts under its own id" }],
      })
    : undefined;

/** @throws request.invalid */
export const checkCallersId = (id: string): void => {
  const failure = callersIdFailure(id);
  if (failure) throw failure;
};

/** The first day that anything is posted on. */
export const earliestDay: Day = "1900-01-01";

/**
 * The day on which a transaction counts.
 * @param today the tenant's day
 * @throws ledger.effective-day, ledger.period-locked
 */
export const effectiveDay = (wished: Day | undefined, today: Day, lockedThrough: Day | undefined): Day => {
  const day = wished ?? today;
  if (day > today || day < earliestDay)
    throw new Failure("ledger.effective-day", {
      detail: day > today ? `${day} comes after today, ${today}.` : `${day} lies before ${earliestDay}.`,
      fields: [{ pointer: "/effectiveOn", reason: day > today ? "lies in the future" : "lies before 1900" }],
    });
  if (lockedThrough !== undefined && day <= lockedThrough)
    throw new Failure("ledger.period-locked", {
      detail: `The books are locked through ${lockedThrough}; ${day} lies in them.`,
      fields: [{ pointer: "/effectiveOn", reason: `lies in the period locked through ${lockedThrough}` }],
    });
  return day;
};

/** An amount with the other sign. */
export const opposite = (posting: Posting): Posting => ({
  ...posting,
  amount: exactNumber(-BigInt(posting.amount)),
});
