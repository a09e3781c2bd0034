import { type LineInput, type Totals, totalled } from "../../domain/finance/lines.ts";
import type { Currency } from "../../domain/kernel/currency.ts";
import { Failure, type FieldFault } from "../../domain/kernel/errors.ts";
import { newOrder } from "../../domain/orders/change.ts";
import type { NewOrder, NewOrderLine, Order } from "../../domain/orders/order.ts";
import { isService, type Product } from "../../domain/products/product.ts";
import { mainPlace } from "../../domain/stock/warehouse.ts";
import { dealEntity } from "../deals/store.ts";
import { financeSettingsOf, loadNamed, type Named, todayOf } from "../finance/ground.ts";
import type { Context } from "../kit/context.ts";
import { runParallel } from "../kit/parallel.ts";
import { productEntity } from "../products/store.ts";
import { namedDeal } from "../stock/links.ts";
import { loadStock } from "../stock/load.ts";

/**
 * Nothing is sold for a deal that is lost, nor for one that the member who names it does not see: what is proven by an order
 * would be proven of another's deal.
 * @param known the deal that it is sold for already
 * @throws deal.closed, reference.unknown
 */
export const checkDeal = async (
  context: Pick<Context, "store" | "member">,
  id: string | undefined,
  known: string | undefined,
): Promise<void> => {
  if (id === undefined) return;
  const deal = id === known ? await context.store.get(dealEntity, { id }) : await namedDeal(context, id);
  if (deal?.state === "lost") throw new Failure("deal.closed", { detail: "The deal is lost." });
};

/** A line of an order, with what it names. */
interface Placed extends Pick<NewOrderLine, "productId" | "warehouseId" | "place"> {
  /** Its number in the request. */
  readonly line: number;
}

/**
 * Refuses products, warehouses and places that are not there, goods that lie nowhere and services that do.
 * @throws reference.unknown, order.line-invalid
 */
export const checkPlaced = async (
  { store }: Pick<Context, "store">,
  lines: readonly Placed[],
  products: ReadonlyMap<string, Product>,
): Promise<void> => {
  const serves = (productId: string) => isService(products.get(productId) ?? {});
  const fields = lines.flatMap(({ productId, warehouseId, place, line }): FieldFault[] => {
    const fault = (field: string, reason: string) => [{ pointer: `/lines/${line}/${field}`, reason }];
    if (!serves(productId))
      return warehouseId === undefined ? fault("warehouseId", "is needed for goods") : [];
    if (warehouseId !== undefined) return fault("warehouseId", "goes with goods, not with a service");
    return place === undefined ? [] : fault("place", "goes with goods, not with a service");
  });
  if (fields.length > 0) throw new Failure("order.line-invalid", { fields });
  await loadStock(
    store,
    lines.flatMap(({ productId, warehouseId, place = mainPlace, line }) =>
      warehouseId === undefined ? [] : [{ productId, warehouseId, place, line, way: "out" as const }],
    ),
  );
};

/** What is offered or ordered. */
interface Offered extends Named {
  readonly currency?: Currency | undefined;
  readonly dealId?: string | undefined;
  readonly pricesIncludeTax: boolean;
  readonly lines: readonly LineInput[];
}

export interface Priced {
  readonly totals: Totals;
  readonly currency: Currency;
  readonly products: ReadonlyMap<string, Product>;
}

/**
 * What lines come to with prices and taxes of today, when all that is named is there.
 * @param knownDeal the deal that it is sold for already
 * @throws reference.unknown, deal.closed, product.inactive, invoice.line-invalid, deal.discount-exceeds-line, money.overflow
 */
export const pricedOf = async (context: Context, body: Offered, knownDeal?: string): Promise<Priced> => {
  const [{ settings }, { products }] = await runParallel([
    () => financeSettingsOf(context),
    () => loadNamed(context, body),
  ]);
  // After what names every field at fault: of two refusals at once chance would choose the answer.
  await checkDeal(context, body.dealId, knownDeal);
  const inactive = body.lines.flatMap(({ productId = "" }, at) =>
    products.get(productId)?.active === false
      ? [{ pointer: `/lines/${at}/productId`, reason: "is not sold any more" }]
      : [],
  );
  if (inactive.length > 0) throw new Failure("product.inactive", { fields: inactive });
  const { currency = context.tenant.currency, pricesIncludeTax } = body;
  const around = { side: "sale" as const, currency, pricesIncludeTax, day: todayOf(context) };
  return { totals: totalled(body.lines, { ...around, products, settings }), currency, products };
};

/**
 * What the lines of an order come to, likewise, when they say where its goods lie.
 * @throws what `pricedOf` throws, order.line-invalid
 */
export const pricedOrder = async (context: Context, body: NewOrder, knownDeal?: string): Promise<Priced> => {
  const lines = body.lines.map(({ warehouseId: _, place: __, ...line }) => line);
  const priced = await pricedOf(context, { ...body, lines }, knownDeal);
  await checkPlaced(
    context,
    body.lines.map((line, at) => ({ ...line, line: at })),
    priced.products,
  );
  return priced;
};

/**
 * A draft for a flow that knows one warehouse for all: services get none. It has no number yet and is not saved: that is done within
 * `withNumber`. @throws what `pricedOrder` throws
 */
export const draftedOrder = async (context: Context, body: NewOrder): Promise<Order> => {
  const products = await context.store.getAll(
    productEntity,
    body.lines.map(({ productId }) => ({ id: productId })),
  );
  const lines = body.lines.map((line, at) => {
    const { warehouseId: _, place: __, ...service } = line;
    return isService(products[at] ?? {}) ? service : line;
  });
  const order = { ...body, lines };
  const { totals, currency } = await pricedOrder(context, order);
  const { member, now } = context;
  return newOrder(order, currency, totals, { id: context.newId("order"), by: member.id, now });
};
