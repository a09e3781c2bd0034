import type { Key } from "../kit/table/entity.ts";

/** Where an order lies. Apart from its entity, for others ask whether it is there and need no schema for that. */
export const orderKey = ({ id }: { readonly id: string }): Key => ({ pk: `ORDER#${id}`, sk: "ORDER" });
