import type { Tenant } from "../../domain/access/records.ts";
import type { Settings } from "../../domain/settings/settings.ts";
import {
  joinSettings,
  type SettingsHead,
  type SettingsPart,
  type StoredSettings,
  settingsParts,
  splitSettings,
} from "../../domain/settings/stored.ts";
import { settingsEntity, settingsPartEntity } from "./records.ts";
import { fromItem, type Item } from "./table/item.ts";
import { create, StaleWrite, type Store, update, type Write } from "./table/store.ts";

const mostTenantsRemembered = 500;
const remembered = new Map<string, Settings>();

const recordOf = <R>(item: Item | undefined): R[] => (item ? [fromItem<R>(item)] : []);

/** The settings with the records that hold them, all as they stood at one moment. */
export const loadSettings = async (store: Store): Promise<StoredSettings> => {
  const alone = await store.get(settingsEntity, {});
  if (!alone) throw new Error(`tenant ${store.tenantId} has no settings`);
  if (!alone.apart?.length) return joinSettings(alone, []);
  // One more part may have got a record of its own meanwhile.
  const [head, ...parts] = await store.moment([
    settingsEntity.key({}),
    ...settingsParts.map((part) => settingsPartEntity.key({ part })),
  ]);
  return joinSettings(recordOf<SettingsHead>(head)[0] ?? alone, parts.flatMap(recordOf<SettingsPart>));
};

/** Writes other settings over those that were loaded. */
export const settingsWrites = (before: StoredSettings, after: Settings): Write[] => {
  const { head, parts } = splitSettings(before, after);
  return [
    update(settingsEntity, head),
    ...parts.map((part) =>
      part.version === 1
        ? create(settingsPartEntity, part, () => new StaleWrite())
        : update(settingsPartEntity, part),
    ),
  ];
};

/**
 * The tenant's settings. They are remembered by version, and the version is read with every request, so
 * that a remembered one is exactly the present one.
 */
export const settingsOf = async (store: Store, tenant: Tenant): Promise<Settings> => {
  const known = remembered.get(store.tenantId);
  if (known && known.version === tenant.settingsVersion) return known;
  const { settings } = await loadSettings(store);
  if (remembered.size >= mostTenantsRemembered) remembered.clear();
  remembered.set(store.tenantId, settings);
  return settings;
};
