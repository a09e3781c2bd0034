import * as z from "zod";
import { Failure } from "../../domain/kernel/errors.ts";
import { TimeEntry } from "../../domain/people/entry.ts";
import { MemberPosts, Position, positionKey } from "../../domain/people/position.ts";
import { entity } from "../kit/table/entity.ts";
import { create, remove, type Write } from "../kit/table/store.ts";

/**
 * Access patterns: a position by id; all of them by name (index `list`); the posts of a member; an entry of time by id;
 * those of a member (index `owner`), of a client (index `client`), of a deal (index `list`), by the day.
 */
export const partitions = {
  positions: "POSITIONS",
  timeOfMember: (memberId: string) => `TIME#MEMBER#${memberId}`,
  client: (clientId: string) => `CLIENT#${clientId}`,
  timeOfDeal: (dealId: string) => `TIME#DEAL#${dealId}`,
};

/** The entries of time in a client's partition of the index begin so. */
export const timePrefix = "TIME#";

export const positionEntity = entity<Position, { readonly id: string }>({
  name: "position",
  schema: Position,
  key: ({ id }) => ({ pk: `POSITION#${id}`, sk: "POSITION" }),
  indexes: ({ id, name }) => ({ list: { pk: partitions.positions, sk: `${positionKey(name)}#${id}` } }),
});

const NameClaim = z.object({ version: z.int(), name: z.string(), positionId: z.string() });

/** Says that a name is taken, and by which position. */
export const positionNameEntity = entity<z.infer<typeof NameClaim>, { readonly name: string }>({
  name: "position-name",
  schema: NameClaim,
  key: ({ name }) => ({ pk: `POSITION-NAME#${positionKey(name)}`, sk: "CLAIM" }),
});

const claimOf = ({ name, id }: Position) => ({ version: 1, name, positionId: id });

export const nameTaken = (position: Position): Write =>
  create(
    positionNameEntity,
    claimOf(position),
    () =>
      new Failure("people.position-name-taken", {
        fields: [{ pointer: "/name", reason: "belongs to another position" }],
      }),
  );

/** What is written when a position gets another name: the former one is free again. */
export const nameMoved = (before: Position, after: Position): Write[] =>
  positionKey(before.name) === positionKey(after.name)
    ? []
    : [remove(positionNameEntity, claimOf(before)), nameTaken(after)];

export const memberPostsEntity = entity<MemberPosts, { readonly memberId: string }>({
  name: "member-posts",
  schema: MemberPosts,
  key: ({ memberId }) => ({ pk: `MEMBER#${memberId}`, sk: "POSTS" }),
});

export const timeEntryEntity = entity<TimeEntry, { readonly id: string }>({
  name: "time-entry",
  schema: TimeEntry,
  key: ({ id }) => ({ pk: `TIME#${id}`, sk: "TIME" }),
  indexes: ({ id, on, memberId, clientId, dealId }) => ({
    owner: { pk: partitions.timeOfMember(memberId), sk: `${on}#${id}` },
    client: { pk: partitions.client(clientId), sk: `${timePrefix}${on}#${id}` },
    ...(dealId === undefined ? {} : { list: { pk: partitions.timeOfDeal(dealId), sk: `${on}#${id}` } }),
  }),
});
