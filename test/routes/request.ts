import { resolved } from "../contracts/schemas.ts";
import { type Json, objectAt } from "../golden/json.ts";
import { type Company, prefixIn } from "./company.ts";
import type { Route, Sending } from "./send.ts";

/** What is sent to a route. */
export type Request = Pick<Sending, "params" | "query" | "body">;
/** By the name of its route, what makes a request that is carried out. */
export type Requests = Readonly<Record<string, (company: Company) => Promise<Request>>>;
export type Variants = Readonly<Record<string, readonly ((company: Company) => Promise<Request>)[]>>;

/** The parameters of a route's path, each by what `choose` says for its kind of id. */
export const paramsOf = (
  route: Route,
  choose: (prefix: string) => string | undefined,
): Record<string, string> => {
  const parameters = Array.isArray(route.operation.parameters)
    ? route.operation.parameters.map(resolved)
    : [];
  return Object.fromEntries(
    parameters
      .filter((parameter) => parameter.in === "path")
      .map((parameter) => {
        const prefix = prefixIn(objectAt(parameter.schema));
        return [String(parameter.name), (prefix && choose(prefix)) ?? "x"];
      }),
  );
};

/** The documented example of a route's body. */
export const exampleBody = (route: Route): Json | undefined =>
  objectAt(route.operation, "requestBody", "content", "application/json").example;
