import { beforeAll, describe, expect, test } from "vitest";
import { resolved } from "../contracts/schemas.ts";
import { type Json, objectAt } from "../golden/json.ts";
import { type Company, newCompany } from "./company.ts";
import { paramsOf, type Request } from "./request.ts";
import { guardedRoutes, mutations, type Route, routesWithBody, send } from "./send.ts";
import { valid } from "./valid/index.ts";

let company: Company;
beforeAll(async () => {
  company = await newCompany();
});

const numbers = [0, 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 1e300];
const days = ["0000-01-01", "1900-01-01", "2024-02-29", "9999-12-31"];
const instants = ["0000-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"];
const texts = ["👩‍🏭 ﷽ \u202eאבג", "Z\u0351\u036f\u0323a".repeat(20), "../../%00"];
const currencies = ["JPY", "KWD", "XXX", "eur"];
const months = ["0000-01", "9999-12"];
const inQueries = [
  "0000-01-01",
  "9999-12-31",
  "9999-12",
  "XXX",
  ...texts.slice(0, 1),
  "",
  "-1",
  "999999999",
  "NaN",
];

/** Values of the same kind, at its edges and beyond. */
const extremesOf = (value: Json): readonly Json[] => {
  if (typeof value === "number") return numbers;
  if (typeof value !== "string") return [];
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return days;
  if (/^\d{4}-\d\d-\d\dT/.test(value)) return instants;
  if (/^\d{4}-\d\d$/.test(value)) return months;
  if (/^[A-Z]{3}$/.test(value)) return currencies;
  return texts;
};

type Path = readonly (string | number)[];

/** Where the leaves of a value stand. */
const leavesOf = (value: Json | undefined, at: Path = []): Path[] => {
  if (Array.isArray(value)) return value.slice(0, 2).flatMap((one, n) => leavesOf(one, [...at, n]));
  if (typeof value !== "object" || value === null) return [at];
  return Object.entries(value).flatMap(([name, one]) => leavesOf(one, [...at, name]));
};

const leafAt = (value: Json | undefined, path: Path): Json => {
  const [first, ...rest] = path;
  if (first === undefined) return value ?? null;
  return leafAt(Array.isArray(value) ? value[Number(first)] : objectAt(value)[String(first)], rest);
};

/** The value with other leaves. */
const withLeaves = (
  value: Json | undefined,
  change: (leaf: Json, path: Path) => Json,
  at: Path = [],
): Json => {
  if (Array.isArray(value)) return value.map((one, n) => withLeaves(one, change, [...at, n]));
  if (typeof value !== "object" || value === null) return change(value ?? null, at);
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, withLeaves(one, change, [...at, name])]),
  );
};

/** A request that is carried out, with its body. Fields that it leaves out are tried in `generated.test.ts`. */
const requestOf = async (route: Route): Promise<Request & { readonly body: Json }> => {
  const make = valid[route.name];
  if (!make) throw new Error(`test/routes/valid has no request of ${route.name}`);
  const request = await make(company);
  const body: Json = JSON.parse(JSON.stringify(request.body ?? {}));
  return { ...request, body };
};

describe.each(routesWithBody)("$method $path", (route) => {
  test("takes or refuses what is extreme in any place of its body", async () => {
    let request = await requestOf(route);
    const tried = async (body: Json): Promise<void> => {
      const answer = await send(route, { token: company.token, ...request, body });
      expect(answer.status, `${JSON.stringify(body)}: ${answer.text}`).toBeLessThan(500);
      if (answer.status < 300) request = await requestOf(route);
    };
    for (const path of leavesOf(request.body)) {
      const same = (other: Path) => other.join("/") === path.join("/");
      for (const extreme of extremesOf(leafAt(request.body, path)))
        await tried(withLeaves(request.body, (leaf, at) => (same(at) ? extreme : leaf)));
    }
    for (const most of numbers)
      await tried(withLeaves(request.body, (leaf) => (typeof leaf === "number" ? most : leaf)));
  });
});

const queryOf = ({ operation }: Route): string[] =>
  (Array.isArray(operation.parameters) ? operation.parameters.map(resolved) : [])
    .filter((parameter) => parameter.in === "query")
    .map(({ name }) => String(name));

describe.each(guardedRoutes.filter((route) => queryOf(route).length > 0))("$method $path", (route) => {
  test("takes or refuses what is extreme in its query", async () => {
    const params = paramsOf(route, (prefix) => company.ids[prefix]);
    for (const name of queryOf(route))
      for (const value of inQueries) {
        const answer = await send(route, { token: company.token, params, query: { [name]: value } });
        expect(answer.status, `${name}=${value}: ${answer.text}`).toBeLessThan(500);
      }
  });
});

describe.each(mutations)("$method $path", (route) => {
  test("sent four times at once, without a key, is carried out or refused each time", async () => {
    const make = valid[route.name];
    if (!make) throw new Error(`test/routes/valid has no request of ${route.name}`);
    const request = await make(company);
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => send(route, { token: company.token, ...request })),
    );
    for (const { status, text } of answers) expect(status, text).toBeLessThan(500);
    expect(answers.some(({ status }) => status < 300)).toBe(true);
  });
});
