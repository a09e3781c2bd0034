import type { FailureCatalogue } from "../kernel/errors.ts";

export const clientFailures = {
  "client.invalid": { kind: "unprocessable", title: "The client, contact or counterparty breaks a rule" },
  "client.parent-cycle": {
    kind: "unprocessable",
    title: "A client cannot be its own parent, however far up",
  },
  "client.parents-too-deep": { kind: "unprocessable", title: "The chain of parent clients is too long" },
  "counterparty.link-overlap": {
    kind: "conflict",
    title: "The counterparty belongs to a client on some of these days already",
  },
  "counterparty.link-days": { kind: "unprocessable", title: "The link would end before it begins" },
  "counterparty.link-superseded": { kind: "conflict", title: "The link is superseded by a later one" },
  "counterparty.not-linked": { kind: "conflict", title: "The counterparty belongs to no client on that day" },
  "counterparty.already-linked": {
    kind: "conflict",
    title: "The counterparty belongs to this client already",
  },
} as const satisfies FailureCatalogue;
