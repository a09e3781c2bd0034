import type * as z from "zod";
import type { Feature } from "../../domain/access/features.ts";
import type { ImportEntity } from "../../domain/imports/mapping.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { memberRoutes } from "../access/member-routes.ts";
import { memberHandlers } from "../access/members.ts";
import { teamRoutes } from "../access/team-routes.ts";
import { teamHandlers } from "../access/teams.ts";
import { clientHandlers } from "../clients/handlers.ts";
import { clientRoutes } from "../clients/routes.ts";
import { dealHandlers } from "../deals/handlers.ts";
import { dealRoutes } from "../deals/routes.ts";
import type { Context } from "../kit/context.ts";
import type { RouteDeclaration } from "../kit/route.ts";
import { faultsOf } from "../kit/validate.ts";
import { productHandlers } from "../products/handlers.ts";
import { productRoutes } from "../products/routes.ts";

/** What a record of a kind is made by: the very route and handler of the API. */
export interface Maker {
  readonly permission: RouteDeclaration["permission"];
  readonly feature: Feature | undefined;
  /** The body as the handler takes it. @throws request.invalid, with every field at fault */
  check(body: unknown): unknown;
  /** Runs the handler; what it saves goes to the context. Answers the id of the record. */
  make(body: unknown, context: Context): Promise<string>;
}

type NoParameters = Record<string, never>;

const maker = <Body extends z.ZodType>(
  route: Pick<RouteDeclaration, "permission" | "feature"> & { readonly body?: Body },
  handler: (
    request: { params: NoParameters; query: NoParameters; body: z.output<Body> },
    context: Context,
  ) => Promise<{ readonly id: string }>,
): Maker => {
  const parse = (body: unknown): z.output<Body> => {
    if (!route.body) throw new Error("a route that makes a record has a body");
    const parsed = route.body.safeParse(body);
    if (!parsed.success) throw new Failure("request.invalid", { fields: faultsOf("", parsed.error.issues) });
    return parsed.data;
  };
  return {
    permission: route.permission,
    feature: route.feature,
    check: parse,
    make: async (body, context) => (await handler({ params: {}, query: {}, body: parse(body) }, context)).id,
  };
};

/** Rows become records by the same handlers as requests do: there is no second set of rules. */
export const makers: Readonly<Record<ImportEntity, Maker>> = {
  members: maker(memberRoutes.inviteMember, memberHandlers.inviteMember),
  teams: maker(teamRoutes.createTeam, teamHandlers.createTeam),
  products: maker(productRoutes.createProduct, productHandlers.createProduct),
  clients: maker(clientRoutes.createClient, clientHandlers.createClient),
  deals: maker(dealRoutes.createDeal, dealHandlers.createDeal),
};
