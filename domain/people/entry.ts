import * as z from "zod";
import { Currency } from "../kernel/currency.ts";
import { Failure } from "../kernel/errors.ts";
import { Id } from "../kernel/id.ts";
import { dividedHalfAwayFromZero, exactNumber, MinorAmount } from "../kernel/money.ts";
import { Text } from "../kernel/text.ts";
import { Day, Instant } from "../kernel/time.ts";
import type { NewAccount } from "../ledger/account.ts";
import type { NewTransaction, Posting } from "../ledger/transaction.ts";

/** The minutes of a day. A day on which clocks are put back has more; nobody works through all of them. */
export const minutesOfDay = 1440;

/** Time that a member spent. */
export const NewTimeEntry = z
  .strictObject({
    on: Day.meta({ description: "The day on which it was spent; not in the future" }),
    minutes: z.int().min(1).max(minutesOfDay),
    memberId: Id("member").optional().meta({ description: "Who spent it; absent: the caller" }),
    clientId: Id("client")
      .optional()
      .meta({ description: "Whom it was for; absent: the client of the deal" }),
    dealId: Id("deal").optional(),
    memo: Text.min(1).max(500).optional().meta({ description: "What was done" }),
  })
  .refine(({ clientId, dealId }) => clientId !== undefined || dealId !== undefined, {
    path: ["clientId"],
    message: "has to be there, or dealId instead",
  });
export type NewTimeEntry = z.infer<typeof NewTimeEntry>;

/** Time as it was posted. What was wrong is taken back as a whole and posted anew. */
export const TimeEntry = z
  .object({
    id: Id("timeEntry"),
    version: z.int().min(1),
    memberId: Id("member"),
    teamId: Id("team").optional().meta({ description: "The member's team when it was posted" }),
    clientId: Id("client"),
    dealId: Id("deal").optional(),
    on: Day,
    minutes: z.int(),
    memo: z.string().optional(),
    positionId: Id("position"),
    hourlyRateMinor: MinorAmount.optional().meta({ description: "Shown to whoever may see rates" }),
    costMinor: MinorAmount.optional().meta({ description: "Shown to whoever may see rates" }),
    currency: Currency,
    postedBy: Id("member"),
    postedAt: Instant,
    reversal: z.object({ by: Id("member"), at: Instant, on: Day, memo: z.string().optional() }).optional(),
  })
  .meta({ id: "TimeEntry" });
export type TimeEntry = z.infer<typeof TimeEntry>;

export const TimeReversal = z.strictObject({
  effectiveOn: Day.optional().meta({
    description: "The day on which it is taken back; absent: the day on which it was spent",
  }),
  memo: Text.min(1).max(500).optional(),
});
export type TimeReversal = z.infer<typeof TimeReversal>;

/**
 * What time costs: rate × minutes ÷ 60, rounded to the nearest minor unit, a half up. Each entry is rounded by itself, so
 * that two entries of half the time may cost one unit more than one of the whole.
 * @throws money.overflow
 */
export const costOf = (hourlyRateMinor: number, minutes: number): number =>
  exactNumber(dividedHalfAwayFromZero(BigInt(hourlyRateMinor) * BigInt(minutes), 60n));

/** The minutes that a member gave on a day; the ledger holds it to the minutes of a day. */
export const dayPath = (memberId: string, day: Day): string => `members:${memberId}:day:${day}`;
/** The minutes that were spent for a client. */
export const clientTimePath = (clientId: string): string => `clients:${clientId}:time`;

export interface TimePosting {
  readonly transaction: NewTransaction;
  readonly opens: readonly NewAccount[];
}

/**
 * The ledger's transaction of an entry, under the entry's id: minutes from the member's day to the client, and what they
 * cost from `labour-absorbed` to `labour-cost`, about the client and the deal.
 */
export const postingOf = (entry: TimeEntry): TimePosting => {
  const { id, memberId, clientId, dealId, on, minutes, costMinor = 0, currency, memo } = entry;
  const day = dayPath(memberId, on);
  const client = clientTimePath(clientId);
  const money: Posting[] =
    costMinor === 0
      ? []
      : [
          { account: "labour-cost", commodity: currency, amount: costMinor },
          { account: "labour-absorbed", commodity: currency, amount: -costMinor },
        ];
  const kept = { managedBy: "people", mayGoBelowZero: false } as const;
  return {
    transaction: {
      id,
      kind: "time",
      effectiveOn: on,
      ...(memo === undefined ? {} : { memo }),
      links: { memberId, clientId, ...(dealId === undefined ? {} : { dealId }) },
      postings: [
        { account: client, commodity: "minute", amount: minutes },
        { account: day, commodity: "minute", amount: -minutes },
        ...money,
      ],
    },
    opens: [
      { ...kept, path: client, type: "time", mayGoBelowZero: true },
      // What the member gave: a credit, so that the limit holds what comes in.
      { ...kept, path: day, type: "liability", limits: { minute: minutesOfDay } },
    ],
  };
};

/** The entry after it was taken back. @throws request.invalid for a day before the one on which it was spent */
export const reversedEntry = (entry: TimeEntry, reversal: NonNullable<TimeEntry["reversal"]>): TimeEntry => {
  if (reversal.on < entry.on)
    throw new Failure("request.invalid", {
      fields: [{ pointer: "/effectiveOn", reason: `lies before ${entry.on}, when the time was spent` }],
    });
  return { ...entry, version: entry.version + 1, reversal };
};
