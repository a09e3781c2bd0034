import { Failure } from "../kernel/errors.ts";
import { Day } from "../kernel/time.ts";

const daysOf = {
  validFrom: Day.optional().meta({ description: "The first day; absent: since ever" }),
  validTo: Day.optional().meta({ description: "The last day; absent: until further notice" }),
};

/** Something that is good on the days from `validFrom` to `validTo`, both included. */
export const validDays = daysOf;

export interface Valid {
  readonly validFrom?: Day | undefined;
  readonly validTo?: Day | undefined;
}

const isDay = (value: Day | undefined): value is Day => Day.safeParse(value).success;

/** For `refine`; what is no day is said so by itself. */
export const daysInOrder = ({ validFrom, validTo }: Valid): boolean =>
  !isDay(validFrom) || !isDay(validTo) || validFrom <= validTo;
export const daysOutOfOrder = { path: ["validTo"], message: "lies before validFrom" };

const first = ({ validFrom }: Valid): Day => validFrom ?? "0000-01-01";
const last = ({ validTo }: Valid): Day => validTo ?? "9999-12-31";

export const isGoodOn = (one: Valid, day: Day): boolean => first(one) <= day && day <= last(one);

/** Refuses two entries of a list for the same day. @throws people.days-overlap */
export const checkOneADay = (entries: readonly Valid[], pointer: string): void => {
  const sorted = entries
    .map((entry, at) => ({ entry, at }))
    .sort((a, b) => (first(a.entry) < first(b.entry) ? -1 : 1));
  for (const [n, { entry, at }] of sorted.entries()) {
    const next = sorted[n + 1];
    if (next && first(next.entry) <= last(entry))
      throw new Failure("people.days-overlap", {
        fields: [{ pointer: `${pointer}/${next.at}`, reason: `overlaps with ${pointer}/${at}` }],
      });
  }
};
