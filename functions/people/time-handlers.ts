import { Failure, notFound } from "../../domain/kernel/errors.ts";
import { pagingOf } from "../../domain/kernel/page.ts";
import type { Day } from "../../domain/kernel/time.ts";
import { commodityText } from "../../domain/ledger/commodity.ts";
import { Shortage } from "../../domain/ledger/errors.ts";
import { reversalOf } from "../../domain/ledger/reversal.ts";
import {
  costOf,
  type NewTimeEntry,
  postingOf,
  reversedEntry,
  type TimeEntry,
} from "../../domain/people/entry.ts";
import { postOn, rateOn } from "../../domain/people/position.ts";
import { happened } from "../../events/event.ts";
import { announcedTime, timePosted, timeReversed } from "../../events/people.ts";
import { type Context, checkVersion } from "../kit/context.ts";
import type { RequestOf } from "../kit/route.ts";
import type { Handlers } from "../kit/serve.ts";
import { fromItem } from "../kit/table/item.ts";
import { siftedPage } from "../kit/table/sifted.ts";
import { create, update } from "../kit/table/store.ts";
import { post } from "../ledger/posting.ts";
import { transactionEntity } from "../ledger/store.ts";
import { loadTime, seenEntries, shownTo, spentBy } from "./access.ts";
import type { peopleRoutes } from "./routes.ts";
import { memberPostsEntity, partitions, positionEntity, timeEntryEntity, timePrefix } from "./store.ts";

type Routes = Pick<typeof peopleRoutes, "postTime" | "listTime" | "readTime" | "reverseTime">;
type Wanted = RequestOf<typeof peopleRoutes.listTime>["query"];

/** What an hour of a member costs on a day. @throws people.no-rate */
const rateOf = async ({ store }: Pick<Context, "store">, memberId: string, day: Day) => {
  const posts = await store.get(memberPostsEntity, { memberId });
  const held = posts && postOn(posts, day);
  const position = held && (await store.get(positionEntity, { id: held.positionId }));
  const hourlyRateMinor = held?.hourlyRateMinor ?? (position && rateOn(position, day));
  if (!held || hourlyRateMinor === undefined)
    throw new Failure("people.no-rate", {
      detail: held ? `The position has no rate on ${day}.` : `The member has no position on ${day}.`,
      fields: [{ pointer: "/on", reason: "is a day without a rate" }],
    });
  return { positionId: held.positionId, hourlyRateMinor };
};

/** What is said where a day has no room for the time. */
const inWords = (error: unknown, { on, minutes }: TimeEntry, name: string): unknown => {
  if (!(error instanceof Shortage) || error.code !== "ledger.limit-exceeded") return error;
  const room = Math.max(0, error.shortage.available);
  return new Failure("ledger.limit-exceeded", {
    detail:
      `${name} has ${commodityText(room, "minute")} of ${error.shortage.on ?? on} left; ` +
      `${commodityText(minutes, "minute")} were entered. Enter fewer, or first take back other time of that day.`,
    fields: [{ pointer: "/minutes", reason: "is more than the day has left" }],
  });
};

/** The entry of an input, with whose time it is, whom it was for, and what it costs; and the name of whose time it is. */
const entered = async (
  context: Context,
  input: NewTimeEntry,
): Promise<{ readonly entry: TimeEntry; readonly name: string }> => {
  const { by, clientId } = await spentBy(context, input);
  const { positionId, hourlyRateMinor } = await rateOf(context, by.id, input.on);
  const { on, minutes, dealId, memo } = input;
  const entry: TimeEntry = {
    id: context.newId("timeEntry"),
    version: 1,
    memberId: by.id,
    ...(by.teamId === undefined ? {} : { teamId: by.teamId }),
    clientId,
    ...(dealId === undefined ? {} : { dealId }),
    on,
    minutes,
    ...(memo === undefined ? {} : { memo }),
    positionId,
    hourlyRateMinor,
    costMinor: costOf(hourlyRateMinor, minutes),
    currency: context.tenant.currency,
    postedBy: context.member.id,
    postedAt: context.now,
  };
  return { entry, name: by.name };
};

/** The partition that leads to the fewest entries. */
const partOf = ({ deal, client, member }: Wanted, self: string) => {
  if (deal !== undefined) return { index: "list", pk: partitions.timeOfDeal(deal), prefix: "" } as const;
  if (client !== undefined)
    return { index: "client", pk: partitions.client(client), prefix: timePrefix } as const;
  return { index: "owner", pk: partitions.timeOfMember(member ?? self), prefix: "" } as const;
};

/** Why the ledger refuses a reversal that another came before. */
const madeByAnother: ReadonlySet<string> = new Set(["ledger.id-reused", "ledger.reversed-already"]);

export const timeHandlers: Handlers<Routes> = {
  async postTime({ body }, context) {
    const { entry, name } = await entered(context, body);
    const { answer } = await post(context, [postingOf(entry)], {
      writes: [create(timeEntryEntity, entry)],
      happened: [happened(timePosted, announcedTime(entry))],
      answer: () => shownTo(context, entry),
    }).catch((error: unknown) => {
      throw inWords(error, entry, name);
    });
    return answer;
  },

  async listTime({ query }, context) {
    const { prefix, ...part } = partOf(query, context.member.id);
    const fits = (entry: TimeEntry) =>
      (query.member === undefined || entry.memberId === query.member) &&
      (query.client === undefined || entry.clientId === query.client);
    return siftedPage(
      context.store,
      {
        ...part,
        between: [`${prefix}${query.from ?? "0000"}`, `${prefix}${query.to ?? "9999"}~`],
        newestFirst: true,
        ...pagingOf(query),
      },
      async (items) => {
        const entries = items.map((item) => fromItem<TimeEntry>(item));
        const seen = await seenEntries(context, entries);
        return seen.map((entry) => (entry && fits(entry) ? entry : undefined));
      },
    );
  },

  async readTime({ params }, context) {
    const entry = await context.store.get(timeEntryEntity, { id: params.timeEntryId });
    const [seen] = entry ? await seenEntries(context, [entry]) : [];
    if (!seen) throw notFound();
    return seen;
  },

  async reverseTime({ params, body }, context) {
    const entry = await loadTime(context, params.timeEntryId);
    checkVersion(context, entry);
    const posted = await context.store.get(transactionEntity, { id: entry.id });
    if (entry.reversal || !posted) throw new Failure("time.reversed-already");
    const { effectiveOn = entry.on, memo } = body;
    const after = reversedEntry(entry, {
      by: context.member.id,
      at: context.now,
      on: effectiveOn,
      ...(memo === undefined ? {} : { memo }),
    });
    const transaction = reversalOf(posted, { id: `${entry.id}:reversal`, effectiveOn, memo });
    // Content of its own: a reversal that somebody else made at the same moment is not this one.
    const request = {
      transaction,
      reverses: entry.id,
      content: { transaction, by: context.newId("change") },
    };
    const { answer } = await post(context, [request], {
      writes: [update(timeEntryEntity, after)],
      happened: [happened(timeReversed, announcedTime(after))],
      answer: () => shownTo(context, after),
    }).catch((error: unknown) => {
      if (error instanceof Failure && madeByAnother.has(error.code))
        throw new Failure("time.reversed-already");
      throw error;
    });
    return answer;
  },
};
