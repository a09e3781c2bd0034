import { Account } from "../domain/ledger/account.ts";
import { PeriodLock } from "../domain/ledger/lock.ts";
import { Transaction } from "../domain/ledger/transaction.ts";
import { event } from "./event.ts";

const client = "cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5D";

export const transactionPosted = event({
  type: "ledger.transaction-posted",
  version: 1,
  summary: "A transaction was posted",
  data: Transaction,
  sample: {
    id: "INV-2026-0001",
    version: 1 as const,
    kind: "sale",
    memo: "Invoice 1",
    links: { clientId: client },
    postings: [
      { account: `clients:${client}:receivable`, commodity: "EUR", amount: 12_100 },
      { account: "revenue", commodity: "EUR", amount: -10_000 },
      { account: "tax-payable", commodity: "EUR", amount: -2_100 },
    ],
    effectiveOn: "2026-11-23",
    insertedAt: "2026-11-23T18:00:00.000Z",
    insertedOn: "2026-11-23",
    contentHash: "NFjtwO9Y2uHqfDVwJvnkRZxJZ0PjTFTU3gFgZJ8i1-c",
    chain: 7,
    seq: 1,
    previousHash: "",
    hash: "m5cU_hKZxHyvQdRHp1kwHSXcGT1lNLFl9HS4T0Vbe1U",
  },
});

const account = {
  path: `clients:${client}:receivable`,
  type: "asset" as const,
  mayGoBelowZero: true,
  version: 1,
  openedAt: "2026-11-23T18:00:00.000Z",
};

export const accountOpened = event({
  type: "ledger.account-opened",
  version: 1,
  summary: "An account of the ledger was opened by hand",
  data: Account,
  sample: account,
});

export const accountChanged = event({
  type: "ledger.account-changed",
  version: 1,
  summary: "An account of the ledger was changed, closed or opened again",
  data: Account,
  sample: { ...account, version: 2, closedAt: "2026-11-23T18:00:00.000Z" },
});

export const periodLocked = event({
  type: "ledger.period-locked",
  version: 1,
  summary: "The books were locked through a day, or the lock was set to another",
  data: PeriodLock,
  sample: {
    version: 1,
    lockedThrough: "2026-10-31",
    reason: "October is closed",
    changedAt: "2026-11-23T18:00:00.000Z",
    changedBy: "mem_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  },
});
