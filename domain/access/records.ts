import * as z from "zod";
import { Currency } from "../kernel/currency.ts";
import { Id } from "../kernel/id.ts";
import { Instant } from "../kernel/time.ts";
import { Feature } from "./features.ts";
import { Role } from "./permissions.ts";

/** The small record of a tenant that every request reads. */
export const Tenant = z.object({
  id: Id("tenant"),
  version: z.int().min(1),
  name: z.string(),
  features: z.array(Feature),
  currency: Currency,
  timeZone: z.string(),
  country: z.string(),
  settingsVersion: z.int().min(1),
  createdAt: Instant,
  updatedAt: Instant,
});
export type Tenant = z.infer<typeof Tenant>;

/** A person who works for the tenant. */
export const Member = z.object({
  id: Id("member"),
  version: z.int().min(1),
  email: z.string(),
  name: z.string(),
  role: Role,
  teamId: Id("team").optional(),
  status: z.enum(["active", "dismissed"]),
  createdAt: Instant,
  updatedAt: Instant,
});
export type Member = z.infer<typeof Member>;
