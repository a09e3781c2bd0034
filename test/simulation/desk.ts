import * as z from "zod";
import { clientHandlers } from "../../functions/clients/handlers.ts";
import { clientRoutes } from "../../functions/clients/routes.ts";
import { financeHandlers } from "../../functions/finance/handlers.ts";
import { financeRoutes } from "../../functions/finance/routes.ts";
import type { Ground } from "../../functions/kit/machine.ts";
import { serve } from "../../functions/kit/serve.ts";
import type { Database } from "../../functions/kit/table/database.ts";
import { productHandlers } from "../../functions/products/handlers.ts";
import { productRoutes } from "../../functions/products/routes.ts";
import { settingsHandlers } from "../../functions/settings/handlers.ts";
import { settingsRoutes } from "../../functions/settings/routes.ts";
import { stockHandlers } from "../../functions/stock/handlers.ts";
import { stockRoutes } from "../../functions/stock/routes.ts";
import { type Answer, type Call, caller } from "../access/ground.ts";
import type { Chance } from "../ledger/simulation/scheduler.ts";

/** What a request stands on: one instance's table, its name for the tenant, and who asks. */
export interface Desk {
  readonly database: Database;
  readonly tenantId: string;
  readonly memberId: string;
  readonly nowMs: number;
  readonly chance: Chance;
}

export const groundOf = ({ database, nowMs, chance }: Omit<Desk, "tenantId" | "memberId">): Ground => ({
  clock: () => nowMs,
  entropy: (bytes) => Uint8Array.from({ length: bytes }, () => chance(256)),
  database: () => database,
});

const subjects = {
  clients: (ground: Ground) => serve(clientRoutes, clientHandlers, ground),
  products: (ground: Ground) => serve(productRoutes, productHandlers, ground),
  settings: (ground: Ground) => serve(settingsRoutes, settingsHandlers, ground),
  stock: (ground: Ground) => serve(stockRoutes, stockHandlers, ground),
  finance: (ground: Ground) => serve(financeRoutes, financeHandlers, ground),
};

export interface Request extends Call {
  readonly subject: keyof typeof subjects;
}

/** Sends a request through all of the kit, as the gateway does. */
export const send = (desk: Desk, { subject, ...call }: Request): Promise<Answer> =>
  caller(subjects[subject](groundOf(desk)))(desk, call);

const Made = z.object({ id: z.string() });

/** Sends what nothing stands in the way of. @returns the id of what was made */
export const make = async (desk: Desk, request: Request): Promise<string> => {
  const { status, body } = await send(desk, request);
  if (status >= 300) throw new Error(`${request.route} answers ${status}: ${JSON.stringify(body)}`);
  return Made.safeParse(body).data?.id ?? "";
};
