import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientHandlers } from "../../functions/clients/handlers.ts";
import { clientRoutes } from "../../functions/clients/routes.ts";
import { dealHandlers } from "../../functions/deals/handlers.ts";
import { dealRoutes } from "../../functions/deals/routes.ts";
import { serve } from "../../functions/kit/serve.ts";
import type { newMeter } from "../../functions/kit/table/database.ts";
import { orderHandlers } from "../../functions/orders/handlers.ts";
import { quoteHandlers } from "../../functions/orders/quote-handlers.ts";
import { quoteRoutes } from "../../functions/orders/quote-routes.ts";
import { orderRoutes } from "../../functions/orders/routes.ts";
import { productHandlers } from "../../functions/products/handlers.ts";
import { productRoutes } from "../../functions/products/routes.ts";
import { provision } from "../../functions/provision/provision.ts";
import { settingsHandlers } from "../../functions/settings/handlers.ts";
import { settingsRoutes } from "../../functions/settings/routes.ts";
import { warehouseHandlers } from "../../functions/stock/warehouse-handlers.ts";
import { warehouseRoutes } from "../../functions/stock/warehouse-routes.ts";
import { caller, startGround, type TestGround } from "../access/ground.ts";
import { withFaults } from "../kit/databases.ts";

let ground: TestGround;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.stop());

/** A deal whose type demands an order for a win, with a quote that is accepted. */
const agreedDeal = async () => {
  const { tenantId, adminMemberId: memberId } = await provision(
    { name: "Exemplu", adminEmail: `${Math.random()}@example.com`, currency: "RON" },
    ground,
  );
  const as = { tenantId, memberId };
  const others = caller(
    serve(
      {
        ...{ ...clientRoutes, ...productRoutes, ...settingsRoutes },
        ...{ ...warehouseRoutes, ...orderRoutes, ...quoteRoutes, ...dealRoutes },
      },
      {
        ...{ ...clientHandlers, ...productHandlers, ...settingsHandlers },
        ...{ ...warehouseHandlers, ...orderHandlers, ...quoteHandlers, ...dealHandlers },
      },
      ground,
    ),
  );
  const send = async (route: string, body?: unknown, params?: Record<string, string>) => {
    const answer = await others(as, { route, ...(body ? { body } : {}), ...(params ? { params } : {}) });
    if (answer.status >= 300) throw new Error(`${route} answered ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const agreed = { id: "agreed", name: "Agreed", kind: "simple", stages: [], evidenceToWin: ["order"] };
  const { dealTypes } = await send("GET /v1/settings");
  await send("PUT /v1/settings/deal-types", {
    dealTypes: [...(Array.isArray(dealTypes) ? dealTypes : []), agreed],
  });
  const { id: clientId } = await send("POST /v1/clients", { name: "Client" });
  const { id: warehouseId } = await send("POST /v1/warehouses", { name: "Ghencea" });
  const { id: productId } = await send("POST /v1/products", {
    ...{ code: "A", name: "A", prices: [{ currency: "RON", unitPriceMinor: 100 }] },
  });
  const deal = await send("POST /v1/deals", { title: "D", typeId: "agreed", clientId });
  const dealId = String(deal.id);
  const quote = await send("POST /v1/quotes", {
    ...{ clientId, dealId, validUntil: "2999-12-31", lines: [{ productId, quantity: 1 }] },
  });
  const quoteId = String(quote.id);
  await send("POST /v1/quotes/{quoteId}/sending", undefined, { quoteId });
  const order = await send("POST /v1/quotes/{quoteId}/acceptance", { warehouseId }, { quoteId });
  const orderId = String(order.id);
  const cancel = () => send("POST /v1/orders/{orderId}/cancellation", {}, { orderId });
  /** Wins the deal while something else happens just before its first write. */
  const winWhile = (happens: () => Promise<unknown>) => {
    const shaky = {
      ...ground,
      database: (meter: ReturnType<typeof newMeter>) =>
        withFaults(ground.database(meter), async (when, writes) => {
          if (when === "before" && writes === 1) await happens();
        }),
    };
    return caller(serve(dealRoutes, dealHandlers, shaky))(as, {
      route: "POST /v1/deals/{dealId}/win",
      params: { dealId },
    });
  };
  const read = () => send("GET /v1/deals/{dealId}", undefined, { dealId });
  return { winWhile, cancel, read };
};

describe("the evidence of a win", () => {
  test("that is taken away between the look and the write is none", async () => {
    const { winWhile, cancel, read } = await agreedDeal();
    expect(await winWhile(cancel)).toMatchObject({ status: 409, body: { code: "deal.evidence-missing" } });
    expect(await read()).toMatchObject({ state: "open", version: 1 });
  });

  test("that is taken away afterwards leaves the deal where it is", async () => {
    const { winWhile, cancel, read } = await agreedDeal();
    expect(await winWhile(async () => undefined)).toMatchObject({ status: 200, body: { state: "won" } });
    await cancel();
    expect(await read()).toMatchObject({ state: "won", version: 2 });
  });
});
