import * as z from "zod";
import { Settings } from "./settings.ts";

/**
 * How settings are kept. At first they are one record. A part that is changed gets a record of its own, because all parts
 * together can grow beyond what one record holds: the settings of every company began as one record, and open as they are.
 */
export const settingsParts = [
  "dealTypes",
  "lossReasons",
  "clientFields",
  "contactFields",
  "dealFields",
] as const;
export const SettingsPartName = z.enum(settingsParts);
export type SettingsPartName = z.infer<typeof SettingsPartName>;

const Content = z.object({
  dealTypes: Settings.shape.dealTypes.optional(),
  lossReasons: Settings.shape.lossReasons.optional(),
  fields: Settings.shape.fields.partial(),
});
type Content = z.infer<typeof Content>;

/** The record that every change of the settings writes. */
export const SettingsHead = Content.extend({
  version: Settings.shape.version,
  apart: z.array(SettingsPartName).optional().meta({ description: "Parts that have a record of their own" }),
  retiredFields: Settings.shape.retiredFields,
  stock: Settings.shape.stock,
});
export type SettingsHead = z.infer<typeof SettingsHead>;

/** A part of the settings by itself. */
export const SettingsPart = Content.extend({ part: SettingsPartName, version: z.int().min(1) });
export type SettingsPart = z.infer<typeof SettingsPart>;

/** The settings as they were read, with the records that hold them. */
export interface StoredSettings {
  readonly settings: Settings;
  readonly head: SettingsHead;
  readonly parts: readonly SettingsPart[];
}

const contentOf: Readonly<Record<SettingsPartName, (settings: Settings) => Content>> = {
  dealTypes: ({ dealTypes }) => ({ dealTypes, fields: {} }),
  lossReasons: ({ lossReasons }) => ({ lossReasons, fields: {} }),
  clientFields: ({ fields: { client } }) => ({ fields: { client } }),
  contactFields: ({ fields: { contact } }) => ({ fields: { contact } }),
  dealFields: ({ fields: { deal } }) => ({ fields: { deal } }),
};

const joined = (contents: readonly Content[]): Content => ({
  dealTypes: contents.find(({ dealTypes }) => dealTypes)?.dealTypes,
  lossReasons: contents.find(({ lossReasons }) => lossReasons)?.lossReasons,
  fields: {
    client: contents.find(({ fields }) => fields.client)?.fields.client,
    contact: contents.find(({ fields }) => fields.contact)?.fields.contact,
    deal: contents.find(({ fields }) => fields.deal)?.fields.deal,
  },
});

/** The settings that some records hold. @throws for records of which a part is missing */
export const joinSettings = (head: SettingsHead, parts: readonly SettingsPart[]): StoredSettings => {
  const { version, retiredFields, stock } = head;
  const { dealTypes, lossReasons, fields } = joined([...parts, head]);
  const { client, contact, deal } = fields;
  if (!dealTypes || !lossReasons || !client || !contact || !deal)
    throw new Error("a part of the settings is missing");
  const settings: Settings = {
    version,
    dealTypes,
    lossReasons,
    fields: { client, contact, deal },
    ...(retiredFields === undefined ? {} : { retiredFields }),
    ...(stock === undefined ? {} : { stock }),
  };
  return { settings, head, parts };
};

export interface SettingsRecords {
  readonly head: SettingsHead;
  /** The parts that change. */
  readonly parts: readonly SettingsPart[];
}

/** The records to write when the settings become others. */
export const splitSettings = (before: StoredSettings, after: Settings): SettingsRecords => {
  const isChanged = (part: SettingsPartName) =>
    JSON.stringify(contentOf[part](before.settings)) !== JSON.stringify(contentOf[part](after));
  const changed = settingsParts.filter(isChanged);
  const apart = settingsParts.filter((part) => changed.includes(part) || before.head.apart?.includes(part));
  const together = settingsParts.filter((part) => !apart.includes(part));
  const { version, retiredFields, stock } = after;
  return {
    head: { version, apart, ...joined(together.map((part) => contentOf[part](after))), retiredFields, stock },
    parts: changed.map((part) => ({
      part,
      version: (before.parts.find((stored) => stored.part === part)?.version ?? 0) + 1,
      ...contentOf[part](after),
    })),
  };
};
