import type { FailureCatalogue } from "../kernel/errors.ts";

export const contractFailures = {
  "contract.number-taken": { kind: "conflict", title: "Another contract has this number" },
  "contract.fixed": { kind: "conflict", title: "A contract in force keeps what was signed" },
  "contract.not-draft": { kind: "conflict", title: "The contract is in force already" },
  "contract.not-in-force": { kind: "conflict", title: "The contract is not in force on that day" },
  "contract.days": { kind: "unprocessable", title: "The days of the contract do not go together" },
  "contract.exceeded": { kind: "conflict", title: "More would be consumed than was agreed" },
  "contract.currency-differs": { kind: "unprocessable", title: "The contract is in another currency" },
  "contract.consumption-reversed": { kind: "conflict", title: "The consumption is reversed already" },
  "contract.consumption-invoiced": { kind: "conflict", title: "The consumption is that of an invoice" },
  "contract.deal-linked": { kind: "conflict", title: "The deal is linked to the contract already" },
  "contract.single": { kind: "conflict", title: "A single contract is for one deal" },
  "contract.file-missing": { kind: "conflict", title: "The file has not arrived as it was announced" },
  "contract.file-changed": { kind: "conflict", title: "The file is another one than the one that arrived" },
} as const satisfies FailureCatalogue;
