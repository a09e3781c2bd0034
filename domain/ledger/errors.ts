import { Failure, type FailureCatalogue } from "../kernel/errors.ts";
import type { Day } from "../kernel/time.ts";
import { commodityText } from "./commodity.ts";

export const ledgerFailures = {
  "ledger.unbalanced": {
    kind: "unprocessable",
    title: "The postings of a transaction do not sum to zero in each commodity",
  },
  "ledger.effective-day": {
    kind: "unprocessable",
    title: "The effective day lies in the future or before 1900",
  },
  "ledger.account-unknown": { kind: "unprocessable", title: "There is no such account" },
  "ledger.account-unfit": {
    kind: "unprocessable",
    title: "The account differs in kind from the others of its control account",
  },
  "ledger.account-exists": { kind: "conflict", title: "The account is there already" },
  "ledger.account-closed": { kind: "conflict", title: "The account is closed" },
  "ledger.account-open": { kind: "conflict", title: "The account is open" },
  "ledger.account-not-empty": { kind: "conflict", title: "The account has a balance and cannot be closed" },
  "ledger.account-managed": {
    kind: "conflict",
    title: "The account is kept by a part of the system and takes no postings by hand",
  },
  "ledger.account-in-use": {
    kind: "conflict",
    title: "The account has a balance that the new constraint does not allow",
  },
  "ledger.insufficient": { kind: "conflict", title: "The account would go below zero" },
  "ledger.limit-exceeded": { kind: "conflict", title: "The account would go over its limit" },
  "ledger.period-locked": { kind: "conflict", title: "The period of the effective day is locked" },
  "ledger.lock-day": {
    kind: "unprocessable",
    title: "The books cannot be locked through a day in the future or before 1900",
  },
  "ledger.lock-backwards": { kind: "forbidden", title: "The lock of the books may not be set back" },
  "ledger.id-reused": {
    kind: "conflict",
    title: "A transaction with this id and other content is there already",
  },
  "ledger.pending-expiry": {
    kind: "unprocessable",
    title: "The moment of expiry has passed or is too far away",
  },
  "ledger.pending-exceeded": { kind: "unprocessable", title: "More is posted than was reserved" },
  "ledger.pending-expired": { kind: "conflict", title: "The pending transaction has expired" },
  "ledger.pending-settled": { kind: "conflict", title: "The pending transaction is settled already" },
  "ledger.reversed-already": { kind: "conflict", title: "The transaction is reversed already" },
  "ledger.not-reversible": { kind: "conflict", title: "Such a transaction cannot be reversed" },
} as const satisfies FailureCatalogue;

/** How much an account lacked, or how much was too much for it. */
export interface ShortageOf {
  readonly account: string;
  readonly commodity: string;
  /** What could be taken out, or (with a limit) brought in. */
  readonly available: number;
  readonly needed: number;
  /** The first day on which it would break its constraint; absent: from now on, what is reserved counted in. */
  readonly on?: Day | undefined;
  /** The first day on which the same would be possible, where there is one. */
  readonly possibleFrom?: Day | undefined;
}

const shortageText = (
  code: "ledger.insufficient" | "ledger.limit-exceeded",
  { account, commodity, available, needed, on, possibleFrom }: ShortageOf,
): string => {
  const amount = (of: number) => commodityText(of, commodity);
  const missing = amount(needed - available);
  const laterDay = possibleFrom === undefined ? "" : `, or use ${possibleFrom} or a later day`;
  if (code === "ledger.insufficient")
    return (
      `${account} has ${amount(available)} ${on === undefined ? "available" : `on ${on}`}; ` +
      `${amount(needed)} are needed, ${missing} are missing. ` +
      `Lower the amount, or first bring in what is missing${on === undefined ? "" : ` by ${on}`}${laterDay}.`
    );
  return (
    `${account} has room for ${amount(available)}${on === undefined ? "" : ` on ${on}`}; ` +
    `${amount(needed)} would come in, ${missing} too much. ` +
    `Lower the amount, or first take out what is too much${on === undefined ? "" : ` by ${on}`}${laterDay}.`
  );
};

/** The refusal of a constrained account; flows put it into words of their own by its numbers. */
export class Shortage extends Failure {
  readonly shortage: ShortageOf;

  constructor(code: "ledger.insufficient" | "ledger.limit-exceeded", shortage: ShortageOf) {
    super(code, { detail: shortageText(code, shortage) });
    this.shortage = shortage;
  }
}
