import { beforeAll, describe, expect, test } from "vitest";
import { type Json, objectAt } from "../golden/json.ts";
import { type Company, newCompany } from "./company.ts";
import { routesWithBody, send } from "./send.ts";
import { valid } from "./valid/index.ts";

let company: Company;
beforeAll(async () => {
  company = await newCompany();
});

/** A file may hold anything: its cells are looked at when it is read, row by row. */
const isFile = (text: string): boolean => text.includes(";") && text.includes("\n");

/** The body with one of its texts changed, for each of them. */
const variantsOf = (value: Json, change: (text: string) => string): Json[] => {
  if (typeof value === "string") return isFile(value) ? [] : [change(value)];
  if (Array.isArray(value))
    return value.flatMap((one, at) => variantsOf(one, change).map((other) => value.with(at, other)));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) =>
    variantsOf(one, change).map((other) => ({ ...objectAt(value), [name]: other })),
  );
};

describe.each(routesWithBody)("$method $path", (route) => {
  test("takes no NUL in any text of its body", async () => {
    const make = valid[route.name];
    if (!make) throw new Error(`test/routes/valid has no request of ${route.name}`);
    const request = await make(company);
    const body: Json = JSON.parse(JSON.stringify(request.body ?? {}));
    for (const variant of variantsOf(body, (text) => `${text.slice(0, 1)}\u0000${text.slice(1)}`)) {
      const answer = await send(route, { token: company.token, ...request, body: variant });
      expect(answer.status, `${JSON.stringify(variant)}: ${answer.text}`).toBe(400);
    }
  });
});
