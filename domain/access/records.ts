import * as z from "zod";
import { Currency } from "../kernel/currency.ts";
import { Id } from "../kernel/id.ts";
import { Country, TimeZone } from "../kernel/place.ts";
import { Line } from "../kernel/text.ts";
import { Instant } from "../kernel/time.ts";
import { Email } from "./email.ts";
import { Feature } from "./features.ts";
import { Role } from "./permissions.ts";

/** The small record of a tenant that every request reads. */
export const Tenant = z
  .object({
    id: Id("tenant"),
    version: z.int().min(1),
    name: Line.min(1).max(200),
    features: z.array(Feature),
    currency: Currency.meta({ description: "The currency of its sums; fixed when the tenant is made" }),
    timeZone: TimeZone,
    country: Country,
    settingsVersion: z.int().min(1),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: "Tenant" });
export type Tenant = z.infer<typeof Tenant>;

export const MemberStatus = z.enum(["active", "dismissed"]);
export type MemberStatus = z.infer<typeof MemberStatus>;

/** A person who works for the tenant. */
export const Member = z
  .object({
    id: Id("member"),
    version: z.int().min(1),
    email: Email,
    name: Line.min(1).max(200),
    role: Role,
    teamId: Id("team").optional(),
    status: MemberStatus,
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: "Member" });
export type Member = z.infer<typeof Member>;

/** Members who work together under a head. A member is in one team at most. */
export const Team = z
  .object({
    id: Id("team"),
    version: z.int().min(1),
    name: Line.min(1).max(100),
    headId: Id("member").optional(),
    members: z.int().min(0).meta({ description: "How many active members it has" }),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: "Team" });
export type Team = z.infer<typeof Team>;

/**
 * How many active admins a tenant has. Every change that makes or unmakes an admin is written in one
 * transaction with it, so that two admins cannot take each other away at the same moment.
 */
export const AdminCount = z.object({ version: z.int().min(1), admins: z.int().min(1) });
export type AdminCount = z.infer<typeof AdminCount>;
