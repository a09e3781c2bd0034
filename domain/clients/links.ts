import * as z from "zod";
import { Failure, notFound } from "../kernel/errors.ts";
import { Id } from "../kernel/id.ts";
import { Day, dayIn, Instant, instantOf, millisecondsOf } from "../kernel/time.ts";

/**
 * To which client a counterparty belongs, and since when we know: bitemporal links. A link is what was
 * believed from `recordedAt` until `supersededAt` about the days from `validFrom` to `validTo`. Nothing is
 * edited: who learns better supersedes a link and records others, so that what was known on any day can be
 * asked for ever after. At every moment the links believed do not overlap: a counterparty has one client a day.
 */
export const LinkDay = Day.refine((day) => day >= "1900-01-01", "lies before 1900").meta({
  examples: ["2026-11-23"],
});

export const Link = z
  .object({
    id: Id("link"),
    clientId: Id("client"),
    validFrom: Day.meta({ description: "The first day on which the counterparty belongs to the client" }),
    validTo: Day.optional().meta({ description: "The last day; absent: until further notice" }),
    recordedAt: Instant.meta({ description: "When we learned it" }),
    recordedBy: z.string(),
    supersededAt: Instant.optional().meta({ description: "When we learned better; absent: it is believed" }),
    supersededBy: z.string().optional(),
  })
  .meta({ id: "CounterpartyLink" });
export type Link = z.infer<typeof Link>;

/** All links of one counterparty, superseded ones included, lie in one item of the table. */
export const mostLinks = 200;
/** Each client that a counterparty ever belonged to keeps a copy of it, and all are written at once. */
export const mostClientsOfCounterparty = 40;

/** Who records, when, and what the new links are called. */
export interface Recording {
  readonly now: Instant;
  readonly by: string;
  readonly newLinkId: () => string;
}

interface Days {
  readonly validFrom: Day;
  readonly validTo?: Day | undefined;
}

const endOfTime = "9999-12-31";
const lastDay = ({ validTo }: Days): Day => validTo ?? endOfTime;
const overlap = (one: Days, other: Days): boolean =>
  one.validFrom <= lastDay(other) && other.validFrom <= lastDay(one);
const dayBefore = (day: Day): Day =>
  instantOf(millisecondsOf(`${day}T00:00:00.000Z`) - 86_400_000).slice(0, 10);

export const isBelieved = (link: Link): boolean => link.supersededAt === undefined;

/** What was believed at an instant; without one, what is believed now. */
export const believedLinks = (links: readonly Link[], knownAt?: Instant): Link[] =>
  links.filter(({ recordedAt, supersededAt }) =>
    knownAt === undefined
      ? supersededAt === undefined
      : recordedAt <= knownAt && (supersededAt === undefined || knownAt < supersededAt),
  );

/** The link good on a day, as it was known at an instant (absent: as it is known now). There is one at most. */
export const linkOn = (links: readonly Link[], asOf: Day, knownAt?: Instant): Link | undefined =>
  believedLinks(links, knownAt).find((link) => link.validFrom <= asOf && asOf <= lastDay(link));

/**
 * The moment at which links are asked for: an instant, or the end of a day in a time zone. Of that day only
 * what was recorded by its end counts, so that the last such record is as good a moment as the day's end.
 */
export const momentKnown = (links: readonly Link[], knownAt: Instant | Day, timeZone: string): Instant => {
  if (!Day.safeParse(knownAt).success) return instantOf(millisecondsOf(knownAt));
  const recordedBy = links
    .flatMap(({ recordedAt, supersededAt }) => (supersededAt ? [recordedAt, supersededAt] : [recordedAt]))
    .filter((instant) => dayIn(instant, timeZone) <= knownAt);
  return recordedBy.sort().at(-1) ?? "";
};

/**
 * The moment of a change: never before what is recorded already, though the clocks of two machines may differ,
 * so that a later change always lies later in recorded time.
 */
const momentOf = (links: readonly Link[], now: Instant): Instant =>
  links
    .map(({ recordedAt, supersededAt = recordedAt }) => supersededAt)
    .concat(now)
    .sort()
    .at(-1) ?? now;

interface Belief extends Days {
  readonly clientId: string;
}

