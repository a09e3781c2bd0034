import { beforeAll, describe, expect, test } from "vitest";
import { idPrefixes } from "../../domain/kernel/id.ts";
import { resolved } from "../contracts/schemas.ts";
import { objectAt } from "../golden/json.ts";
import { settle } from "../support/client.ts";
import { type Company, newCompany, unusedId, withIds } from "./company.ts";
import { exampleBody, paramsOf } from "./request.ts";
import { secondOfEach, twoTills } from "./second.ts";
import { guardedRoutes, type Received, type Route, routesWithBody, type Sending, send } from "./send.ts";
import { valid, variants } from "./valid/index.ts";

let ours: Company;
let theirs: Company;
beforeAll(async () => {
  ours = await newCompany();
  theirs = await newCompany();
  await secondOfEach(theirs);
  for (const company of [ours, theirs]) await twoTills(company);
  await settle();
});

/** Nothing is overdue or overridden in a company of today, its imports have no faults, and moves come many to a page. */
const shortLists = ["listOverdueDeals", "listDealOverrides", "listImportFaults", "listDealMoves"];

const idPattern = /\b[a-z]+_[0-9A-HJKMNP-TV-Z]{26}\b/g;

/**
 * All that a caller can see of an answer. Ids are told apart by the order in which they come, because an
 * answer may repeat the id that it was asked for; what is made anew with each request is left out.
 */
