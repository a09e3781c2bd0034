import * as z from "zod";
import { Failure } from "../kernel/errors.ts";
import { Id } from "../kernel/id.ts";
import { Format, Line } from "../kernel/text.ts";
import { Instant } from "../kernel/time.ts";

/** The code of a place in its warehouse: a shelf, a cell, a ramp. It is a segment of the ledger's account. */
export const PlaceCode = Format(30, z.regex(/^[A-Za-z0-9-]{1,30}$/)).meta({ examples: ["A-01"] });

/** Where nothing else is said, goods lie here; every warehouse has it. */
export const mainPlace = "main";
export const mostPlaces = 500;

const Place = z.strictObject({
  code: PlaceCode,
  name: Line.min(1).max(100).optional(),
  active: z.boolean().meta({ description: "An inactive place takes nothing in; what is there may leave" }),
});

const NewPlace = z.strictObject({ ...Place.shape, active: Place.shape.active.default(true) });

const name = Line.min(1).max(100);

/** A house where goods lie, with its places. */
export const Warehouse = z
  .object({
    id: Id("warehouse"),
    version: z.int().min(1),
    name,
    places: z.array(Place).min(1).max(mostPlaces),
    active: z
      .boolean()
      .meta({ description: "An inactive warehouse takes nothing in; what is there may leave" }),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: "Warehouse" });
export type Warehouse = z.infer<typeof Warehouse>;

export const NewWarehouse = z.strictObject({
  name,
  places: z
    .array(NewPlace)
    .max(20)
    .default([])
    .meta({ description: `Beside \`${mainPlace}\`, which every warehouse has` }),
});
export type NewWarehouse = z.infer<typeof NewWarehouse>;

/** What may be changed. Places are added and changed by their code; none is taken away. */
export const WarehouseChange = z.strictObject({
  name: name.optional(),
  active: z.boolean().optional(),
  places: z
    .array(NewPlace)
    .max(20)
    .optional()
    .meta({ description: "Those to add or to change, by their code; the others stay as they are" }),
});
export type WarehouseChange = z.infer<typeof WarehouseChange>;

type Place = z.infer<typeof Place>;

const withPlaces = (before: readonly Place[], change: readonly Place[]): Place[] => {
  const twice = change.flatMap(({ code }, at) =>
    change.findIndex((other) => other.code === code) < at
      ? [{ pointer: `/places/${at}/code`, reason: "stands twice" }]
      : [],
  );
  if (twice.length > 0) throw new Failure("request.invalid", { fields: twice });
  const places = [
    ...before.map((place) => change.find(({ code }) => code === place.code) ?? place),
    ...change.filter(({ code }) => !before.some((place) => place.code === code)),
  ];
  if (places.length > mostPlaces)
    throw new Failure("limit.exceeded", { detail: `A warehouse has at most ${mostPlaces} places.` });
  return places;
};

/** A new warehouse. @throws request.invalid where a place stands twice */
export const newWarehouse = (input: NewWarehouse, id: string, now: Instant): Warehouse => ({
  id,
  version: 1,
  name: input.name,
  places: withPlaces([{ code: mainPlace, active: true }], input.places),
  active: true,
  createdAt: now,
  updatedAt: now,
});

/** The warehouse after a change. @throws request.invalid where a place stands twice, limit.exceeded */
export const changedWarehouse = (
  warehouse: Warehouse,
  { places, ...rest }: WarehouseChange,
  now: Instant,
): Warehouse => ({
  ...warehouse,
  ...rest,
  places: places ? withPlaces(warehouse.places, places) : warehouse.places,
  version: warehouse.version + 1,
  updatedAt: now,
});

/** The ledger's account of a place. */
export const stockAccount = (warehouseId: string, place: string): string => `stock:${warehouseId}:${place}`;

/** Whether an account of the ledger is that of a place. */
export const isPlace = (account: string): boolean => account.startsWith("stock:");
