import * as z from "zod";
import { Format } from "../kernel/text.ts";

/** The address by which a member signs in. */
export const Email = Format(254, z.email()).meta({ examples: ["ana.popescu@example.com"] });

/** Addresses are the same in any case. */
export const emailKey = (email: string): string => email.trim().toLocaleLowerCase("en");

/** Says whose an email address is: one address belongs to one member of one tenant. */
export const EmailClaim = z.object({
  version: z.int(),
  email: z.string(),
  tenantId: z.string(),
  memberId: z.string(),
  /** The digest of the order by which an operator made the tenant, so that the order can be repeated. */
  order: z.string().optional(),
});
export type EmailClaim = z.infer<typeof EmailClaim>;
