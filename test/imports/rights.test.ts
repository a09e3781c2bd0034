import { expect, it } from "vitest";
import { importEntities } from "../../domain/imports/mapping.ts";
import { memberRoutes } from "../../functions/access/member-routes.ts";
import { teamRoutes } from "../../functions/access/team-routes.ts";
import { clientRoutes } from "../../functions/clients/routes.ts";
import { dealRoutes } from "../../functions/deals/routes.ts";
import { needed } from "../../functions/imports/rights.ts";
import { clientMakers } from "../../functions/imports/worker/makers/clients.ts";
import { otherMakers } from "../../functions/imports/worker/makers/others.ts";
import type { RouteDeclaration } from "../../functions/kit/route.ts";
import { transactionRoutes } from "../../functions/ledger/transaction-routes.ts";
import { productRoutes } from "../../functions/products/routes.ts";

it("an import needs exactly the right and the feature of the route that makes such a record", () => {
  const made: Record<keyof typeof needed, RouteDeclaration> = {
    members: memberRoutes.inviteMember,
    teams: teamRoutes.createTeam,
    products: productRoutes.createProduct,
    clients: clientRoutes.createClient,
    deals: dealRoutes.createDeal,
    sales: transactionRoutes.postTransaction,
  };
  expect(needed).toEqual(
    Object.fromEntries(
      Object.entries(made).map(([kind, { permission, feature }]) => [
        kind,
        { permission, ...(feature ? { feature } : {}) },
      ]),
    ),
  );
});

it("each kind of record is made by one worker", () => {
  expect([...Object.keys(clientMakers), ...Object.keys(otherMakers)].sort()).toEqual(
    [...importEntities].sort(),
  );
});
