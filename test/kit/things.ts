import * as z from "zod";
import { newId } from "../../domain/kernel/id.ts";
import { systemEntropy } from "../../functions/kit/clock.ts";
import { entity } from "../../functions/kit/table/entity.ts";

export const Thing = z.object({
  id: z.string(),
  version: z.int(),
  name: z.string(),
  owner: z.string().optional(),
});
export type Thing = z.infer<typeof Thing>;

/** A kind of record with an index, as subjects declare theirs. */
export const thingEntity = entity<Thing, { readonly id: string }>({
  name: "thing",
  schema: Thing,
  key: ({ id }) => ({ pk: `THING#${id}`, sk: "THING" }),
  indexes: ({ id, name, owner }) => ({
    list: { pk: "THINGS", sk: `${name}#${id}` },
    ...(owner === undefined ? {} : { owner: { pk: `THINGS#${owner}`, sk: `${name}#${id}` } }),
  }),
});

/** Things of one place: they lie in one partition, in order. */
export const placedEntity = entity<Thing, { readonly id: string; readonly name: string }>({
  name: "placed",
  schema: Thing,
  key: ({ name }) => ({ pk: "PLACE", sk: `PLACED#${name}` }),
});

export const thing = (name: string, more: Partial<Thing> = {}): Thing => ({
  id: name,
  version: 1,
  name,
  ...more,
});
export const changeId = (): string => newId("change", Date.now(), systemEntropy);
export const tenantId = (): string => newId("tenant", Date.now(), systemEntropy);
