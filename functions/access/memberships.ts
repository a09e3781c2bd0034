import { type CompanyChoice, type Membership, mostCompanies } from "../../domain/access/email.ts";
import type { Member } from "../../domain/access/records.ts";
import { memberEntity } from "../kit/records.ts";
import type { Database } from "../kit/table/database.ts";
import { entityName, fromItem, itemKey } from "../kit/table/item.ts";
import { SystemStore } from "../kit/table/system.ts";
import { addressPartition, companyChoiceEntity } from "./claims.ts";

/** An active member of a company. */
export interface ActiveMembership {
  readonly tenantId: string;
  readonly member: Member;
}

/**
 * Where the person with an address works: first the company that they chose, then the one that they have been in the longest.
 * Only for the Lambdas that are granted what lies above tenants, and only for an address that is known to be the person's.
 */
export const activeMemberships = async (database: Database, email: string): Promise<ActiveMembership[]> => {
  // Two of the items are not memberships of their own: the choice, and the claim of an admin.
  const items = await new SystemStore(database).first(addressPartition(email), mostCompanies + 2);
  const choice = items.find((item) => entityName(item) === companyChoiceEntity.name);
  const chosenId = choice && fromItem<CompanyChoice>(choice).tenantId;
  const memberIds = new Map(
    items
      .filter((item) => item !== choice)
      .map((item) => fromItem<Membership>(item))
      .map(({ tenantId, memberId }) => [tenantId, memberId]),
  );
  const records = await database.batchGet(
    [...memberIds].map(([tenantId, id]) => itemKey(tenantId, memberEntity.key({ id }))),
  );
  const byId = new Map(records.map((item) => fromItem<Member>(item)).map((member) => [member.id, member]));
  const active = [...memberIds].flatMap(([tenantId, id]): ActiveMembership[] => {
    const member = byId.get(id);
    return member?.status === "active" ? [{ tenantId, member }] : [];
  });
  const rank = ({ tenantId, member }: ActiveMembership) =>
    `${tenantId === chosenId ? 0 : 1} ${member.createdAt} ${tenantId}`;
  return active.sort((one, other) => (rank(one) < rank(other) ? -1 : 1));
};
