import { Pending } from "../domain/ledger/pending.ts";
import { event } from "./event.ts";

const sample = {
  id: "ORD-2026-0001:hold",
  version: 1,
  status: "open" as const,
  kind: "journal",
  links: { clientId: "cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5D" },
  postings: [
    { account: "advance:shop", commodity: "EUR", amount: 5_000 },
    { account: "revenue", commodity: "EUR", amount: -5_000 },
  ],
  reservedAt: "2026-11-23T18:00:00.000Z",
  expiresAt: "2026-11-24T18:00:00.000Z",
};

export const pendingMade = event({
  type: "ledger.pending-made",
  version: 1,
  summary: "A pending transaction reserves what it would move",
  data: Pending,
  sample,
});

export const pendingSettled = event({
  type: "ledger.pending-settled",
  version: 1,
  summary: "A pending transaction was posted, voided or has expired; it reserves nothing any more",
  data: Pending,
  sample: {
    ...sample,
    version: 2,
    status: "expired",
    settledAt: "2026-11-24T18:00:12.345Z",
    settledBy: "exp_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  },
});
