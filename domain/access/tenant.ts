import * as z from "zod";
import { Currency } from "../kernel/currency.ts";
import { Failure } from "../kernel/errors.ts";
import { Country, TimeZone } from "../kernel/place.ts";
import { Line } from "../kernel/text.ts";
import type { Instant } from "../kernel/time.ts";
import { Email, emailKey } from "./email.ts";
import { Feature, featurePresets } from "./features.ts";
import { type AdminCount, type Member, Tenant } from "./records.ts";

export const Preset = z.enum(["light", "full"]);
export type Preset = z.infer<typeof Preset>;

const { name } = Tenant.shape;

/** The order by which an operator makes a tenant with its first admin. */
export const TenantOrder = z.strictObject({
  name,
  adminEmail: Email,
  adminName: Line.min(1).max(200).optional(),
  preset: Preset.default("full"),
  currency: Currency.default("EUR"),
  timeZone: TimeZone.default("Europe/Bucharest"),
  country: Country.default("RO"),
});
export type TenantOrder = z.infer<typeof TenantOrder>;

/** What may be changed of a tenant. The currency may not: everything is summed in it. */
export const TenantChange = z.strictObject({
  name: name.optional(),
  timeZone: TimeZone.optional(),
  country: Country.optional(),
  features: z.array(Feature).max(50).optional().meta({ description: "Exactly what is switched on" }),
  preset: Preset.optional().meta({ description: "Switches on what the preset names; instead of `features`" }),
});
export type TenantChange = z.infer<typeof TenantChange>;

export interface Founded {
  readonly tenant: Tenant;
  readonly admin: Member;
  readonly adminCount: AdminCount;
}

/** A tenant, its first admin, and the count of its admins. */
export const founded = (
  order: TenantOrder,
  ids: { readonly tenantId: string; readonly memberId: string },
  now: Instant,
): Founded => ({
  tenant: {
    id: ids.tenantId,
    version: 1,
    name: order.name,
    features: [...featurePresets[order.preset]],
    currency: order.currency,
    timeZone: order.timeZone,
    country: order.country,
    settingsVersion: 1,
    createdAt: now,
    updatedAt: now,
  },
  admin: {
    id: ids.memberId,
    version: 1,
    email: emailKey(order.adminEmail),
    name: order.adminName ?? order.adminEmail.replace(/@.*/, ""),
    role: "admin",
    status: "active",
    createdAt: now,
    updatedAt: now,
  },
  adminCount: { version: 1, admins: 1 },
});

/** The tenant after a change. @throws request.invalid when both a preset and a list of features are given */
export const changedTenant = (tenant: Tenant, change: TenantChange, now: Instant): Tenant => {
  const { preset, features, ...rest } = change;
  if (preset && features)
    throw new Failure("request.invalid", {
      fields: [{ pointer: "/preset", reason: "cannot be given together with features" }],
    });
  const switchedOn = preset ? featurePresets[preset] : features;
  return {
    ...tenant,
    ...rest,
    ...(switchedOn ? { features: [...new Set(switchedOn)] } : {}),
    version: tenant.version + 1,
    updatedAt: now,
  };
};