const seen = ({ status, headers, text }: Received) => {
  const order = new Map<string, string>();
  const content = text
    .replace(/"correlationId":"[^"]*"/, "")
    .replace(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"<instant>"')
    .replace(idPattern, (id) => {
      const known = order.get(id) ?? `<id ${order.size}>`;
      order.set(id, known);
      return known;
    });
  const { date, "apigw-requestid": _request, "x-correlation-id": _correlation, ...stable } = headers;
  return { status, headers: stable, content };
};

const prefixes: readonly string[] = Object.values(idPrefixes);
/** With a body, where there is one, that names our own records. */
const guarded = (route: Route) => ({
  token: ours.token,
  ...(route.declared.body ? { body: withIds(exampleBody(route), (prefix) => ours.ids[prefix]) } : {}),
});

/** The answers to a request that names their records, and to one that names records that are not there. */
const bothAnswers = async (route: Route, request: (id: (prefix: string) => string) => Sending) => [
  seen(
    await send(
      route,
      request((prefix) => theirs.ids[prefix] ?? unusedId(prefix)),
    ),
  ),
  seen(await send(route, request(unusedId))),
];

describe("another tenant's record in a path answers as one that does not exist", () => {
  const withIds = guardedRoutes.filter(({ path }) => path.includes("{"));
  test.each(withIds)("$method $path", async (route) => {
    const [hidden, absent] = await bothAnswers(route, (id) => ({
      ...guarded(route),
      params: paramsOf(route, id),
    }));
    expect(hidden).toEqual(absent);
    expect(hidden?.status).toBe(404);
    expect(hidden?.content).toContain('"record.not-found"');
  });

  test.each(withIds.filter(({ path }) => path.split("{").length > 2))(
    "under our own: $method $path",
    async (route) => {
      const [outer] = Object.keys(paramsOf(route, unusedId));
      const [hidden, absent] = await bothAnswers(route, (id) => {
        const params = paramsOf(route, id);
        const own = paramsOf(route, (prefix) => ours.ids[prefix]);
        return { ...guarded(route), params: { ...params, ...(outer ? { [outer]: own[outer] ?? "" } : {}) } };
      });
      expect(hidden).toEqual(absent);
      expect(hidden?.status).toBe(404);
    },
  );

  test("and nothing of theirs was changed by it", async () => {
    const whole = await theirs.call.readClient({ params: { clientId: theirs.ids.cli ?? "" } });
    expect([whole.version, whole.contacts.length, whole.counterparties.length]).toEqual([1, 1, 1]);
    expect((await theirs.call.readDeal({ params: { dealId: theirs.ids.deal ?? "" } })).version).toBe(2);
    expect((await theirs.call.readProduct({ params: { productId: theirs.ids.prd ?? "" } })).version).toBe(1);
  });
});

/** Query parameters by which records are asked for: the kind of id that each takes. */
const queryPrefix: Readonly<Record<string, string>> = {
  owner: "mem",
  team: "team",
  teamId: "team",
  client: "cli",
  clientId: "cli",
  counterparty: "cpt",
  counterpartyId: "cpt",
  contract: "ctr",
  deal: "deal",
  dealId: "deal",
  member: "mem",
  parent: "cli",
  product: "prd",
};

const inQuery = (route: Route) =>
  (Array.isArray(route.operation.parameters) ? route.operation.parameters.map(resolved) : []).filter(
    (parameter) => parameter.in === "query",
  );
const queryParameters = (route: Route): string[] => inQuery(route).map(({ name }) => String(name));

/** Values of the parameters that a route cannot do without. */
const values: Readonly<Record<string, string>> = {
  type: "sale",
  stage: "interest",
  by: "stage",
  currency: "USD",
  account: "bank",
  commodity: "EUR",
  control: "tills:*:cash",
};
const neededQuery = (route: Route, ...more: string[]): Record<string, string> =>
  Object.fromEntries(
    inQuery(route)
      .filter(({ name, required }) => required === true || more.includes(String(name)))
      .map(({ name }) => [String(name), values[String(name)] ?? "x"]),
  );

describe("another tenant's record in a query answers as one that does not exist", () => {
  const asked = guardedRoutes.flatMap((route) =>
    queryParameters(route)
      .filter((name) => queryPrefix[name])
      .map((name) => ({ route, name, method: route.method, path: route.path })),
  );
  test.each(asked)("$method $path?$name", async ({ route, name }) => {
    const [hidden, absent] = await bothAnswers(route, (id) => ({
      token: ours.token,
      query: { ...neededQuery(route), [name]: id(queryPrefix[name] ?? "") },
    }));
    expect(hidden).toEqual(absent);
  });

  test("every parameter that takes an id is among them", () => {
    const documented = guardedRoutes.flatMap((route) =>
      (Array.isArray(route.operation.parameters) ? route.operation.parameters.map(resolved) : [])
        .filter(({ in: place, schema }) => place === "query" && /\^[a-z]+_\[/.test(JSON.stringify(schema)))
        .map(({ name }) => String(name)),
    );
    expect(documented.filter((name) => !queryPrefix[name])).toEqual([]);
  });
});

/** Where in a value an id stands. */
const placesOfIds = (value: unknown, path: readonly string[] = []): (readonly string[])[] => {
  if (typeof value === "string")
    return prefixes.includes(/^([a-z]+)_[0-9A-HJKMNP-TV-Z]{26}$/.exec(value)?.[1] ?? "") ? [path] : [];
  return typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([name, inner]) => placesOfIds(inner, [...path, name]))
    : [];
};

/** A copy of a value with another id at a place. */
const replacedAt = (value: unknown, path: readonly string[], id: (prefix: string) => string): unknown => {
  const [name, ...rest] = path;
  if (name === undefined) return id(String(value).split("_")[0] ?? "");
  if (Array.isArray(value))
    return value.map((inner, at) => (String(at) === name ? replacedAt(inner, rest, id) : inner));
  return {
    ...objectAt(JSON.parse(JSON.stringify(value))),
    [name]: replacedAt(Object(value)[name], rest, id),
  };
};

/** What makes the valid requests of a route. */
const requestsOf = ({ name }: Route) => [valid[name] ?? [], variants[name] ?? []].flat();

describe("another tenant's record in a body answers as one that does not exist", () => {
  // What is posted in bulk is refused row by row, with 200 for the whole: test/ledger holds it to this.
  test.each(routesWithBody.filter(({ name }) => name !== "postBulk"))("$method $path", async (route) => {
    for (const make of requestsOf(route)) {
      const places = placesOfIds((await make(ours)).body);
      for (const place of places) {
        const answers: ReturnType<typeof seen>[] = [];
        for (const id of [(prefix: string) => theirs.ids[prefix] ?? unusedId(prefix), unusedId]) {
          const request = await make(ours);
          const body = replacedAt(request.body, place, id);
          answers.push(seen(await send(route, { token: ours.token, ...request, body })));
        }
        const [hidden, absent] = answers;
        expect(hidden, place.join("/")).toEqual(absent);
        expect(hidden?.status, `${place.join("/")} ${hidden?.content}`).toBeGreaterThanOrEqual(400);
      }
    }
  });

  test("every field of a body that takes an id is tried", async () => {
    const missing: string[] = [];
    for (const route of routesWithBody) {
      const documented = placesOfIds(exampleBody(route)).map((place) => place.join("/"));
      const requests = await Promise.all(requestsOf(route).map((make) => make(ours)));
      const tried = requests.flatMap(({ body }) => placesOfIds(body)).map((place) => place.join("/"));
      missing.push(
        ...documented.filter((place) => !tried.includes(place)).map((place) => `${route.name} ${place}`),
      );
    }
    expect(missing).toEqual([]);
  });
});

describe("a cursor of another tenant or query is refused", () => {
  const lists = guardedRoutes.filter((route) => queryParameters(route).includes("cursor"));
  test.each(lists)("$method $path", async (route) => {
    // The board gives cursors for one column at a time.
    const query = neededQuery(route, ...(route.name === "readDealBoard" ? ["stage"] : []));
    const [one, other] = [
      paramsOf(route, (prefix) => theirs.ids[prefix]),
      paramsOf(route, (prefix) => ours.ids[prefix]),
    ];
    const foreign = await cursorOf(route, { token: theirs.token, params: one, query });
    if (!shortLists.includes(route.name)) expect(foreign).toHaveLength(1);
    for (const cursor of ["x", "bm9uZQ", "e30", Buffer.from('["a","b"]').toString("base64url"), ...foreign]) {
      const refused = await send(route, { token: ours.token, params: other, query: { ...query, cursor } });
      expect([refused.status, refused.code, refused.pointers], refused.text).toEqual([
        400,
        "request.cursor-mismatch",
        ["/query/cursor"],
      ]);
    }
  });

  test("the cursor of one list is not taken by the same list with another filter", async () => {
    const { ids, call, token } = ours;
    await call.createClient({ body: { name: "Another client", ownerId: ours.adminMemberId } });
    const list = guardedRoutes.find(({ name }) => name === "listClients");
    if (!list) throw new Error("there is no listClients");
    const query = { owner: ours.adminMemberId, limit: "1" };
    const [cursor = ""] = await cursorOf(list, { token, query });
    expect(cursor).not.toBe("");
    expect((await send(list, { token, query: { ...query, cursor } })).status).toBe(200);
    const refused = await send(list, { token, query: { ...query, owner: ids.mem ?? "", cursor } });
    expect([refused.status, refused.code]).toEqual([400, "request.cursor-mismatch"]);
  });
});

/** The cursor of the second page, where there is one. */
const cursorOf = async (route: Route, sending: Sending): Promise<string[]> => {
  const page = await send(route, { ...sending, query: { ...sending.query, limit: "1" } });
  const [column] = Array.isArray(page.json.columns) ? page.json.columns : [];
  const next = page.json.next ?? objectAt(column).next;
  return typeof next === "string" ? [next] : [];
};
