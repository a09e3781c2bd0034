import * as z from "zod";
import { Format, Line } from "../kernel/text.ts";
import { Instant } from "../kernel/time.ts";
import { Commodity } from "./commodity.ts";

/** Where an account is: segments joined by colons, `stock:whs_…:main`, `revenue`. */
export const AccountPath = Format(200, z.regex(/^[A-Za-z0-9_-]+(?::[A-Za-z0-9_-]+)*$/)).meta({
  id: "AccountPath",
  description: "Segments joined by colons; an id or a day among them makes it a member of a control account",
  examples: ["clients:cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5D:deposit"],
});
export type AccountPath = string;

export const AccountType = z.enum(["asset", "liability", "income", "expense", "equity", "stock", "time"]);
export type AccountType = z.infer<typeof AccountType>;

const fields = {
  path: AccountPath,
  name: Line.min(1).max(200).optional(),
  type: AccountType,
  mayGoBelowZero: z.boolean().meta({ description: "Whether its natural balance may be negative" }),
  limits: z
    .record(Commodity, z.int().min(0))
    .optional()
    .meta({ description: "The most that its natural balance may be, by commodity" }),
  turnover: z.enum(["revenue", "cost"]).optional().meta({
    description:
      "What it is in the turnover of clients and products: revenue (discounts too) or the cost of what was sold",
  }),
  managedBy: Format(30, z.regex(/^[a-z]{1,30}$/))
    .optional()
    .meta({ description: "The part of the system that keeps it: it takes no postings by hand then" }),
};

/**
 * What opens an account. A stock account never goes below zero, whatever is said here. System flows give it
 * as `opens` of a posting: it is opened by the way where it is not there yet.
 */
export const NewAccount = z.strictObject({ ...fields, mayGoBelowZero: fields.mayGoBelowZero.default(true) });
export type NewAccount = z.infer<typeof NewAccount>;

export const Account = z
  .object({
    ...fields,
    path: z.string().max(250).meta({ description: "`*` stands for the ids in that of a control account" }),
    version: z.int().min(1),
    openedAt: Instant,
    closedAt: Instant.optional(),
  })
  .meta({ id: "LedgerAccount" });
export type Account = z.infer<typeof Account>;

const idSegment = /^[a-z]{2,6}_[0-9A-HJKMNP-TV-Z]{26}$/;
const daySegment = /^\d{4}-\d{2}-\d{2}$/;

/**
 * The control account that sums up an account of one client, member, place …: its path with `*` for every id
 * and every day (`clients:*:receivable`, `members:*:day:*`); undefined for a common account, which has none.
 */
export const controlOf = (path: AccountPath): string | undefined => {
  const segments = path.split(":");
  const control = segments.map((one) => (idSegment.test(one) || daySegment.test(one) ? "*" : one));
  return control.includes("*") && !path.includes("*") ? control.join(":") : undefined;
};

/** The id of the client whose account it is, if it is one's. */
export const clientOfPath = (path: AccountPath): string | undefined =>
  path.split(":").find((segment) => segment.startsWith("cli_") && idSegment.test(segment));

const debitNatural: ReadonlySet<AccountType> = new Set(["asset", "expense", "stock", "time"]);

/** An amount seen from the account's own side: above zero it adds to what the account holds. */
export const natural = (type: AccountType, amount: bigint): bigint =>
  debitNatural.has(type) ? amount : -amount;

/** Whether a guard is kept of it: it may not go below zero, or has a limit in some commodity. */
export const isConstrained = (account: Pick<Account, "mayGoBelowZero" | "limits">): boolean =>
  !account.mayGoBelowZero || Object.keys(account.limits ?? {}).length > 0;

/** An account as it is opened. */
export const openedAccount = (input: NewAccount, now: Instant): Account => ({
  ...input,
  mayGoBelowZero: input.type === "stock" ? false : input.mayGoBelowZero,
  version: 1,
  openedAt: now,
});

/** The control account of a first member: it sums up, and constrains nothing. */
export const controlAccount = (member: Account, control: string): Account => ({
  path: control,
  type: member.type,
  mayGoBelowZero: true,
  ...(member.turnover ? { turnover: member.turnover } : {}),
  version: 1,
  openedAt: member.openedAt,
});

/** What may be changed of an account. Its type and its place in the turnover may not: figures were made by them. */
export const AccountChange = z.strictObject({
  name: fields.name.unwrap().nullable().optional(),
  mayGoBelowZero: fields.mayGoBelowZero.optional(),
  limits: fields.limits.unwrap().nullable().optional().meta({
    description: "All limits there are from now on; null takes them away",
  }),
});
export type AccountChange = z.infer<typeof AccountChange>;

/** The account after a change. A stock account goes on never to be below zero. */
export const changedAccount = (account: Account, change: AccountChange): Account => {
  const { name, limits, mayGoBelowZero } = change;
  return {
    ...account,
    ...(name === undefined ? {} : { name: name ?? undefined }),
    ...(limits === undefined ? {} : { limits: limits ?? undefined }),
    ...(mayGoBelowZero === undefined || account.type === "stock" ? {} : { mayGoBelowZero }),
    version: account.version + 1,
  };
};
