import type * as z from "zod";
import type { ImportEntity } from "../../../../domain/imports/mapping.ts";
import { Failure } from "../../../../domain/kernel/errors.ts";
import type { Context } from "../../../kit/context.ts";
import { faultsOf } from "../../../kit/validate.ts";
import type { RowMaking, Workshop } from "../rows.ts";

/** What records of a kind are made by that are written many at once, in a way of their own. */
export interface BulkMaker {
  readonly making: (workshop: Workshop) => RowMaking;
  /** Says what would become of rows, and makes nothing. */
  readonly trying: (workshop: Workshop) => RowMaking;
}

/** What a record of a kind is made by: the body and the rules of the API's own route. */
export interface Maker {
  /** The body as the rules take it. @throws request.invalid, with every field at fault */
  check(body: unknown): unknown;
  /** Decides by the rules of the subject and saves to the context. Answers the id of the record. */
  make(body: unknown, context: Context): Promise<string>;
}

/** The makers that one worker has. */
export type Makers = Readonly<Partial<Record<ImportEntity, Maker | BulkMaker>>>;

export const maker = <Body extends z.ZodType>(
  schema: Body,
  make: (body: z.output<Body>, context: Context) => Promise<string>,
): Maker => {
  const check = (body: unknown): z.output<Body> => {
    const parsed = schema.safeParse(body);
    if (!parsed.success) throw new Failure("request.invalid", { fields: faultsOf("", parsed.error.issues) });
    return parsed.data;
  };
  return { check, make: async (body, context) => make(check(body), context) };
};
