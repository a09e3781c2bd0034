import type { Tenant } from "../../domain/access/records.ts";
import type { Settings } from "../../domain/settings/settings.ts";
import { settingsEntity } from "./records.ts";
import type { Store } from "./table/store.ts";

const mostTenantsRemembered = 500;
const remembered = new Map<string, Settings>();

/**
 * The tenant's settings. They are remembered by version, and the version is read with every request, so
 * that a remembered one is exactly the present one.
 */
export const settingsOf = async (store: Store, tenant: Tenant): Promise<Settings> => {
  const known = remembered.get(store.tenantId);
  if (known && known.version === tenant.settingsVersion) return known;
  const settings = await store.get(settingsEntity, {});
  if (!settings) throw new Error(`tenant ${store.tenantId} has no settings`);
  if (remembered.size >= mostTenantsRemembered) remembered.clear();
  remembered.set(store.tenantId, settings);
  return settings;
};
