/** A moment at which the whole suite is run, and the zone that the machine and the companies of the tests are in. */
export interface CalendarMoment {
  readonly name: string;
  /** When the run begins, UTC. Those that begin just before a change cross it while the tests run. */
  readonly startsAt: string;
  readonly timeZone: "Europe/Bucharest" | "Pacific/Kiritimati" | "Pacific/Pago_Pago";
}

/**
 * Ends of months and years, the leap day and both changes of summer time, in zones from UTC-11 to UTC+14. The years lie ahead of the
 * machine's clock, because the database deletes what expires by its own clock.
 */
export const calendarMoments: readonly CalendarMoment[] = [
  {
    name: "the month ends in UTC, the company is in the next",
    startsAt: "2032-11-30T23:30:00Z",
    timeZone: "Europe/Bucharest",
  },
  {
    name: "the company's year begins during the run",
    startsAt: "2032-12-31T21:58:00Z",
    timeZone: "Europe/Bucharest",
  },
  {
    name: "the year begins first at UTC+14, during the run",
    startsAt: "2032-12-31T09:58:00Z",
    timeZone: "Pacific/Kiritimati",
  },
  {
    name: "the year ends last at UTC-11, during the run",
    startsAt: "2033-01-01T10:58:00Z",
    timeZone: "Pacific/Pago_Pago",
  },
  {
    name: "the leap day in UTC, 1 March at UTC+14",
    startsAt: "2032-02-29T12:00:00Z",
    timeZone: "Pacific/Kiritimati",
  },
  {
    name: "the leap day begins in UTC during the run",
    startsAt: "2032-02-28T23:58:00Z",
    timeZone: "Europe/Bucharest",
  },
  {
    name: "1 March in UTC, the leap day at UTC-11",
    startsAt: "2032-03-01T00:30:00Z",
    timeZone: "Pacific/Pago_Pago",
  },
  {
    name: "summer time begins during the run",
    startsAt: "2032-03-28T00:58:00Z",
    timeZone: "Europe/Bucharest",
  },
  {
    name: "summer time ends during the run, on the month's last day",
    startsAt: "2032-10-31T00:58:00Z",
    timeZone: "Europe/Bucharest",
  },
  {
    name: "the last of January in UTC, 1 February at UTC+14",
    startsAt: "2032-01-31T23:30:00Z",
    timeZone: "Pacific/Kiritimati",
  },
  {
    name: "the company's month ends during the run",
    startsAt: "2032-04-30T20:58:00Z",
    timeZone: "Europe/Bucharest",
  },
  {
    name: "the year ends in UTC during the run, not at UTC-11",
    startsAt: "2031-12-31T23:58:00Z",
    timeZone: "Pacific/Pago_Pago",
  },
];

/** The moment whose turn it is on a day of the month (1 to 31). */
export const momentOfDay = (
  dayOfMonth: number,
): { readonly number: number; readonly moment: CalendarMoment } => {
  const index = (dayOfMonth - 1) % calendarMoments.length;
  const moment = calendarMoments[index];
  if (!moment) throw new Error(`there is no moment for day ${dayOfMonth}`);
  return { number: index + 1, moment };
};

/** The environment in which a command and all that it starts live at a moment, and in its zone. @param nowMs the machine's clock */
export const environmentAt = (moment: CalendarMoment, nowMs: number): Record<string, string> => {
  const shift = new URL("./shift.ts", import.meta.url);
  shift.searchParams.set("offsetMs", String(Date.parse(moment.startsAt) - nowMs));
  return {
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --import=${shift.href}`.trim(),
    TZ: moment.timeZone,
    COMPANY_ZONE: moment.timeZone,
  };
};
