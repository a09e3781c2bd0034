import fc from "fast-check";
import { expect, test } from "vitest";
import { dayIn, instantOf, millisecondsOf, startOfDay } from "../../domain/kernel/time.ts";

const zones = [
  "UTC",
  "Europe/Bucharest",
  "America/Sao_Paulo",
  "America/St_Johns",
  "Asia/Kathmandu",
  "Asia/Beirut",
  "Australia/Lord_Howe",
  "Pacific/Kiritimati",
  "Pacific/Pago_Pago",
  "Africa/Cairo",
];
const day = fc.nat(40_000).map((n) => instantOf(n * 86_400_000).slice(0, 10));

test("a day begins at its first instant, whatever the clocks do that night", () => {
  fc.assert(
    fc.property(fc.constantFrom(...zones), day, (zone, on) => {
      const start = startOfDay(on, zone);
      expect(dayIn(start, zone)).toBe(on);
      expect(dayIn(instantOf(millisecondsOf(start) - 1), zone) < on).toBe(true);
    }),
    { seed: 20_261_123, numRuns: 400 },
  );
});

test("clocks that go forward at midnight, and a day that a zone left out, do not lose it", () => {
  expect(startOfDay("2026-11-23", "Europe/Bucharest")).toBe("2026-11-22T22:00:00.000Z");
  expect(startOfDay("2026-07-01", "Europe/Bucharest")).toBe("2026-06-30T21:00:00.000Z");
  // In 2018 the clocks of São Paulo went from 00:00 to 01:00 on 4 November.
  expect(startOfDay("2018-11-04", "America/Sao_Paulo")).toBe("2018-11-04T03:00:00.000Z");
  // Samoa went over the date line: after the 29th came the 31st.
  expect(startOfDay("2011-12-30", "Pacific/Apia")).toBe(startOfDay("2011-12-31", "Pacific/Apia"));
});
