import * as z from "zod";
import { Id } from "../kernel/id.ts";
import { MinorAmount } from "../kernel/money.ts";
import { Line } from "../kernel/text.ts";
import { type Day, Instant } from "../kernel/time.ts";
import { checkOneADay, daysInOrder, daysOutOfOrder, isGoodOn, validDays } from "./days.ts";

const hourlyRateMinor = MinorAmount.meta({
  description: "What an hour costs the company, in minor units of the tenant's currency",
});

export const Rate = z.strictObject({ hourlyRateMinor, ...validDays }).refine(daysInOrder, daysOutOfOrder);
export type Rate = z.infer<typeof Rate>;

const fields = {
  name: Line.min(1).max(100).meta({ description: "Unique in the tenant, in any case" }),
  rates: z.array(Rate).max(100),
  active: z.boolean().meta({ description: "Members come to an active position only; who has it keeps it" }),
};

/** What makes a position. */
export const NewPosition = z.strictObject({
  ...fields,
  rates: fields.rates.default([]),
  active: fields.active.default(true),
});
export type NewPosition = z.infer<typeof NewPosition>;

/** Only what is named is changed; `rates` is replaced as a whole. Time that is posted keeps its cost. */
export const PositionChange = z.strictObject({
  name: fields.name.optional(),
  rates: fields.rates.optional(),
  active: fields.active.optional(),
});
export type PositionChange = z.infer<typeof PositionChange>;

export const Position = z
  .object({ id: Id("position"), version: z.int().min(1), ...fields, createdAt: Instant, updatedAt: Instant })
  .meta({ id: "Position" });
export type Position = z.infer<typeof Position>;

/** What a member is, and since when; a rate of their own goes before that of the position. */
export const Post = z
  .strictObject({
    positionId: Id("position"),
    hourlyRateMinor: hourlyRateMinor.optional().meta({ description: "The member's own rate on these days" }),
    ...validDays,
  })
  .refine(daysInOrder, daysOutOfOrder);
export type Post = z.infer<typeof Post>;

export const PostsChange = z.strictObject({ posts: z.array(Post).max(100) });
export type PostsChange = z.infer<typeof PostsChange>;

/** The positions of a member, by day. */
export const MemberPosts = z
  .object({
    memberId: Id("member"),
    version: z.int().min(0),
    posts: z.array(Post),
    updatedAt: Instant.optional(),
  })
  .meta({ id: "MemberPosts" });
export type MemberPosts = z.infer<typeof MemberPosts>;

/** @throws people.days-overlap */
export const newPosition = (input: NewPosition, id: string, now: Instant): Position => {
  checkOneADay(input.rates, "/rates");
  return { id, version: 1, ...input, createdAt: now, updatedAt: now };
};

/** @throws people.days-overlap */
export const changedPosition = (position: Position, change: PositionChange, now: Instant): Position => {
  if (change.rates) checkOneADay(change.rates, "/rates");
  return { ...position, ...change, version: position.version + 1, updatedAt: now };
};

/** The posts of a member from now on. @throws people.days-overlap */
export const changedPosts = (before: MemberPosts, { posts }: PostsChange, now: Instant): MemberPosts => {
  checkOneADay(posts, "/posts");
  return { ...before, posts, version: before.version + 1, updatedAt: now };
};

/** What a member is on a day. */
export const postOn = ({ posts }: Pick<MemberPosts, "posts">, day: Day): Post | undefined =>
  posts.find((post) => isGoodOn(post, day));

/** What an hour of a position costs on a day. */
export const rateOn = ({ rates }: Pick<Position, "rates">, day: Day): number | undefined =>
  rates.find((rate) => isGoodOn(rate, day))?.hourlyRateMinor;

/** Names are the same in any case and with any spaces around. */
export const positionKey = (name: string): string => name.trim().toLocaleLowerCase("en");
