import { beforeAll, describe, expect, test } from "vitest";
import { type Feature, features } from "../../domain/access/features.ts";
import { type Role, roles, scopeOf } from "../../domain/access/permissions.ts";
import { type Company, hire, newCompany, unusedId } from "./company.ts";
import { exampleBody, paramsOf } from "./request.ts";
import { guardedRoutes, type Route, send } from "./send.ts";

let company: Company;
const tokens = new Map<Role, string>();

beforeAll(async () => {
  company = await newCompany();
  for (const role of roles) tokens.set(role, (await hire(company, role)).token);
});

/** A well-formed request that names nothing there is: whoever may ask hears that, and changes nothing. */
const harmless = (route: Route) => ({
  params: paramsOf(route, unusedId),
  ...(route.declared.body ? { body: { ...Object(exampleBody(route)), noSuchField: 1 } } : {}),
});

const isGiven = ({ declared: { permission } }: Route, role: Role): boolean =>
  permission === null || permission === "member" || scopeOf(role, permission) !== undefined;

describe.each(roles)("the role %s", (role) => {
  test.each(guardedRoutes.filter((route) => !isGiven(route, role)))(
    "may not: $method $path",
    async (route) => {
      const refused = await send(route, { token: tokens.get(role), ...harmless(route) });
      expect([refused.status, refused.code]).toEqual([403, "access.forbidden"]);
    },
  );

  test.each(guardedRoutes.filter((route) => isGiven(route, role)))("may: $method $path", async (route) => {
    const answer = await send(route, { token: tokens.get(role), ...harmless(route) });
    expect(answer.status, answer.text).not.toBe(401);
    expect(answer.status, answer.text).not.toBe(403);
  });
});

describe("a feature that is switched off", () => {
  let light: Company;
  beforeAll(async () => {
    light = await newCompany();
    await light.call.changeTenant({ body: { features: [] } });
  });

  test.each(guardedRoutes.filter(({ declared }) => declared.feature))(
    "turns off: $method $path",
    async (route) => {
      const refused = await send(route, {
        token: light.token,
        params: paramsOf(route, (prefix) => light.ids[prefix]),
      });
      expect([refused.status, refused.code]).toEqual([403, "access.feature-off"]);
    },
  );

  test.each(guardedRoutes.filter(({ declared }) => !declared.feature))(
    "leaves on: $method $path",
    async (route) => {
      const answer = await send(route, { token: light.token, ...harmless(route) });
      expect(answer.code).not.toBe("access.feature-off");
    },
  );

  test("is on again when it is switched on", async () => {
    const other = await newCompany();
    const names = Object.keys(features) as Feature[];
    await other.call.changeTenant({ body: { features: names.filter((name) => name !== "products") } });
    await expect(other.call.listProducts()).rejects.toMatchObject({
      status: 403,
      code: "access.feature-off",
    });
    await other.call.changeTenant({ body: { features: names } });
    expect((await other.call.listProducts()).items.map(({ id }) => id)).toEqual([other.ids.prd]);
  });
});
