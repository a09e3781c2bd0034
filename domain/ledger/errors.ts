import type { FailureCatalogue } from "../kernel/errors.ts";

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
  "ledger.id-reused": {
    kind: "conflict",
    title: "A transaction with this id and other content is there already",
  },
  "ledger.reversed-already": { kind: "conflict", title: "The transaction is reversed already" },
  "ledger.not-reversible": { kind: "conflict", title: "Such a transaction cannot be reversed" },
} as const satisfies FailureCatalogue;
