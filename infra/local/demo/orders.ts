import type * as z from "zod";
import type { NewOrder } from "../../../domain/orders/order.ts";
import { Chance } from "./chance.ts";
import type { DemoDeal, MadeProduct } from "./deals.ts";
import { daysFrom } from "./past.ts";
import type { DemoMemberKey } from "./people.ts";

type Body = z.input<typeof NewOrder>;

/** What becomes of an order. Days are counted back from the day on which the demo is made. */
interface Fate {
  /** Begins as a quote. */
  readonly quoted?: true;
  readonly underContract?: true;
  readonly confirmed?: true;
  readonly shipped?: "some" | "all";
  readonly invoicedAgo?: number;
  /** In percent of what was ordered. */
  readonly paid?: { readonly percent: number; readonly ago: number; readonly inLei?: true };
  /** One unit of the first line, after all else. */
  readonly comesBack?: true;
  readonly cancelled?: true;
}

const times = (count: number, fate: Fate): Fate[] => Array.from({ length: count }, () => fate);
const shipped = { confirmed: true, shipped: "all" } as const;
const issued = (...ago: readonly number[]): Fate[] => ago.map((invoicedAgo) => ({ ...shipped, invoicedAgo }));
const paid = (...days: readonly (readonly [invoiced: number, paid: number])[]): Fate[] =>
  days.map(([invoicedAgo, ago]) => ({ ...shipped, invoicedAgo, paid: { percent: 100, ago } }));

/** Every state that an order can be in, and claims of every age: they are due 30 days after their invoice. */
const fates: readonly Fate[] = [
  ...times(2, {}),
  { quoted: true },
  ...times(3, { confirmed: true }),
  { quoted: true, confirmed: true },
  ...times(3, { confirmed: true, shipped: "some" }),
  { confirmed: true, shipped: "some", invoicedAgo: 6 },
  { confirmed: true, shipped: "some", invoicedAgo: 19 },
  ...times(2, shipped),
  ...issued(3, 9, 17, 24),
  { ...shipped, invoicedAgo: 21, paid: { percent: 40, ago: 4 } },
  ...issued(38, 52, 71),
  { ...shipped, invoicedAgo: 84, paid: { percent: 25, ago: 33 } },
  ...issued(107, 149),
  ...paid([140, 104], [121, 95], [98, 70], [77, 41], [63, 30], [47, 12]),
  { ...shipped, underContract: true, invoicedAgo: 58, paid: { percent: 100, ago: 22 } },
  { ...shipped, invoicedAgo: 44, paid: { percent: 100, ago: 8, inLei: true } },
  { ...shipped, invoicedAgo: 29, paid: { percent: 103, ago: 2 } },
  { ...shipped, invoicedAgo: 13, comesBack: true },
  { ...shipped, invoicedAgo: 55, paid: { percent: 100, ago: 27 }, comesBack: true },
  { cancelled: true },
  { confirmed: true, cancelled: true },
];

export interface DemoOrder extends Omit<Fate, "invoicedAgo" | "paid"> {
  readonly owner: DemoMemberKey;
  /** Without contract and counterparty, which are found when it is sent. */
  readonly body: Body & { readonly currency: string };
  readonly shippedOn: string;
  readonly invoicedOn?: string;
  readonly paid?: { readonly percent: number; readonly on: string; readonly inLei: boolean };
}

/** What the orders need to be made of. */
export interface Ground {
  readonly nowMs: number;
  readonly deals: readonly DemoDeal[];
  readonly dealIds: readonly string[];
  readonly products: readonly MadeProduct[];
  readonly warehouseId: string;
}

/** What lies in a warehouse and is sold. */
export const goodsOf = (products: readonly MadeProduct[]): MadeProduct[] =>
  products.filter(({ active, kind }) => active && kind !== "service");

type Line = Body["lines"][number];

