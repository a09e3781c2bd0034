import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitraryOf, fieldOf, type Known } from "../contracts/arbitrary.ts";
import { faultsOf, resolved } from "../contracts/schemas.ts";
import { objectAt } from "../golden/json.ts";
import { type Company, newCompany, unusedId } from "./company.ts";
import { paramsOf } from "./request.ts";
import { guardedRoutes, type Received, type Route, type Sending, send } from "./send.ts";

const seed = 20261123;
const requestsPerRoute = 12;

/** Mostly the company's own records, now and then one that is not there; and what its settings begin with. */
const knownOf = ({ ids }: Company): Known => ({
  id: (prefix) =>
    fc.oneof(
      { weight: 4, arbitrary: fc.constant(ids[prefix] ?? unusedId(prefix)) },
      { weight: 1, arbitrary: fc.constant(unusedId(prefix)) },
    ),
  fields: {
    typeId: fc.constantFrom("sale", "project"),
    type: fc.constantFrom("sale", "project", "order"),
    stageId: fc.constantFrom("interest", "qualified", "idea"),
    stage: fc.constantFrom("interest", "qualified"),
    reasonId: fc.constantFrom("price", "other"),
    fields: fc.constant({}),
    owner: fc.constant(ids.mem),
    team: fc.constant(ids.team),
    client: fc.constant(ids.cli),
    product: fc.constant(ids.prd),
    account: fc.constantFrom("bank", "cash", "revenue"),
    commodity: fc.constantFrom("EUR", "RON"),
  },
});

const parametersOf = (route: Route) =>
  (Array.isArray(route.operation.parameters) ? route.operation.parameters.map(resolved) : []).filter(
    (parameter) => parameter.in === "query" && parameter.name !== "cursor",
  );

/** Requests that are right by the document. */
const requestsOf = (route: Route, company: Company): fc.Arbitrary<Sending> => {
  const known = knownOf(company);
  const parameters = parametersOf(route);
  const query = fc.record(
    Object.fromEntries(
      parameters.map(({ name, schema }) => [String(name), fieldOf(String(name), schema, known).map(String)]),
    ),
    { requiredKeys: parameters.filter(({ required }) => required === true).map(({ name }) => String(name)) },
  );
  const { schema } = objectAt(route.operation, "requestBody", "content", "application/json");
  const body = schema === undefined ? fc.constant(undefined) : arbitraryOf(schema, known);
  return fc.record({
    token: fc.constant(company.token),
    params: fc.constant(paramsOf(route, (prefix) => company.ids[prefix])),
    query,
    body,
  });
};

/**
 * Rules that no JSON schema can say: they hold between fields, or ask a database. A request that breaks one is
 * refused though its form is right. Anything else that is refused as `request.invalid` is a gap in the document.
 */
const rulesBeyondForm = [
  /^is not a time zone of the IANA database$/,
  /^lies before /,
  /^is where the goods lie already$/,
  /^stands twice$/,
  /^is zero$/,
  /^names an? (invoice|line) twice$/,
  /^has to be there with another currency or kind of prices$/,
  /^cannot be given together with clientId$/,
  /^phone, email, taxId and externalId go one at a time$/,
  /^names a (contact|product|member|kind|place of a product) twice$/,
  /^has shares of more than 100 percent$/,
  /^is not a declared field$/,
  /^cannot be given together with features$/,
  // The rules of a mapping (domain/imports/mapping.ts).
  /^has to have either in or notIn$/,
  /^has to be there, or (constant|text) instead$/,
  /^goes with /,
  /^can be several columns for type text only$/,
  /^has to name year, month and day /,
  /^has to be names joined by points/,
  /^has to differ from the decimal separator$/,
  /^is not among the ways to look this up$/,
  /^is set by another field already$/,
  /^has to be here or in the format$/,
];

const isRuleBroken = ({ json }: Received): boolean => {
  const errors = Array.isArray(json.errors) ? json.errors.map((error) => String(objectAt(error).reason)) : [];
  return errors.length > 0 && errors.every((reason) => rulesBeyondForm.some((rule) => rule.test(reason)));
};

describe.each(guardedRoutes)("$method $path", (route) => {
  test("takes what the document allows, and answers as it says", async () => {
    const company = await newCompany();
    const requests = fc.sample(requestsOf(route, company), { seed, numRuns: requestsPerRoute });
    const { schema } = objectAt(route.operation, "requestBody", "content", "application/json");
    for (const request of requests) {
      if (schema !== undefined)
        expect(faultsOf(schema, request.body), JSON.stringify(request.body)).toEqual([]);
      const answer = await send(route, request);
      const said = `${JSON.stringify({ query: request.query, body: request.body })}: ${answer.text}`;
      expect(answer.status, said).toBeLessThan(500);
      if (answer.code === "request.invalid") expect(isRuleBroken(answer), said).toBe(true);
      const { items } = answer.json;
      if (Array.isArray(items))
        expect(items.length, said).toBeLessThanOrEqual(
          Number(new URLSearchParams(request.query).get("limit") ?? 50),
        );
    }
  });
});
