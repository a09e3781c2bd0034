/** The zone of the tests' companies: a run at another moment of the calendar (`test/calendar`) chooses another. */
export const companyZone = process.env.COMPANY_ZONE ?? "Europe/Bucharest";

const dayMs = 86_400_000;

/** The day so many days after a day; by the calendar, whatever the clocks do in between. */
export const dayAfter = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);

/** The day so many days from today in a zone. */
export const dayFromToday = (days: number, timeZone = companyZone, nowMs = Date.now()): string =>
  dayAfter(new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" }).format(nowMs), days);
