import * as z from "zod";

export const roles = ["admin", "head", "manager", "marketer", "accountant", "warehouse", "auditor"] as const;
export const Role = z.enum(roles);
export type Role = z.infer<typeof Role>;

/** How far a right reaches: a member's own records, those of the team, all of the tenant. */
export const scopes = ["own", "team", "all"] as const;
export type Scope = (typeof scopes)[number];

export const permissions = [
  "tenant:read",
  "tenant:write",
  "member:read",
  "member:write",
  "client:read",
  "client:write",
  "product:read",
  "product:write",
  "deal:read",
  "deal:write",
  "deal:override",
  "deal:ship",
  "import:read",
  "import:write",
  "stock:read",
  "stock:write",
  "movement:read",
  "reservation:read",
  "reservation:write",
  "ledger:read",
  "ledger:write",
  "ledger:unlock",
  "balance:read",
  "contract:read",
  "contract:write",
  "rate:read",
  "rate:write",
  "time:read",
  "time:write",
  "finance:read",
  "finance:write",
  "order:read",
  "order:write",
] as const;
export type Permission = (typeof permissions)[number];

type Rights = Partial<Record<Permission, Scope>>;

const everywhere = (given: readonly Permission[]): Rights =>
  Object.fromEntries(given.map((permission) => [permission, "all"]));
const reads = permissions.filter((permission) => permission.endsWith(":read"));

/** The rights that each role gives. A permission that does not stand here is not given. */
export const rightsByRole: Readonly<Record<Role, Rights>> = {
  admin: everywhere(permissions),
  head: {
    ...everywhere(["tenant:read", "member:read", "product:read", "stock:read"]),
    "client:read": "team",
    "client:write": "team",
    "deal:read": "team",
    "deal:write": "team",
    "deal:override": "team",
    "deal:ship": "team",
    "reservation:read": "team",
    "reservation:write": "team",
    "balance:read": "team",
    "finance:read": "team",
    "order:read": "team",
    "order:write": "team",
    "contract:read": "team",
    "contract:write": "team",
    "time:read": "team",
    "time:write": "team",
  },
  manager: {
    ...everywhere(["tenant:read", "member:read", "product:read", "stock:read"]),
    "client:read": "own",
    "client:write": "own",
    "deal:read": "own",
    "deal:write": "own",
    "deal:ship": "own",
    "reservation:read": "own",
    "reservation:write": "own",
    "balance:read": "own",
    "finance:read": "own",
    "order:read": "own",
    "order:write": "own",
    "contract:read": "own",
    "contract:write": "own",
    "time:read": "own",
    "time:write": "own",
  },
  marketer: {
    ...everywhere(["tenant:read", "member:read", "product:read", "client:read", "deal:read"]),
    "time:read": "own",
    "time:write": "own",
  },
  accountant: everywhere([
    "tenant:read",
    "member:read",
    "product:read",
    "stock:read",
    "movement:read",
    "reservation:read",
    "client:read",
    "deal:read",
    "ledger:read",
    "ledger:write",
    "balance:read",
    "contract:read",
    "contract:write",
    "rate:read",
    "rate:write",
    "time:read",
    "time:write",
    "finance:read",
    "finance:write",
    "order:read",
    "order:write",
  ]),
  warehouse: everywhere([
    "tenant:read",
    "member:read",
    "product:read",
    "product:write",
    "stock:read",
    "stock:write",
    "movement:read",
    "reservation:read",
    "reservation:write",
    "order:read",
  ]),
  auditor: everywhere(reads),
};

/** The scope in which a role has a permission, or undefined where it has none. */
export const scopeOf = (role: Role, permission: Permission): Scope | undefined =>
  rightsByRole[role][permission];
