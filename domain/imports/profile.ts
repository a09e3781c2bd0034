import * as z from "zod";
import { DealType, LossReason } from "../deals/type.ts";
import { FieldDeclaration } from "../fields/field.ts";
import { Line } from "../kernel/text.ts";
import type { Settings } from "../settings/settings.ts";
import { Mapping } from "./mapping.ts";

/** A place in a profile that is filled in when it is used: `{{domain}}`. */
const placePattern = /\{\{([a-zA-Z][a-zA-Z0-9]{0,39})\}\}/g;

/**
 * The files of one source, in the order in which they are to be imported, and what the tenant has to have set up
 * before. A profile is a file that any user can write; a mapping of it is what is posted to the API.
 */
export const Profile = z.strictObject({
  name: Line.min(1).max(200),
  about: z.string().max(4_000).optional(),
  values: z.record(z.string(), z.string()).default({}).meta({
    description:
      "What stands for {{name}} anywhere below, unless it is given otherwise when the profile is used",
  }),
  setup: z
    .strictObject({
      dealTypes: z.array(DealType).default([]),
      lossReasons: z.array(LossReason).default([]),
      fields: z
        .strictObject({
          client: z.array(FieldDeclaration).default([]),
          contact: z.array(FieldDeclaration).default([]),
          deal: z.array(FieldDeclaration).default([]),
        })
        .prefault({}),
    })
    .prefault({})
    .meta({ description: "What is added to the settings where it is not there yet" }),
  files: z
    .array(
      z.strictObject({
        title: Line.min(1).max(100),
        file: Line.min(1).max(200),
        mapping: Mapping,
      }),
    )
    .min(1)
    .max(50),
});
export type Profile = z.infer<typeof Profile>;

const Values = z.object({ values: z.record(z.string(), z.string()).default({}) });

/** The profile that a JSON text holds, with its places filled in. @throws Error, saying what is wrong */
export const parseProfile = (text: string, given: Readonly<Record<string, string>>): Profile => {
  const values = { ...Values.parse(JSON.parse(text)).values, ...given };
  const filled = text.replace(placePattern, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) throw new Error(`the profile needs a value for ${name}`);
    return JSON.stringify(value).slice(1, -1);
  });
  const parsed = Profile.safeParse(JSON.parse(filled));
  if (!parsed.success) throw new Error(`the profile is wrong: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
};

type Declared = Pick<Settings, "dealTypes" | "lossReasons" | "fields">;

/** The lists of the settings to which a profile adds something, whole; a list that needs nothing is absent. */
export const settingsFor = (settings: Declared, setup: Profile["setup"]): Partial<Declared> => {
  const missing = <One>(wanted: readonly One[], there: readonly One[], nameOf: (one: One) => string): One[] =>
    wanted.filter((one) => !there.some((other) => nameOf(other) === nameOf(one)));
  const idOf = ({ id }: { readonly id: string }) => id;
  const dealTypes = missing(setup.dealTypes, settings.dealTypes, idOf);
  const lossReasons = missing(setup.lossReasons, settings.lossReasons, idOf);
  const keyOf = ({ key }: { readonly key: string }) => key;
  const fields = {
    client: missing(setup.fields.client, settings.fields.client, keyOf),
    contact: missing(setup.fields.contact, settings.fields.contact, keyOf),
    deal: missing(setup.fields.deal, settings.fields.deal, keyOf),
  };
  return {
    ...(dealTypes.length > 0 ? { dealTypes: [...settings.dealTypes, ...dealTypes] } : {}),
    ...(lossReasons.length > 0 ? { lossReasons: [...settings.lossReasons, ...lossReasons] } : {}),
    ...(Object.values(fields).some((list) => list.length > 0)
      ? {
          fields: {
            client: [...settings.fields.client, ...fields.client],
            contact: [...settings.fields.contact, ...fields.contact],
            deal: [...settings.fields.deal, ...fields.deal],
          },
        }
      : {}),
  };
};
