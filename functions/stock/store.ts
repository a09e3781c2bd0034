import { Cost } from "../../domain/stock/cost.ts";
import { StockDocument, StockMovement } from "../../domain/stock/document.ts";
import { changesOf, Level, type Spot, type Stock } from "../../domain/stock/level.ts";
import { movementsOf } from "../../domain/stock/movement.ts";
import { Reservation } from "../../domain/stock/reservation.ts";
import { Warehouse } from "../../domain/stock/warehouse.ts";
import { dueKey } from "../kit/table/due.ts";
import { type Entity, entity } from "../kit/table/entity.ts";
import { create, StaleWrite, update, type Write } from "../kit/table/store.ts";

/**
 * Access patterns: warehouses by name; what lies where of a product (its partition); what lies in a warehouse by place,
 * and what the tenant has with its value (index `list`, only what is there); documents by month and by deal; the
 * movements of a product by day; reservations that are active, of all, of an owner, of a team, those of a deal, and those that
 * expire (index `due`).
 */
export const stockPartitions = {
  warehouses: "WAREHOUSES",
  product: (productId: string) => `STOCK#${productId}`,
  inWarehouse: (warehouseId: string) => `STOCK-IN#${warehouseId}`,
  all: "STOCK",
  movements: (productId: string) => `STOCK-MOVEMENTS#${productId}`,
  documentsOf: (month: string) => `STOCK-DOCUMENTS#${month}`,
  documentsOfDeal: (dealId: string) => `STOCK-DOCUMENTS#${dealId}`,
  reservations: "RESERVATIONS",
  reservationsOfOwner: (memberId: string) => `RESERVATIONS#${memberId}`,
  reservationsOfTeam: (teamId: string) => `RESERVATIONS#${teamId}`,
  reservationsOfDeal: (dealId: string) => `RESERVATIONS#${dealId}`,
};

export const warehouseEntity = entity<Warehouse, { readonly id: string }>({
  name: "warehouse",
  schema: Warehouse,
  key: ({ id }) => ({ pk: `WAREHOUSE#${id}`, sk: "WAREHOUSE" }),
  indexes: ({ id, name }) => ({ list: { pk: stockPartitions.warehouses, sk: `${name}#${id}` } }),
});

export const levelEntity = entity<Level, Spot>({
  name: "stock-level",
  schema: Level,
  key: ({ productId, warehouseId, place }) => ({
    pk: stockPartitions.product(productId),
    sk: `LEVEL#${warehouseId}#${place}`,
  }),
  indexes: ({ productId, warehouseId, place, onHand }) =>
    onHand > 0 ? { list: { pk: stockPartitions.inWarehouse(warehouseId), sk: `${place}#${productId}` } } : {},
});

export const costEntity = entity<Cost, Pick<Cost, "productId">>({
  name: "stock-cost",
  schema: Cost,
  key: ({ productId }) => ({ pk: stockPartitions.product(productId), sk: "COST" }),
  indexes: ({ productId, quantity }) =>
    quantity > 0 ? { list: { pk: stockPartitions.all, sk: productId } } : {},
});

export const documentEntity = entity<StockDocument, { readonly id: string }>({
  name: "stock-document",
  schema: StockDocument,
  key: ({ id }) => ({ pk: `STOCK-DOCUMENT#${id}`, sk: "DOCUMENT" }),
  indexes: ({ id, effectiveOn, dealId }) => ({
    list: { pk: stockPartitions.documentsOf(effectiveOn.slice(0, 7)), sk: `${effectiveOn}#${id}` },
    ...(dealId ? { client: { pk: stockPartitions.documentsOfDeal(dealId), sk: id } } : {}),
  }),
});

export const movementEntity = entity<
  StockMovement,
  Pick<StockMovement, "productId" | "effectiveOn" | "documentId" | "line">
>({
  name: "stock-movement",
  schema: StockMovement,
  key: ({ productId, effectiveOn, documentId, line }) => ({
    pk: stockPartitions.movements(productId),
    sk: `${effectiveOn}#${documentId}#${line}`,
  }),
});

/** What is to be done with a reservation whose time is over. */
export const expiryWork = "RESERVATION-EXPIRY";

export const reservationEntity = entity<Reservation, { readonly id: string }>({
  name: "stock-reservation",
  schema: Reservation,
  key: ({ id }) => ({ pk: `RESERVATION#${id}`, sk: "RESERVATION" }),
  indexes: ({ id, state, dealId, ownerId, teamId, expiresAt }) => ({
    ...(state === "active"
      ? {
          list: { pk: stockPartitions.reservations, sk: id },
          owner: { pk: stockPartitions.reservationsOfOwner(ownerId), sk: id },
          ...(teamId ? { team: { pk: stockPartitions.reservationsOfTeam(teamId), sk: id } } : {}),
          ...(expiresAt ? { due: dueKey(expiryWork, expiresAt, id) } : {}),
        }
      : {}),
    ...(dealId ? { client: { pk: stockPartitions.reservationsOfDeal(dealId), sk: id } } : {}),
  }),
});

/** A record that nobody has written yet; where somebody did meanwhile, the decision is made anew. */
const firstOf = <R extends { readonly version: number } & I, I>(of: Entity<R, I>, record: R): Write =>
  create(of, record, () => new StaleWrite());

/** What is written of levels and costs that a decision changed, each over the version that was decided on. */
export const stockWrites = (before: Stock, after: Stock): Write[] => {
  const { levels, costs } = changesOf(before, after);
  return [
    ...levels.map((level) =>
      level.version === 1 ? firstOf(levelEntity, level) : update(levelEntity, level),
    ),
    ...costs.map((cost) => (cost.version === 1 ? firstOf(costEntity, cost) : update(costEntity, cost))),
  ];
};

/**
 * What is written of a new document: itself, and a movement of each line's product. Where a flow that came twice at
 * once has written it meanwhile, looking again finds it.
 */
export const documentWrites = (document: StockDocument): Write[] => [
  firstOf(documentEntity, document),
  ...movementsOf(document).map((movement) => firstOf(movementEntity, movement)),
];
