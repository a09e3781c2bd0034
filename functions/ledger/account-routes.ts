import * as z from "zod";
import { Id } from "../../domain/kernel/id.ts";
import { PageQuery, pageOf } from "../../domain/kernel/page.ts";
import { Format } from "../../domain/kernel/text.ts";
import { Account, AccountChange, AccountPath, NewAccount } from "../../domain/ledger/account.ts";
import { route } from "../kit/route.ts";

const shared = { feature: "ledger" } as const;
const write = { ...shared, permission: "ledger:write" } as const;
const params = z.strictObject({ path: AccountPath });

const ControlPath = Format(250, z.regex(/^(?:[A-Za-z0-9_-]+|\*)(?::(?:[A-Za-z0-9_-]+|\*))*$/)).meta({
  examples: ["clients:*:receivable"],
});

export const accountRoutes = {
  openAccount: route({
    ...write,
    method: "POST",
    path: "/v1/ledger/accounts",
    summary: "Open an account of the ledger",
    description:
      "An id or a day in the path makes it a member of a control account (`clients:*:receivable`), which is made with " +
      "its first member and sums its members up. A stock account never goes below zero. What clients owe and have in " +
      "advance, members' days and places of a warehouse are opened by what posts to them, not by hand.",
    body: NewAccount.omit({ managedBy: true }),
    status: 201,
    output: Account,
    versioned: true,
    failures: [
      "ledger.account-exists",
      "ledger.account-managed",
      "ledger.account-unfit",
      "reference.unknown",
    ],
  }),
  listAccounts: route({
    ...shared,
    permission: "ledger:read",
    method: "GET",
    path: "/v1/ledger/accounts",
    summary: "The chart of accounts, by path",
    description:
      "Common and control accounts; with `control` the members of one, with `clientId` the accounts of a client. One of " +
      "the two at most.",
    query: z.strictObject({
      ...PageQuery,
      control: ControlPath.optional(),
      clientId: Id("client").optional(),
    }),
    status: 200,
    output: pageOf(Account),
  }),
  readAccount: route({
    ...shared,
    permission: "ledger:read",
    method: "GET",
    path: "/v1/ledger/accounts/{path}",
    summary: "An account of the ledger",
    params,
    status: 200,
    output: Account,
    versioned: true,
  }),
  changeAccount: route({
    ...write,
    method: "PATCH",
    path: "/v1/ledger/accounts/{path}",
    summary: "Change the name or the constraints of an account",
    description:
      "A new constraint has to hold on every day of the account's past and for what stands on it at that very moment; else " +
      "409 ledger.account-in-use names the first day that breaks it. While others post without a pause it may not find " +
      "such a moment: 409 record.busy, to be tried again.",
    params,
    body: AccountChange,
    status: 200,
    output: Account,
    versioned: true,
    failures: ["ledger.account-in-use", "ledger.account-managed", "limit.exceeded", "money.overflow"],
  }),
  closeAccount: route({
    ...write,
    method: "POST",
    path: "/v1/ledger/accounts/{path}/closure",
    summary: "Close an account: nothing is posted to it any more",
    description:
      "It has to be at zero in every commodity, with nothing reserved. One that is closed already stays so.",
    params,
    status: 200,
    output: Account,
    versioned: true,
    failures: ["ledger.account-not-empty", "ledger.account-managed", "limit.exceeded"],
  }),
  reopenAccount: route({
    ...write,
    method: "POST",
    path: "/v1/ledger/accounts/{path}/reopening",
    summary: "Open a closed account again",
    params,
    status: 200,
    output: Account,
    versioned: true,
    failures: ["ledger.account-open"],
  }),
};
