import * as z from "zod";
import { Client } from "../../domain/clients/client.ts";
import {
  ClientCounterparty,
  Counterparty,
  CounterpartyChange,
  LinkChange,
  LinkMove,
  NewCounterparty,
  NewLink,
} from "../../domain/clients/counterparty.ts";
import { Link, LinkDay } from "../../domain/clients/links.ts";
import { Id } from "../../domain/kernel/id.ts";
import { Format } from "../../domain/kernel/text.ts";
import { Day } from "../../domain/kernel/time.ts";
import { route } from "../kit/route.ts";

const ofClient = z.strictObject({ clientId: Id("client") });
const params = z.strictObject({ counterpartyId: Id("counterparty") });
const linkParams = params.extend({ linkId: Id("link") });
const shared = { feature: "clients" } as const;

const Times = z.strictObject({
  asOf: LinkDay.optional().meta({ description: "The day asked about; absent: today where the tenant is" }),
  knownAt: z
    .union([Day, Format(40, z.iso.datetime({ offset: true }))])
    .optional()
    .meta({ description: "As it was known then, or by the end of that day; absent: as it is known now" }),
});

const linkFailures = [
  "counterparty.link-overlap",
  "counterparty.link-days",
  "reference.unknown",
  "limit.exceeded",
] as const;

export const counterpartyRoutes = {
  addCounterparty: route({
    ...shared,
    method: "POST",
    path: "/v1/clients/{clientId}/counterparties",
    summary: "Add a counterparty and link it to the client",
    permission: "client:write",
    params: ofClient,
    body: NewCounterparty,
    status: 201,
    output: Counterparty,
    versioned: true,
    failures: ["client.invalid", "counterparty.link-days", "limit.exceeded"],
  }),
  listCounterparties: route({
    ...shared,
    method: "GET",
    path: "/v1/clients/{clientId}/counterparties",
    summary: "The counterparties of a client on a day, as known at a moment",
    description: "Each with the one link that says so. There are at most 100, so that the list has no pages.",
    permission: "client:read",
    params: ofClient,
    query: Times,
    status: 200,
    output: z.object({ items: z.array(ClientCounterparty) }),
  }),
  readCounterparty: route({
    ...shared,
    method: "GET",
    path: "/v1/counterparties/{counterpartyId}",
    summary: "A counterparty with all its links, superseded ones included",
    description: "Without the links to clients that the caller may not see.",
    permission: "client:read",
    params,
    status: 200,
    output: Counterparty,
    versioned: true,
  }),
  readClientOfCounterparty: route({
    ...shared,
    method: "GET",
    path: "/v1/counterparties/{counterpartyId}/client",
    summary: "The client that a counterparty belongs to on a day, as known at a moment",
    description:
      "Neither `link` nor `client` where it belongs to none, or to one that the caller may not see.",
    permission: "client:read",
    params,
    query: Times,
    status: 200,
    output: z.object({ asOf: Day, link: Link.optional(), client: Client.optional() }),
  }),
  changeCounterparty: route({
    ...shared,
    method: "PATCH",
    path: "/v1/counterparties/{counterpartyId}",
    summary: "Change a counterparty's name, tax id, country, account or address",
    permission: "client:write",
    params,
    body: CounterpartyChange,
    status: 200,
    output: Counterparty,
    versioned: true,
    failures: ["client.invalid"],
  }),
  linkCounterparty: route({
    ...shared,
    method: "POST",
    path: "/v1/counterparties/{counterpartyId}/links",
    summary: "State that a counterparty belongs to a client for a time",
    permission: "client:write",
    params,
    body: NewLink,
    status: 201,
    output: Counterparty,
    versioned: true,
    failures: linkFailures,
  }),
  moveCounterparty: route({
    ...shared,
    method: "POST",
    path: "/v1/counterparties/{counterpartyId}/move",
    summary: "Move a counterparty to another client from a day on",
    description:
      "The link that is good on that day is superseded by one that ends the day before, and the other client's " +
      "begins, up to where the old one would have ended: in one transaction. What was known before can still be asked.",
    permission: "client:write",
    params,
    body: LinkMove,
    status: 200,
    output: Counterparty,
    versioned: true,
    failures: [
      "counterparty.not-linked",
      "counterparty.already-linked",
      "reference.unknown",
      "limit.exceeded",
    ],
  }),
  correctLink: route({
    ...shared,
    method: "PATCH",
    path: "/v1/counterparties/{counterpartyId}/links/{linkId}",
    summary: "End a link, or correct its days",
    description: "The link is superseded by another with the days that are believed now.",
    permission: "client:write",
    params: linkParams,
    body: LinkChange,
    status: 200,
    output: Counterparty,
    versioned: true,
    failures: [...linkFailures, "counterparty.link-superseded"],
  }),
  withdrawLink: route({
    ...shared,
    method: "DELETE",
    path: "/v1/counterparties/{counterpartyId}/links/{linkId}",
    summary: "Withdraw a link that was an error",
    description: "It is believed no more; that it was believed is kept.",
    permission: "client:write",
    params: linkParams,
    status: 200,
    output: Counterparty,
    versioned: true,
    failures: ["counterparty.link-superseded", "limit.exceeded"],
  }),
};