/** What of a deal's items can be ordered, goods first, and more goods where there are less than two. */
const linesOf = (
  chance: Chance,
  items: DemoDeal["body"]["items"],
  { products, warehouseId }: Ground,
): Line[] => {
  const goods = goodsOf(products);
  const among = (some: readonly MadeProduct[], id: string) => some.some((product) => product.id === id);
  const services = products.filter(({ active, kind }) => active && kind === "service");
  const sold = (items ?? []).map(({ productId, quantity, discount }) => ({
    ...{ productId, quantity },
    ...(discount ? { discount } : {}),
  }));
  const soldGoods = sold.filter(({ productId }) => among(goods, productId));
  const more = chance
    .some(
      goods.filter(({ id }) => !sold.some(({ productId }) => productId === id)),
      Math.max(0, 2 - soldGoods.length),
    )
    .map(({ id: productId, unit: { scale } }) => ({
      productId,
      quantity: chance.between(2, scale === 0 ? 4 : 25) * 10 ** scale,
    }));
  return [
    ...[...soldGoods, ...more].map((line) => ({ ...line, warehouseId })),
    ...sold.filter(({ productId }) => among(services, productId)),
  ];
};

/** The demo company's orders: of deals that are won, or nearly. Lines have two products at least. */
export const demoOrders = (seed: string, ground: Ground): DemoOrder[] => {
  const { deals, dealIds, nowMs } = ground;
  const withClient = deals.flatMap((deal, at) => {
    const { clientId, outcome } = deal.body;
    const id = dealIds[at];
    return clientId && id && outcome?.state !== "lost" ? [{ ...deal, id, clientId }] : [];
  });
  const won = withClient.filter(({ body }) => body.outcome?.state === "won");
  const open = withClient.filter(({ body }) => !body.outcome && (body.history ?? []).length > 1);
  return fates.map(({ invoicedAgo, paid, ...fate }, at): DemoOrder => {
    const chance = new Chance(`${seed} order ${at}`);
    const { id: dealId, owner, clientId, body } = chance.of(fate.shipped ? won : open);
    const lei = body.currency === "RON" && !paid?.inLei;
    const day = (ago: number) => daysFrom(nowMs, -ago);
    return {
      ...fate,
      owner,
      body: {
        ...{ clientId, dealId, currency: lei ? "RON" : "EUR" },
        lines: linesOf(chance, body.items, ground),
      },
      shippedOn: day((invoicedAgo ?? 0) + chance.between(1, 3)),
      ...(invoicedAgo === undefined ? {} : { invoicedOn: day(invoicedAgo) }),
      ...(paid === undefined
        ? {}
        : { paid: { percent: paid.percent, on: day(paid.ago), inLei: paid.inLei === true } }),
    };
  });
};

export interface Delivery {
  readonly ago: number;
  /** So much of what was ordered, in percent. */
  readonly percent: number;
  /** What it costs, in percent of the price. */
  readonly costPercent: number;
}

/** The second costs more: the average moves. */
export const deliveries: readonly Delivery[] = [
  { ago: 170, percent: 90, costPercent: 62 },
  { ago: 60, percent: 45, costPercent: 66 },
];

const priceOf = ({ prices }: MadeProduct, wanted: string): number =>
  prices.findLast(({ currency }) => currency === wanted)?.unitPriceMinor ?? 0;

/** What an order comes to by the list, before discounts and tax. */
export const listValueMinor = ({ body }: DemoOrder, products: readonly MadeProduct[]): number =>
  body.lines.reduce((sum, { productId, quantity = 0 }) => {
    const product = products.find(({ id }) => id === productId);
    if (!product) return sum;
    return sum + Math.ceil((quantity * priceOf(product, body.currency)) / 10 ** product.unit.scale);
  }, 0);

/** What a delivery brings, of each product: enough for all that is ordered, and some more. */
export const deliveredGoods = (
  orders: readonly DemoOrder[],
  products: readonly MadeProduct[],
  { percent, costPercent }: Delivery,
) =>
  goodsOf(products).map((product) => {
    const { id: productId } = product;
    const unit = 10 ** product.unit.scale;
    const ordered = orders
      .flatMap(({ body }) => body.lines)
      .reduce((sum, line) => sum + (line.productId === productId ? (line.quantity ?? 0) : 0), 0);
    const quantity = Math.ceil(((ordered / unit + 4) * percent) / 100);
    return {
      productId,
      quantity: quantity * unit,
      costMinor: Math.round((quantity * priceOf(product, "EUR") * costPercent) / 100),
    };
  });
