import * as z from "zod";
import { Format } from "./text.ts";

export const pageSize = { standard: 50, most: 200 } as const;

/** A whole number in a query string. */
export const queryInteger = (least: number, most: number) =>
  Format(9, z.regex(/^\d{1,9}$/))
    .transform(Number)
    .pipe(z.int().min(least).max(most))
    .meta({ override: { type: "integer", minimum: least, maximum: most } });

/** The query parameters of every list. */
export const PageQuery = {
  limit: queryInteger(1, pageSize.most)
    .optional()
    .meta({ description: `How many items a page has; ${pageSize.standard} where nothing is said` }),
  cursor: z.string().max(2000).optional().meta({ description: "`next` of the page before" }),
};

/** Which page of a list is read. */
export interface Paging {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** The page that a query asks for: of the standard size where nothing is said. */
export const pagingOf = ({
  limit = pageSize.standard,
  cursor,
}: {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}): Paging => ({ limit, cursor });

/** One page of a list: `next` is the cursor of the following page, absent on the last. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next: z.string().optional() });

export interface Page<Item> {
  readonly items: Item[];
  readonly next?: string;
}
