import * as z from "zod";
import { Id } from "../kernel/id.ts";
import { dividedHalfAwayFromZero, exactNumber } from "../kernel/money.ts";
import { Day } from "../kernel/time.ts";

/** How the cost of what leaves is found: the moving average of what is there, or that of what came first. */
export const costMethods = ["average", "fifo"] as const;
export const CostMethod = z.enum(costMethods);
export type CostMethod = z.infer<typeof CostMethod>;

/** A quantity that came in together, with what it cost as a whole. */
const Layer = z.object({
  quantity: z.int().min(1),
  valueMinor: z.int().min(0),
  on: Day.optional().meta({
    description: "The day it came in, by first-in first-out; unknown is the oldest",
  }),
});
type Layer = z.infer<typeof Layer>;

/** How many layers a product may have: what comes in beyond joins the newest one. */
export const mostLayers = 200;

/**
 * What the stock of one product cost, wherever it lies: one layer of everything by moving average, by first-in
 * first-out that of the earliest day first. Values are minor units of the tenant's currency.
 */
export const Cost = z.object({
  productId: Id("product"),
  version: z.int().min(0).meta({ description: "Grows with every movement that changes quantity or value" }),
  method: CostMethod,
  quantity: z.int().min(0),
  valueMinor: z.int().min(0),
  layers: z.array(Layer).max(mostLayers),
  movedOn: Day.optional().meta({
    description: "The last day on which quantity or value changed; unknown before 2026-12-01",
  }),
});
export type Cost = z.infer<typeof Cost>;

/** The cost of a product of which nothing ever came in. */
export const noCost = (productId: string, method: CostMethod): Cost => ({
  productId,
  version: 0,
  method,
  quantity: 0,
  valueMinor: 0,
  layers: [],
});

/** The same quantity and value with other layers. */
const joined = (layers: readonly Layer[]): Layer[] => {
  if (layers.length === 0) return [];
  return [
    {
      quantity: exactNumber(layers.reduce((sum, { quantity }) => sum + BigInt(quantity), 0n)),
      valueMinor: exactNumber(layers.reduce((sum, { valueMinor }) => sum + BigInt(valueMinor), 0n)),
    },
  ];
};

/** The cost with other layers, of which quantity and value are the sums. */
export const withLayers = (cost: Cost, layers: readonly Layer[]): Cost => {
  const [all = { quantity: 0, valueMinor: 0 }] = joined(layers);
  return { ...cost, ...all, layers: [...layers] };
};

/**
 * The cost under a method that the tenant chose since: no value moves. Under the average all layers become one;
 * under first-in first-out what is there is the oldest layer, at its average.
 */
export const underMethod = (cost: Cost, method: CostMethod): Cost =>
  cost.method === method
    ? cost
    : { ...cost, method, layers: method === "average" ? joined(cost.layers) : cost.layers };

const dayOf = ({ on }: Layer): Pick<Layer, "on"> => (on === undefined ? {} : { on });

/** Two layers of exactly the same cost for one unit are one. */
const atSameCost = (a: Layer, b: Layer): boolean =>
  BigInt(a.valueMinor) * BigInt(b.quantity) === BigInt(b.valueMinor) * BigInt(a.quantity);

/**
 * The cost with what came in. By first-in first-out it takes its place behind all that came in by that day.
 * @throws money.overflow where quantity or value cannot be counted exactly any more
 */
export const withIncome = (cost: Cost, quantity: number, valueMinor: number, on: Day): Cost => {
  if (cost.method === "average") return withLayers(cost, joined([...cost.layers, { quantity, valueMinor }]));
  const layer = { quantity, valueMinor, on };
  const after = cost.layers.findIndex((other) => other.on !== undefined && other.on > on);
  const at = after === -1 ? cost.layers.length : after;
  const before = cost.layers[at - 1];
  const joins = before && (cost.layers.length >= mostLayers || atSameCost(before, layer));
  if (joins)
    return withLayers(cost, [
      ...cost.layers.slice(0, at - 1),
      ...joined([before, layer]).map((both) => ({ ...both, ...dayOf(before) })),
      ...cost.layers.slice(at),
    ]);
  if (cost.layers.length < mostLayers)
    return withLayers(cost, [...cost.layers.slice(0, at), layer, ...cost.layers.slice(at)]);
  // It is older than all of them: it joins the oldest, and both came on its day.
  return withLayers(cost, [
    ...joined([layer, ...cost.layers.slice(0, 1)]).map((both) => ({ ...both, on })),
    ...cost.layers.slice(1),
  ]);
};

/** What a part of a quantity cost, to the nearest minor unit, a half up; the whole costs exactly all of the value. */
export const shareOf = (valueMinor: number, part: number, quantity: number): number =>
  Number(dividedHalfAwayFromZero(BigInt(valueMinor) * BigInt(part), BigInt(quantity)));

/**
 * The cost without what left, and what that cost. The last unit out takes what is left of its layer, so that what
 * left and what remains always sum to what came in.
 * @param quantity from 1 to `cost.quantity`
 */
export const withOutgo = (cost: Cost, quantity: number): { cost: Cost; valueMinor: number } => {
  if (quantity < 1 || quantity > cost.quantity)
    throw new RangeError(`${quantity} cannot leave: ${cost.quantity} of ${cost.productId} have a cost`);
  const layers: Layer[] = [];
  let wanted = quantity;
  let valueMinor = 0n;
  for (const layer of cost.layers) {
    const taken = Math.min(wanted, layer.quantity);
    const takenMinor = taken === 0 ? 0 : shareOf(layer.valueMinor, taken, layer.quantity);
    wanted -= taken;
    valueMinor += BigInt(takenMinor);
    if (taken < layer.quantity)
      layers.push({
        ...dayOf(layer),
        quantity: layer.quantity - taken,
        valueMinor: layer.valueMinor - takenMinor,
      });
  }
  return { cost: withLayers(cost, layers), valueMinor: exactNumber(valueMinor) };
};

/** What a quantity would cost at the present average; 0 where nothing is there. @throws money.overflow */
export const atAverage = (cost: Cost, quantity: number): number =>
  cost.quantity === 0
    ? 0
    : exactNumber(dividedHalfAwayFromZero(BigInt(cost.valueMinor) * BigInt(quantity), BigInt(cost.quantity)));
