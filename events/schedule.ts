/** When a schedule is due: at a steady pace, or by a cron expression of EventBridge Scheduler in a time zone. */
export type Pace =
  | {
      readonly kind: "rate";
      readonly every: number;
      readonly unit: "minute" | "hour" | "day";
    }
  | {
      readonly kind: "cron";
      /** Six fields (minutes, hours, day of month, month, day of week, year), without `cron(…)`. */
      readonly fields: string;
      /** IANA name, as `Europe/Bucharest`. */
      readonly timeZone: string;
    };

/** What runs when, declared once: the schedule, its target, retries and dead-letter queue come from it. */
export interface Schedule {
  /** Unique; the name of the Lambda that is invoked. */
  readonly name: string;
  readonly pace: Pace;
  /** An invocation that failed is tried again so often, and not when it has grown older than this. */
  readonly retry: { readonly attempts: number; readonly maxAgeSeconds: number };
}

/** The pace in the words of EventBridge Scheduler. @throws RangeError for a rate that is no whole number above 0 */
export const scheduleExpression = (pace: Pace): string => {
  if (pace.kind === "cron") return `cron(${pace.fields})`;
  const { every, unit } = pace;
  if (!Number.isSafeInteger(every) || every < 1) throw new RangeError(`a rate of ${every} ${unit}s`);
  return `rate(${every} ${unit}${every === 1 ? "" : "s"})`;
};
