import { type EmailClaim, EmailClaim as EmailClaimSchema, emailKey } from "../../domain/access/email.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { entity } from "../kit/table/entity.ts";
import type { Write } from "../kit/table/store.ts";
import { createSystem } from "../kit/table/system.ts";

/** Whose an email address is, above tenants: `SYS#EMAIL#<address in lower case>`. */
export const emailClaimEntity = entity<EmailClaim, { readonly email: string }>({
  name: "email-claim",
  schema: EmailClaimSchema,
  key: ({ email }) => ({ pk: `EMAIL#${emailKey(email)}`, sk: "CLAIM" }),
});

/** Takes an email address for a member. @throws member.email-taken, which does not say where it is taken */
export const emailClaiming = (claim: Omit<EmailClaim, "version">, pointer: string): Write =>
  createSystem(
    emailClaimEntity,
    { version: 1, ...claim, email: emailKey(claim.email) },
    () => new Failure("member.email-taken", { fields: [{ pointer, reason: "belongs to a member already" }] }),
  );