const recorded = (
  links: readonly Link[],
  superseded: Link | undefined,
  beliefs: readonly Belief[],
  { now, by, newLinkId }: Recording,
): Link[] => {
  const at = momentOf(links, now);
  const after = [
    ...links.map((link) => (link === superseded ? { ...link, supersededAt: at, supersededBy: by } : link)),
    ...beliefs.map(({ clientId, validFrom, validTo }) => ({
      id: newLinkId(),
      clientId,
      validFrom,
      ...(validTo === undefined ? {} : { validTo }),
      recordedAt: at,
      recordedBy: by,
    })),
  ];
  const clients = new Set(after.map(({ clientId }) => clientId)).size;
  if (after.length > mostLinks || clients > mostClientsOfCounterparty)
    throw new Failure("limit.exceeded", {
      detail: `A counterparty has at most ${mostLinks} links, superseded ones included, to ${mostClientsOfCounterparty} clients.`,
    });
  return after;
};

const checkDays = ({ validFrom, validTo }: Days): void => {
  if (validTo !== undefined && validTo < validFrom)
    throw new Failure("counterparty.link-days", {
      fields: [{ pointer: "/validTo", reason: `lies before ${validFrom}, the first day of the link` }],
    });
};

const checkFree = (links: readonly Link[], days: Days, except?: Link): void => {
  const other = believedLinks(links).find((link) => link !== except && overlap(link, days));
  if (other)
    throw new Failure("counterparty.link-overlap", {
      detail: `It belongs to a client from ${other.validFrom}${other.validTo ? ` to ${other.validTo}` : " on"}.`,
      fields: [{ pointer: "/validFrom", reason: "overlaps with another link of the counterparty" }],
    });
};

/** The believed link of this id. @throws record.not-found, counterparty.link-superseded */
const believedLink = (links: readonly Link[], linkId: string): Link => {
  const link = links.find(({ id }) => id === linkId);
  if (!link) throw notFound();
  if (!isBelieved(link)) throw new Failure("counterparty.link-superseded");
  return link;
};

/** The failure of a move on a day on which the counterparty belongs to nobody. */
export const notLinked = (on: Day): Failure =>
  new Failure("counterparty.not-linked", { detail: `On ${on} it belongs to no client.` });

/** The counterparty belongs to a client. @throws counterparty.link-overlap, counterparty.link-days, limit.exceeded */
export const linked = (links: readonly Link[], belief: Belief, recording: Recording): Link[] => {
  checkDays(belief);
  checkFree(links, belief);
  return recorded(links, undefined, [belief], recording);
};

/**
 * From a day on the counterparty belongs to another client: the link good on that day ends the day before, and
 * the other client's begins, up to where the old one would have ended.
 * @throws counterparty.not-linked where it belongs to nobody on that day, counterparty.already-linked, limit.exceeded
 */
export const moved = (
  links: readonly Link[],
  { clientId, on }: { readonly clientId: string; readonly on: Day },
  recording: Recording,
): Link[] => {
  const old = linkOn(links, on);
  if (!old) throw notLinked(on);
  if (old.clientId === clientId) throw new Failure("counterparty.already-linked");
  const before: Belief[] =
    old.validFrom < on ? [{ clientId: old.clientId, validFrom: old.validFrom, validTo: dayBefore(on) }] : [];
  return recorded(links, old, [...before, { clientId, validFrom: on, validTo: old.validTo }], recording);
};

/**
 * A link began or ended on another day than was believed; `validTo: null` opens its end.
 * @throws record.not-found, counterparty.link-superseded, counterparty.link-days, counterparty.link-overlap, limit.exceeded
 */
export const corrected = (
  links: readonly Link[],
  linkId: string,
  change: { readonly validFrom?: Day | undefined; readonly validTo?: Day | null | undefined },
  recording: Recording,
): Link[] => {
  const old = believedLink(links, linkId);
  const validTo = change.validTo === undefined ? old.validTo : (change.validTo ?? undefined);
  const belief = { clientId: old.clientId, validFrom: change.validFrom ?? old.validFrom, validTo };
  checkDays(belief);
  checkFree(links, belief, old);
  return recorded(links, old, [belief], recording);
};

/** A link was an error: it is believed no more. @throws record.not-found, counterparty.link-superseded */
export const withdrawn = (links: readonly Link[], linkId: string, recording: Recording): Link[] =>
  recorded(links, believedLink(links, linkId), [], recording);
