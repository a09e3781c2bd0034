import * as z from "zod";
import { Currency } from "../kernel/currency.ts";
import { Id } from "../kernel/id.ts";
import { MinorAmount } from "../kernel/money.ts";
import { Quantity } from "../kernel/quantity.ts";
import { Text } from "../kernel/text.ts";
import { Day, Instant } from "../kernel/time.ts";
import { Spot } from "./level.ts";
import { mainPlace, PlaceCode } from "./warehouse.ts";

export const documentKinds = ["receipt", "transfer", "write-off", "count", "shipment", "return"] as const;
export const DocumentKind = z.enum(documentKinds);
export type DocumentKind = z.infer<typeof DocumentKind>;

/**
 * All lines of a document are written at once, and DynamoDB takes 100 items at a time: a line needs up to 15, where it opens the
 * accounts of a place.
 */
export const mostLines = 6;
/** Documents of before 2026-11-24 may have one more. */
const mostKeptLines = 7;

const inSmallestUnit = "In the smallest unit of the product";

/** One line of a posted document. */
export const DocumentLine = z.object({
  ...Spot.shape,
  toWarehouseId: Id("warehouse").optional(),
  toPlace: PlaceCode.optional(),
  quantity: z.int().meta({
    description: `${inSmallestUnit}; of a count the difference: more than was known, or (negative) less`,
  }),
  countedQuantity: z.int().min(0).optional(),
  valueMinor: z.int().meta({ description: "What it cost, of a count with the sign of the difference" }),
  laterValueMinor: z
    .int()
    .optional()
    .meta({
      description:
        "Of what was entered late: the part of the value that leaves on `laterOn`, because it changes the cost of what " +
        "left until then; with the other sign where that cost too much",
    }),
  laterOn: Day.optional(),
  returnedQuantity: z.int().min(0).optional().meta({ description: "What came back of a shipment" }),
  returnedValueMinor: z.int().min(0).optional(),
});
export type DocumentLine = z.infer<typeof DocumentLine>;

/** One line of a document, as a movement of its product. */
export const StockMovement = DocumentLine.omit({
  returnedQuantity: true,
  returnedValueMinor: true,
  laterValueMinor: true,
  laterOn: true,
})
  .extend({
    version: z.literal(1),
    documentId: Id("stockDocument"),
    line: z.int().min(0),
    kind: DocumentKind,
    effectiveOn: Day,
    postedAt: Instant,
    quantityChange: z.int().meta({
      description:
        "Of all there is of the product; 0 for a transfer, and for value that leaves after its goods",
    }),
    valueChangeMinor: z.int(),
  })
  .meta({ id: "StockMovement" });
export type StockMovement = z.infer<typeof StockMovement>;

/** The records that a document belongs to. */
const links = {
  clientId: Id("client").optional(),
  counterpartyId: Id("counterparty").optional(),
  dealId: Id("deal").optional(),
};

/** A posted movement of stock. Nothing of it changes but what came back of a shipment. */
export const StockDocument = z
  .object({
    id: Id("stockDocument"),
    version: z.int().min(1),
    kind: DocumentKind,
    effectiveOn: Day,
    postedAt: Instant,
    postedBy: z.string().meta({ description: "The member, or `system`" }),
    currency: Currency.meta({ description: "Of the values: the tenant's" }),
    lines: z.array(DocumentLine).min(1).max(mostKeptLines),
    valueMinor: z.int().meta({ description: "The sum over the lines" }),
    memo: z.string().optional(),
    ...links,
    orderId: z.string().optional(),
    reservationId: Id("reservation").optional(),
    shipmentId: Id("stockDocument").optional().meta({ description: "Of a return" }),
  })
  .meta({ id: "StockDocument" });
export type StockDocument = z.infer<typeof StockDocument>;

const spot = {
  productId: Id("product"),
  warehouseId: Id("warehouse"),
  place: PlaceCode.default(mainPlace),
};
const lot = { ...spot, quantity: Quantity };
const head = {
  effectiveOn: Day.optional().meta({
    description: "Today where nothing is said; never in the future, nor behind a count of the place",
  }),
  memo: Text.min(1).max(500).optional(),
};
const linesOf = <Line extends z.ZodType>(line: Line) => z.array(line).min(1).max(mostLines);

export const NewReceipt = z.strictObject({
  ...head,
  lines: linesOf(
    z.strictObject({
      ...lot,
      costMinor: MinorAmount.meta({
        description: "What the whole line cost, in minor units of the tenant's currency",
      }),
    }),
  ),
});
export type NewReceipt = z.infer<typeof NewReceipt>;

export const NewTransfer = z.strictObject({
  ...head,
  lines: linesOf(
    z
      .strictObject({
        ...lot,
        toWarehouseId: Id("warehouse").meta({ examples: ["whs_01JD8Z5T2V9Q4R6W8Y0A1B3C5E"] }),
        toPlace: PlaceCode.default(mainPlace),
      })
      .refine(
        ({ warehouseId, place, toWarehouseId, toPlace }) =>
          warehouseId !== toWarehouseId || place !== toPlace,
        { path: ["toPlace"], message: "is where the goods lie already" },
      ),
  ),
});
export type NewTransfer = z.infer<typeof NewTransfer>;

export const NewWriteOff = z.strictObject({
  ...head,
  memo: Text.min(1).max(500).meta({ description: "Why it is written off" }),
  lines: linesOf(z.strictObject(lot)),
});
export type NewWriteOff = z.infer<typeof NewWriteOff>;

export const NewCount = z
  .strictObject({
    ...head,
    lines: linesOf(
      z.strictObject({
        ...spot,
        countedQuantity: z
          .int()
          .min(0)
          .meta({ description: `${inSmallestUnit}: what lay there at the end of the day, today: now` }),
        surplusCostMinor: MinorAmount.optional().meta({
          description: "What to value at what was found more; at the average cost of the day where absent",
        }),
      }),
    ),
  })
  .refine(
    ({ lines }) =>
      new Set(lines.map(({ productId, warehouseId, place }) => `${productId} ${warehouseId} ${place}`))
        .size === lines.length,
    { path: ["lines"], message: "names a place of a product twice" },
  );
export type NewCount = z.infer<typeof NewCount>;

export const NewShipment = z.strictObject({ ...head, ...links, lines: linesOf(z.strictObject(lot)) });
export type NewShipment = z.infer<typeof NewShipment>;

/** What is shipped of a reservation; its client, deal and order come from it. */
export const NewReservedShipment = z.strictObject({
  ...head,
  lines: linesOf(z.strictObject(lot))
    .optional()
    .meta({ description: "All that is still reserved where nothing is said" }),
});
export type NewReservedShipment = z.infer<typeof NewReservedShipment>;

export const NewReturn = z.strictObject({
  ...head,
  lines: linesOf(
    z.strictObject({
      line: z
        .int()
        .min(0)
        .max(mostKeptLines - 1)
        .meta({ description: "The line of the shipment, from 0" }),
      quantity: Quantity,
      warehouseId: Id("warehouse").optional().meta({ description: "Where it was shipped from, if absent" }),
      place: PlaceCode.optional(),
    }),
  ),
});
export type NewReturn = z.infer<typeof NewReturn>;
