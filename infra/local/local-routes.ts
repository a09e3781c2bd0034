import * as z from "zod";
import type { Clock } from "./clock.ts";
import { LocalRefusal, type LocalRoute } from "./local-api.ts";
import type { FunctionRunner } from "./workers.ts";

const Token = z.strictObject({ email: z.string() });
const Advance = z.strictObject({ advance: z.string() });
const Tenant = z.strictObject({
  name: z.string(),
  adminEmail: z.string(),
  adminName: z.string().optional(),
  preset: z.enum(["light", "full"]).optional(),
  currency: z.string().optional(),
  timeZone: z.string().optional(),
  country: z.string().optional(),
});
export type NewTenant = z.input<typeof Tenant>;
const Fault = z.strictObject({ function: z.string(), failures: z.int().min(0).max(1_000_000) });

const Provisioned = z.object({ tenantId: z.string(), adminMemberId: z.string() });
const provisionFunction = "provision";

/** Makes a tenant with its admin, by the product's operator function. @throws LocalRefusal with the function's reason */
export const makeTenant = async (
  functions: ReadonlyMap<string, FunctionRunner>,
  tenant: NewTenant,
): Promise<z.infer<typeof Provisioned>> => {
  const provision = functions.get(provisionFunction);
  if (!provision) throw new LocalRefusal(501, `The template has no function ${provisionFunction}`);
  const outcome = await provision.invoke(tenant);
  if (outcome.error) throw new LocalRefusal(422, outcome.error.errorMessage);
  return Provisioned.parse(outcome.value);
};

export interface LocalRouteSettings {
  readonly functions: ReadonlyMap<string, FunctionRunner>;
  readonly clock: Clock;
  readonly tokenFor: (email: string) => Promise<string>;
  readonly settle: () => Promise<boolean>;
  readonly keys: unknown;
}

/** The doors that tests and people use: tokens, tenants, the clock, faults. */
export const localRoutes = ({
  functions,
  clock,
  tokenFor,
  settle,
  keys,
}: LocalRouteSettings): LocalRoute[] => [
  {
    method: "POST",
    path: /^\/_local\/token$/,
    answer: async (body) => ({ status: 200, json: { token: await tokenFor(Token.parse(body).email) } }),
  },
  { method: "GET", path: /^\/_local\/jwks\.json$/, answer: () => ({ status: 200, json: keys }) },
  {
    method: "POST",
    path: /^\/_local\/tenants$/,
    answer: async (body) => {
      const made = await makeTenant(functions, Tenant.parse(body));
      await settle();
      return { status: 201, json: made };
    },
  },
  {
    method: "POST",
    path: /^\/_local\/settle$/,
    answer: async () => ({ status: 200, json: { settled: await settle() } }),
  },
  {
    method: "GET",
    path: /^\/_local\/clock$/,
    answer: () => ({ status: 200, json: { now: new Date(clock.now()).toISOString() } }),
  },
  {
    method: "POST",
    path: /^\/_local\/clock$/,
    answer: (body) => {
      const { advance } = Advance.parse(body);
      try {
        return { status: 200, json: { now: new Date(clock.advance(advance)).toISOString() } };
      } catch (error) {
        if (error instanceof RangeError) throw new LocalRefusal(400, error.message);
        throw error;
      }
    },
  },
  {
    method: "POST",
    path: /^\/_local\/faults$/,
    answer: (body) => {
      const { function: name, failures } = Fault.parse(body);
      const runner = functions.get(name);
      if (!runner) throw new LocalRefusal(404, `There is no function ${name}`);
      runner.faults = failures;
      return { status: 200, json: { function: name, failures } };
    },
  },
  {
    method: "DELETE",
    path: /^\/_local\/faults$/,
    answer: () => {
      for (const runner of functions.values()) runner.faults = 0;
      return { status: 204 };
    },
  },
];
