import {
  stagesInUse,
  stagesRemoved,
  withDealTypes,
  withFields,
  withLossReasons,
  withStock,
} from "../../domain/settings/rules.ts";
import type { Settings } from "../../domain/settings/settings.ts";
import { happened } from "../../events/event.ts";
import { settingsChanged } from "../../events/settings.ts";
import { type Context, checkVersion } from "../kit/context.ts";
import { runParallel } from "../kit/parallel.ts";
import { tenantEntity } from "../kit/records.ts";
import type { Handlers } from "../kit/serve.ts";
import { loadSettings, settingsWrites } from "../kit/settings.ts";
import { update } from "../kit/table/store.ts";
import type { settingsRoutes } from "./routes.ts";
import { occupied } from "./store.ts";

type Part = "deal-types" | "loss-reasons" | "fields" | "stock";

/** Loads, decides, saves: the settings and the tenant's note of their version are one transaction. */
const changed = async (
  context: Context,
  part: Part,
  decide: (settings: Settings) => Settings | Promise<Settings>,
): Promise<Settings> => {
  const { store, now } = context;
  const [tenant, before] = await runParallel([() => store.get(tenantEntity, {}), () => loadSettings(store)]);
  if (!tenant) throw new Error(`there is no tenant ${store.tenantId}`);
  checkVersion(context, before.settings);
  const after = await decide(before.settings);
  return context.save({
    writes: [
      ...settingsWrites(before, after),
      update(tenantEntity, {
        ...tenant,
        settingsVersion: after.version,
        version: tenant.version + 1,
        updatedAt: now,
      }),
    ],
    happened: [happened(settingsChanged, { settingsVersion: after.version, part })],
    answer: after,
  });
};

export const settingsHandlers: Handlers<typeof settingsRoutes> = {
  async readSettings(_, { settings }) {
    return settings();
  },

  async setDealTypes({ body }, context) {
    return changed(context, "deal-types", async (settings) => {
      const after = withDealTypes(settings, body);
      const inUse = await occupied(context.store, stagesRemoved(settings, after));
      if (inUse.length > 0) throw stagesInUse(inUse);
      return after;
    });
  },

  async setLossReasons({ body }, context) {
    return changed(context, "loss-reasons", (settings) => withLossReasons(settings, body));
  },

  async setStock({ body }, context) {
    return changed(context, "stock", (settings) => withStock(settings, body));
  },

  async setFields({ body }, context) {
    return changed(context, "fields", (settings) => withFields(settings, body));
  },
};
