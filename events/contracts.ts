import * as z from "zod";
import { Consumption } from "../domain/contracts/consumption.ts";
import type { ContractRecord } from "../domain/contracts/contract.ts";
import { lastDayOf } from "../domain/contracts/contract.ts";
import { Id } from "../domain/kernel/id.ts";
import { Day } from "../domain/kernel/time.ts";
import { event } from "./event.ts";
import type { Schedule } from "./schedule.ts";

/** What every event of a contract says about it, as it is after the change. */
const digest = {
  contractId: Id("contract"),
  version: z.int(),
  number: z.string(),
  kind: z.string(),
  clientId: Id("client"),
  counterpartyId: Id("counterparty"),
  validFrom: Day,
  endsOn: Day.optional(),
  currency: z.string().optional(),
  amountMinor: z.int().optional(),
  consumedMinor: z.int(),
};

export const contractDigest = (contract: ContractRecord) => ({
  contractId: contract.id,
  version: contract.version,
  number: contract.number,
  kind: contract.kind,
  clientId: contract.clientId,
  counterpartyId: contract.counterpartyId,
  validFrom: contract.validFrom,
  endsOn: lastDayOf(contract),
  currency: contract.currency,
  amountMinor: contract.amountMinor,
  consumedMinor: contract.consumedMinor,
});

const sample = {
  contractId: "ctr_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  version: 1,
  number: "2026/114",
  kind: "frame",
  clientId: "cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  counterpartyId: "cpt_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  validFrom: "2026-01-01",
  endsOn: "2026-12-31",
  currency: "EUR",
  amountMinor: 5_000_000,
  consumedMinor: 0,
};

export const contractDrafted = event({
  type: "contract.drafted",
  version: 1,
  summary: "A contract was drawn up",
  data: z.object(digest),
  sample,
});

export const contractChanged = event({
  type: "contract.changed",
  version: 1,
  summary: "Something of a contract was changed: its terms, days, amount, files or deals",
  data: z.object({ ...digest, changed: z.array(z.string()).meta({ description: "Names of the fields" }) }),
  sample: { ...sample, version: 2, changed: ["validTo"] },
});

export const contractSigned = event({
  type: "contract.signed",
  version: 1,
  summary: "A contract was signed and is in force from its first day on",
  data: z.object({ ...digest, signedOn: Day }),
  sample: { ...sample, version: 3, signedOn: "2025-12-20" },
});

export const contractTerminated = event({
  type: "contract.terminated",
  version: 1,
  summary: "A contract was terminated; `endsOn` is the last day on which it holds",
  data: z.object({ ...digest, reason: z.string() }),
  sample: { ...sample, version: 4, endsOn: "2026-06-30", reason: "The plant was closed" },
});

export const contractConsumed = event({
  type: "contract.consumed",
  version: 1,
  summary: "Something was taken of a contract, or what was taken was reversed (an amount below zero)",
  data: z.object({ ...digest, consumption: Consumption }),
  sample: {
    ...sample,
    version: 5,
    consumedMinor: 120_000,
    consumption: {
      id: "cns_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
      version: 1,
      contractId: sample.contractId,
      amountMinor: 120_000,
      currency: "EUR",
      on: "2026-11-23",
      consumedMinor: 120_000,
      by: "mem_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
      at: "2026-11-23T18:00:00.000Z",
    },
  },
});

export const contractExpiring = event({
  type: "contract.expiring",
  version: 1,
  summary:
    "A contract ends soon: said once of each last day, so many days before it as the contract asks for",
  data: z.object({ ...digest, endsOn: Day, daysLeft: z.int().min(0) }),
  sample: { ...sample, version: 6, daysLeft: 30 },
});

/** Looks every hour for contracts that have to remind of their end: at the latest an hour after their day began. */
export const contractReminders: Schedule = {
  name: "contract-reminders",
  pace: { kind: "rate", every: 1, unit: "hour" },
  retry: { attempts: 3, maxAgeSeconds: 3_600 },
};
