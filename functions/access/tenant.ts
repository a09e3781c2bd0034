import { changedTenant } from "../../domain/access/tenant.ts";
import { tenantChanged } from "../../events/access.ts";
import { happened } from "../../events/event.ts";
import { checkVersion } from "../kit/context.ts";
import { tenantEntity } from "../kit/records.ts";
import type { Handlers } from "../kit/serve.ts";
import { update } from "../kit/table/store.ts";
import type { tenantRoutes } from "./tenant-routes.ts";

export const tenantHandlers: Handlers<typeof tenantRoutes> = {
  async readTenant(_, { tenant }) {
    return tenant;
  },

  async changeTenant({ body }, context) {
    // Read anew: this runs again when the record has changed since the request began.
    const tenant = (await context.store.get(tenantEntity, {})) ?? context.tenant;
    checkVersion(context, tenant);
    const changed = changedTenant(tenant, body, context.now);
    return context.save({
      writes: [update(tenantEntity, changed)],
      happened: [happened(tenantChanged, changed)],
      answer: changed,
    });
  },
};
