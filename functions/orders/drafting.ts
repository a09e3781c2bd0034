import { type LineInput, type Totals, totalled } from "../../domain/finance/lines.ts";
import type { Currency } from "../../domain/kernel/currency.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { newOrder } from "../../domain/orders/change.ts";
import type { NewOrder, Order } from "../../domain/orders/order.ts";
import type { Spot } from "../../domain/stock/level.ts";
import { dealEntity } from "../deals/store.ts";
import { financeSettingsOf, loadNamed, type Named, todayOf } from "../finance/ground.ts";
import type { Context } from "../kit/context.ts";
import { loadStock } from "../stock/load.ts";

/** Nothing is sold for a deal that is lost. @throws deal.closed */
export const checkDeal = async ({ store }: Pick<Context, "store">, id: string | undefined): Promise<void> => {
  const deal = id === undefined ? undefined : await store.get(dealEntity, { id });
  if (deal?.state === "lost") throw new Failure("deal.closed", { detail: "The deal is lost." });
};

/** Refuses products, warehouses and places that are not there. @throws reference.unknown */
export const checkSpots = async (
  { store }: Pick<Context, "store">,
  lines: readonly Spot[],
): Promise<void> => {
  await loadStock(
    store,
    lines.map((line, at) => ({ ...line, line: at, way: "out" as const })),
  );
};

/** What is offered or ordered. */
interface Offered extends Named {
  readonly currency?: Currency | undefined;
  readonly dealId?: string | undefined;
  readonly pricesIncludeTax: boolean;
  readonly lines: readonly LineInput[];
}

/**
 * What lines come to with prices and taxes of today, when all that is named is there.
 * @throws reference.unknown, deal.closed, product.inactive, invoice.line-invalid, deal.discount-exceeds-line, money.overflow
 */
export const pricedOf = async (
  context: Context,
  body: Offered,
): Promise<{ readonly totals: Totals; readonly currency: Currency }> => {
  const [{ settings }, { products }] = await Promise.all([
    financeSettingsOf(context),
    loadNamed(context, body),
    checkDeal(context, body.dealId),
  ]);
  const inactive = body.lines.flatMap(({ productId = "" }, at) =>
    products.get(productId)?.active === false
      ? [{ pointer: `/lines/${at}/productId`, reason: "is not sold any more" }]
      : [],
  );
  if (inactive.length > 0) throw new Failure("product.inactive", { fields: inactive });
  const { currency = context.tenant.currency, pricesIncludeTax } = body;
  const around = { side: "sale" as const, currency, pricesIncludeTax, day: todayOf(context) };
  return { totals: totalled(body.lines, { ...around, products, settings }), currency };
};

/**
 * A draft of what a request names, with prices and taxes of today; it is not saved.
 * @throws what `pricedOf` throws
 */
export const draftedOrder = async (context: Context, body: NewOrder): Promise<Order> => {
  const lines = body.lines.map(({ warehouseId: _, place: __, ...line }) => line);
  const [{ totals, currency }] = await Promise.all([
    pricedOf(context, { ...body, lines }),
    checkSpots(context, body.lines),
  ]);
  const { member, now } = context;
  return newOrder(body, currency, totals, { id: context.newId("order"), by: member.id, now });
};
