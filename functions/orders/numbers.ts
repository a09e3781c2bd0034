import * as z from "zod";
import { NumberCount, type NumberKind, nextNumber } from "../../domain/orders/numbering.ts";
import { todayOf } from "../finance/ground.ts";
import { untilNumbered } from "../finance/issuing.ts";
import { NumberTaken } from "../finance/store.ts";
import type { Context } from "../kit/context.ts";
import { entity } from "../kit/table/entity.ts";
import { create, type Store, update, type Write } from "../kit/table/store.ts";

export const numberCountEntity = entity<NumberCount, Pick<NumberCount, "kind" | "year">>({
  name: "order-number-count",
  schema: NumberCount,
  key: ({ kind, year }) => ({ pk: `ORDER-NUMBERS#${kind}`, sk: `COUNT#${year}` }),
});

const Claim = z.object({ version: z.literal(1), number: z.string(), id: z.string() });

/** Which order or quote has a number. */
export const numberClaimEntity = entity<z.infer<typeof Claim>, { readonly number: string }>({
  name: "order-number",
  schema: Claim,
  key: ({ number }) => ({ pk: `ORDER-NUMBER#${number}`, sk: "CLAIM" }),
});

/** What a record takes its number with. */
export interface Numbered {
  readonly number: string;
  readonly writes: readonly Write[];
}

/**
 * Makes an order or a quote with the next number of the year, which its own write takes: a refusal leaves no gap. While others
 * take it, the next one is tried. @throws record.busy
 */
export const withNumber = <T>(
  context: Pick<Context, "store" | "tenant" | "now" | "newId">,
  kind: NumberKind,
  id: string,
  make: (numbered: Numbered) => Promise<T>,
): Promise<T> =>
  untilNumbered(context, async () => {
    const today = todayOf(context);
    const before = await context.store.get(numberCountEntity, { kind, year: today.slice(0, 4) });
    const { number, count } = nextNumber(kind, today, before);
    const counting = (count.version === 1 ? create : update)(numberCountEntity, count);
    return make({
      number,
      writes: [
        { ...counting, otherwise: () => new NumberTaken() },
        create(numberClaimEntity, { version: 1, number, id }),
      ],
    });
  });

/** The id of the order or quote with this number. */
export const idOfNumber = async (store: Store, number: string): Promise<string | undefined> =>
  (await store.get(numberClaimEntity, { number }))?.id;
