import * as z from "zod";
import { Currency } from "../../domain/kernel/currency.ts";
import { Id } from "../../domain/kernel/id.ts";
import { PageQuery, pageOf } from "../../domain/kernel/page.ts";
import { Day, Month } from "../../domain/kernel/time.ts";
import { CostMethod } from "../../domain/stock/cost.ts";
import {
  NewCount,
  NewReceipt,
  NewReturn,
  NewShipment,
  NewTransfer,
  NewWriteOff,
  StockDocument,
  StockMovement,
} from "../../domain/stock/document.ts";
import { Spot } from "../../domain/stock/level.ts";
import { PlaceCode } from "../../domain/stock/warehouse.ts";
import { route } from "../kit/route.ts";
import { reservationRoutes } from "./reservation-routes.ts";

import { warehouseRoutes } from "./warehouse-routes.ts";

const ShownLevel = z
  .object({
    ...Spot.shape,
    onHand: z.int().min(0).meta({ description: "What lies there, in the smallest unit of the product" }),
    reserved: z.int().min(0),
    available: z.int().min(0).meta({ description: "What lies there and is not reserved" }),
  })
  .meta({ id: "StockLevel" });

const ProductInStock = z.object({
  productId: Id("product"),
  quantity: z.int().min(0).meta({ description: "All there is, in the smallest unit of the product" }),
  valueMinor: z.int().min(0).meta({ description: "What it cost" }),
  currency: Currency,
  costMethod: CostMethod.meta({ description: "The method of its last movement" }),
});

const StockOfProduct = ProductInStock.extend({
  reserved: z.int().min(0),
  available: z.int().min(0),
  levels: z.array(ShownLevel).meta({ description: "The places where something of it lies" }),
}).meta({ id: "StockOfProduct" });

const posting = [
  "reference.unknown",
  "limit.exceeded",
  "money.overflow",
  "ledger.effective-day",
  "ledger.period-locked",
  "stock.counted",
];

const posted = {
  method: "POST",
  feature: "stock",
  permission: "stock:write",
  status: 201,
  output: StockDocument,
  versioned: true,
} as const;
const read = { method: "GET", feature: "stock", permission: "stock:read", status: 200 } as const;

const readMoves = { ...read, permission: "movement:read" } as const;

const oneChange =
  "All lines are posted at once or none; quantities and values are postings of the ledger's transaction with the id of " +
  "the document. On no day may a place hold less than nothing: what is entered for an earlier day is held against every " +
  "later one, and is refused on or before the day of a count of its place, today's apart.";

export const stockRoutes = {
  ...warehouseRoutes,
  postReceipt: route({
    ...posted,
    path: "/v1/stock/receipts",
    summary: "Take goods in at their cost",
    description: oneChange,
    body: NewReceipt,
    failures: [...posting, "stock.place-closed"],
  }),
  postTransfer: route({
    ...posted,
    path: "/v1/stock/transfers",
    summary: "Take goods to another place or warehouse",
    description: `${oneChange} The cost of the goods stays what it is.`,
    body: NewTransfer,
    failures: [...posting, "stock.place-closed", "stock.insufficient"],
  }),
  postWriteOff: route({
    ...posted,
    path: "/v1/stock/write-offs",
    summary: "Write goods off at their cost",
    description: oneChange,
    body: NewWriteOff,
    failures: [...posting, "stock.insufficient"],
  }),
  postCount: route({
    ...posted,
    path: "/v1/stock/counts",
    summary: "State what was counted, and post the differences",
    description:
      `${oneChange} What was found more comes in at the cost that is given or at the average of the day, what is missing ` +
      "leaves at its cost. Counted is what lay there at the end of the day, or, on the day itself, what lies there now. A day can " +
      "be counted again until a later one is. Reserved goods cannot be missing: their reservation has to be released first.",
    body: NewCount,
    failures: [...posting, "stock.insufficient"],
  }),
  postShipment: route({
    ...posted,
    path: "/v1/stock/shipments",
    summary: "Ship goods; their cost is the cost of goods sold",
    description: `${oneChange} Reserved goods are shipped by their reservation.`,
    body: NewShipment,
    failures: [...posting, "stock.insufficient"],
  }),
  postReturn: route({
    ...posted,
    path: "/v1/stock/shipments/{documentId}/returns",
    summary: "Take goods of a shipment back, at the cost at which they left",
    description: oneChange,
    params: z.strictObject({ documentId: Id("stockDocument") }),
    body: NewReturn,
    failures: [...posting, "stock.place-closed", "stock.beyond-shipment", "stock.of-order"],
  }),
  listStockDocuments: route({
    ...readMoves,
    path: "/v1/stock/documents",
    summary: "The documents of a month, or of a deal, from the last",
    query: z.strictObject({
      ...PageQuery,
      month: Month.optional().meta({ description: "Of the effective day; the present one if absent" }),
      deal: Id("deal").optional().meta({ description: "All documents of this deal, of whatever month" }),
    }),
    output: pageOf(StockDocument),
  }),
  readStockDocument: route({
    ...readMoves,
    path: "/v1/stock/documents/{documentId}",
    summary: "A document of the stock",
    params: z.strictObject({ documentId: Id("stockDocument") }),
    output: StockDocument,
    versioned: true,
  }),
  listStock: route({
    ...read,
    path: "/v1/stock",
    summary: "What there is of each product, with its value",
    query: z.strictObject(PageQuery),
    output: pageOf(ProductInStock),
  }),
  readStockOfProduct: route({
    ...read,
    path: "/v1/stock/products/{productId}",
    summary: "What there is of a product, where it lies and what is reserved of it",
    params: z.strictObject({ productId: Id("product") }),
    output: StockOfProduct,
    failures: ["limit.exceeded"],
  }),
  listStockMovements: route({
    ...readMoves,
    path: "/v1/stock/products/{productId}/movements",
    summary: "The movements of a product, from the last day",
    params: z.strictObject({ productId: Id("product") }),
    query: z.strictObject({ ...PageQuery, from: Day.optional(), to: Day.optional() }),
    output: pageOf(StockMovement),
  }),
  listStockInWarehouse: route({
    ...read,
    path: "/v1/warehouses/{warehouseId}/stock",
    summary: "What lies in a warehouse, by place",
    description: "A movement shows here a moment after it was posted.",
    params: z.strictObject({ warehouseId: Id("warehouse") }),
    query: z.strictObject({
      ...PageQuery,
      place: PlaceCode.optional().meta({ description: "Only what lies in this place" }),
    }),
    output: pageOf(ShownLevel),
  }),
  ...reservationRoutes,
};
