import * as z from "zod";
import { Format } from "../kernel/text.ts";

/** The address by which a member signs in. */
export const Email = Format(254, z.email()).meta({ examples: ["ana.popescu@example.com"] });

/** Addresses are the same in any case. */
export const emailKey = (email: string): string => email.trim().toLocaleLowerCase("en");

/** To how many companies an address may belong; further ones are not looked at. */
export const mostCompanies = 100;

/** Says which member of a company has an email address. One address may belong to members of several companies. */
export const Membership = z.object({
  version: z.literal(1),
  email: z.string(),
  tenantId: z.string(),
  memberId: z.string(),
});
export type Membership = z.infer<typeof Membership>;

/** Which company the person with an email address enters when they sign in. */
export const CompanyChoice = z.object({ version: z.int().min(1), email: z.string(), tenantId: z.string() });
export type CompanyChoice = z.infer<typeof CompanyChoice>;

/**
 * A membership as it was written before an address could belong to several companies, and still is for the admin with whom an
 * operator makes a company.
 */
export const EmailClaim = z.object({
  version: z.int(),
  email: z.string(),
  tenantId: z.string(),
  memberId: z.string(),
  /** The digest of the order by which an operator made the tenant, so that the order can be repeated. */
  order: z.string().optional(),
});
export type EmailClaim = z.infer<typeof EmailClaim>;
