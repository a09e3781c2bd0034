import type { Feature } from "../../domain/access/features.ts";
import { type Permission, scopeOf } from "../../domain/access/permissions.ts";
import type { Member, Tenant } from "../../domain/access/records.ts";
import type { ImportEntity } from "../../domain/imports/mapping.ts";
import { Failure } from "../../domain/kernel/errors.ts";

/**
 * What a member has to be allowed to import records of a kind: what the route asks for that makes one. It is said
 * here again, and a test holds it against the routes, because the routes would bring all of their schemas along.
 */
export const needed: Readonly<
  Record<ImportEntity, { readonly permission: Permission; readonly feature?: Feature }>
> = {
  members: { permission: "member:write" },
  teams: { permission: "member:write" },
  products: { permission: "product:write", feature: "products" },
  clients: { permission: "client:write", feature: "clients" },
  deals: { permission: "deal:write", feature: "deals" },
  sales: { permission: "ledger:write", feature: "ledger" },
};

/** An import makes records for everybody, so its member has to have that right everywhere. */
export const checkRights = (member: Member, tenant: Tenant, kind: ImportEntity): void => {
  const { permission, feature } = needed[kind];
  if (scopeOf(member.role, permission) !== "all")
    throw new Failure("access.forbidden", {
      detail: `The role ${member.role} does not give ${permission} for all.`,
    });
  if (feature && !tenant.features.includes(feature))
    throw new Failure("access.feature-off", { detail: `The feature ${feature} is switched off.` });
};
