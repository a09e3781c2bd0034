import {
  CompanyChoice,
  type EmailClaim,
  EmailClaim as EmailClaimSchema,
  emailKey,
  Membership,
} from "../../domain/access/email.ts";
import type { Member } from "../../domain/access/records.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { entity } from "../kit/table/entity.ts";
import type { Write } from "../kit/table/store.ts";
import { createSystem, systemWithout } from "../kit/table/system.ts";

interface OfAddress {
  readonly email: string;
}

/** What lies together of an address, above tenants: `SYS#EMAIL#<address in lower case>`. */
export const addressPartition = (email: string): string => `EMAIL#${emailKey(email)}`;

export const emailClaimEntity = entity<EmailClaim, OfAddress>({
  name: "email-claim",
  schema: EmailClaimSchema,
  key: ({ email }) => ({ pk: addressPartition(email), sk: "CLAIM" }),
});

export const membershipEntity = entity<Membership, OfAddress & Pick<Membership, "tenantId">>({
  name: "membership",
  schema: Membership,
  key: ({ email, tenantId }) => ({ pk: addressPartition(email), sk: `MEMBER#${tenantId}` }),
});

export const companyChoiceEntity = entity<CompanyChoice, OfAddress>({
  name: "company-choice",
  schema: CompanyChoice,
  key: ({ email }) => ({ pk: addressPartition(email), sk: "CHOICE" }),
});

const taken = (pointer: string) => () =>
  new Failure("member.email-taken", { fields: [{ pointer, reason: "belongs to a member already" }] });

/** Takes an email address for the admin of a new company. @throws member.email-taken where an operator gave it to one before */
export const emailClaiming = (claim: Omit<EmailClaim, "version">, pointer: string): Write =>
  createSystem(emailClaimEntity, { version: 1, ...claim, email: emailKey(claim.email) }, taken(pointer));

/**
 * Takes an email address for a member of a company. What else the address belongs to makes no difference: the same is
 * written, and nothing of it is read.
 * @throws member.email-taken where a member of this company has it
 */
export const joiningCompany = (
  { email, id: memberId }: Pick<Member, "email" | "id">,
  tenantId: string,
  pointer: string,
): Write[] => [
  createSystem(membershipEntity, { version: 1, email: emailKey(email), tenantId, memberId }, taken(pointer)),
  systemWithout(emailClaimEntity, { email }, tenantId, taken(pointer)),
];
