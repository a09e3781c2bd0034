import { totalled } from "../../domain/finance/lines.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { newOrder } from "../../domain/orders/change.ts";
import type { NewOrder, Order } from "../../domain/orders/order.ts";
import { dealEntity } from "../deals/store.ts";
import { financeSettingsOf, loadNamed, todayOf } from "../finance/ground.ts";
import type { Context } from "../kit/context.ts";
import { loadStock } from "../stock/load.ts";

/**
 * A draft of what a request names, with prices and taxes of today; it is not saved.
 * @throws reference.unknown, deal.closed, product.inactive, invoice.line-invalid, deal.discount-exceeds-line, money.overflow
 */
export const draftedOrder = async (context: Context, body: NewOrder): Promise<Order> => {
  const { store, tenant, member, now } = context;
  const [{ settings }, { products }, deal] = await Promise.all([
    financeSettingsOf(context),
    loadNamed(context, body),
    body.dealId === undefined ? undefined : store.get(dealEntity, { id: body.dealId }),
    // Refuses warehouses and places that are not there.
    loadStock(
      store,
      body.lines.map((line, at) => ({ ...line, line: at, way: "out" as const })),
    ),
  ]);
  if (deal?.state === "lost") throw new Failure("deal.closed", { detail: "The deal is lost." });
  const inactive = body.lines.flatMap(({ productId }, at) =>
    products.get(productId)?.active === false
      ? [{ pointer: `/lines/${at}/productId`, reason: "is not sold any more" }]
      : [],
  );
  if (inactive.length > 0) throw new Failure("product.inactive", { fields: inactive });
  const currency = body.currency ?? tenant.currency;
  const totals = totalled(
    body.lines.map(({ warehouseId: _, place: __, ...line }) => line),
    {
      ...{ side: "sale" as const, currency, pricesIncludeTax: body.pricesIncludeTax },
      ...{ day: todayOf(context), products, settings },
    },
  );
  return newOrder(body, currency, totals, { id: context.newId("order"), by: member.id, now });
};
