import { Failure, type FieldFault } from "../../domain/kernel/errors.ts";
import { isService, type Product } from "../../domain/products/product.ts";
import type { Cost } from "../../domain/stock/cost.ts";
import type { StockMovement } from "../../domain/stock/document.ts";
import {
  type LaterChange,
  type Level,
  type Lot,
  levelOf,
  type PastNeeds,
  productsWithPast,
  type Spot,
  type Stock,
  spotKey,
  type When,
} from "../../domain/stock/level.ts";
import { changesBy } from "../../domain/stock/movement.ts";
import type { Warehouse } from "../../domain/stock/warehouse.ts";
import { mapParallel } from "../kit/parallel.ts";
import { entityName, fromItem, type Item } from "../kit/table/item.ts";
import { StaleWrite, type Store } from "../kit/table/store.ts";
import { productEntity } from "../products/store.ts";
import { costEntity, levelEntity, stockPartitions, warehouseEntity } from "./store.ts";

/**
 * A reservation and the levels that it holds are read one after the other: where the levels hold less than the
 * reservation says, others took from it in between, and both are to be read anew.
 * @throws StaleWrite
 */
export const checkHeld = (stock: Stock, lots: readonly Lot[]): void => {
  for (const lot of lots) if (levelOf(stock, lot).reserved < lot.quantity) throw new StaleWrite();
};

/** A spot that a request names. */
export interface NamedSpot extends Spot {
  /** The line that names it. */
  readonly line: number;
  readonly way: "in" | "out";
  /** The fields that name warehouse and place. */
  readonly fields?: readonly [string, string];
}

const recordsOf = <R>(items: readonly Item[], name: string): R[] =>
  items.filter((item) => entityName(item) === name).map((item) => fromItem<R>(item));

/** Every line that names a product, warehouse or place that is not there, or that takes nothing in. */
const checkSpots = (
  spots: readonly NamedSpot[],
  products: ReadonlyMap<string, Product>,
  warehouses: ReadonlyMap<string, Warehouse>,
): void => {
  const unknown = new Map<string, FieldFault>();
  const closed: FieldFault[] = [];
  const fault = (pointer: string, reason: string) => unknown.set(pointer, { pointer, reason });
  for (const { line, way, productId, warehouseId, place, fields = ["warehouseId", "place"] } of spots) {
    const at = (field: string) => `/lines/${line}/${field}`;
    const warehouse = warehouses.get(warehouseId);
    const found = warehouse?.places.find(({ code }) => code === place);
    const product = products.get(productId);
    if (!product) fault(at("productId"), "names no product");
    else if (isService(product)) fault(at("productId"), "names a service, which lies in no stock");
    if (!warehouse) fault(at(fields[0]), "names no warehouse");
    else if (!found) fault(at(fields[1]), "names no place of the warehouse");
    else if (way === "in" && !(warehouse.active && found.active))
      closed.push({ pointer: at(warehouse.active ? fields[1] : fields[0]), reason: "takes nothing in" });
  }
  if (unknown.size > 0) throw new Failure("reference.unknown", { fields: [...unknown.values()] });
  if (closed.length > 0) throw new Failure("stock.place-closed", { fields: closed });
};

/**
 * Items of one batch are each read as they stand, not all at one moment: where the levels hold more than has a cost,
 * something left between the two. Any other difference is met by the versions that are written over.
 * @throws StaleWrite
 */
const checkOneMoment = ({ levels, costs }: Stock): void => {
  const onHand = new Map<string, bigint>();
  for (const level of levels.values())
    onHand.set(level.productId, (onHand.get(level.productId) ?? 0n) + BigInt(level.onHand));
  for (const [productId, quantity] of onHand)
    if (quantity > BigInt(costs.get(productId)?.quantity ?? 0)) throw new StaleWrite();
};

/**
 * The stock that a movement is decided on, in one round trip.
 * @throws reference.unknown naming every field at fault, stock.place-closed, StaleWrite where others moved it meanwhile
 */
export const loadStock = async (store: Store, spots: readonly NamedSpot[]): Promise<Stock> => {
  const items = await store.batchGet(
    spots.flatMap((spot) => [
      levelEntity.key(spot),
      costEntity.key(spot),
      productEntity.key({ id: spot.productId }),
      warehouseEntity.key({ id: spot.warehouseId }),
    ]),
  );
  const products = new Map(
    recordsOf<Product>(items, productEntity.name).map((product) => [product.id, product]),
  );
  const warehouses = new Map(
    recordsOf<Warehouse>(items, warehouseEntity.name).map((warehouse) => [warehouse.id, warehouse]),
  );
  checkSpots(spots, products, warehouses);
  const levels = recordsOf<Level>(items, levelEntity.name);
  const costs = recordsOf<Cost>(items, costEntity.name);
  const stock = {
    levels: new Map(levels.map((level) => [spotKey(level), level])),
    costs: new Map(costs.map((cost) => [cost.productId, cost])),
    names: { products, warehouses },
  };
  checkOneMoment(stock);
  return stock;
};

/** How many movements of a product may follow the day of a late one: they are all looked at. */
const mostLaterMovements = 2_000;

/** @throws limit.exceeded */
const laterChangesOf = async (store: Store, productId: string, { on }: When): Promise<LaterChange[]> => {
  const { items, next } = await store.list<StockMovement>({
    pk: stockPartitions.movements(productId),
    // `$` follows `#`, which stands behind the day: the day itself is left out.
    beyond: `${on}$`,
    limit: mostLaterMovements,
  });
  if (next !== undefined)
    throw new Failure("limit.exceeded", {
      detail: `More than ${mostLaterMovements} movements of the product follow ${on}. Give a later day.`,
    });
  return changesBy(items);
};

/** The records of a decision are those that were read before: what moved in between was not seen whole. @throws StaleWrite */
const checkUnmoved = async (
  store: Store,
  { levels, costs }: Stock,
  spots: readonly Spot[],
): Promise<void> => {
  const items = await store.batchGet(spots.flatMap((spot) => [levelEntity.key(spot), costEntity.key(spot)]));
  const moved =
    recordsOf<Level>(items, levelEntity.name).some(
      (level) => levels.get(spotKey(level))?.version !== level.version,
    ) ||
    recordsOf<Cost>(items, costEntity.name).some(
      ({ productId, version }) => costs.get(productId)?.version !== version,
    );
  if (moved) throw new StaleWrite();
};

/**
 * The stock that a movement of a day is decided on, with the later movements of what is entered behind them.
 * @throws what `loadStock` throws, limit.exceeded
 */
export const loadStockOn = async (
  store: Store,
  spots: readonly NamedSpot[],
  when: When,
  needs: PastNeeds,
): Promise<Stock> => {
  const stock = await loadStock(store, spots);
  const leaving = spots.filter(({ way }) => way === "out");
  const products = productsWithPast(stock, leaving, when, needs);
  if (products.length === 0) return stock;
  const later = await mapParallel(
    products,
    async (id) => [id, await laterChangesOf(store, id, when)] as const,
  );
  await checkUnmoved(store, stock, spots);
  return { ...stock, later: new Map(later) };
};
