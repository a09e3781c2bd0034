import type { Schedule } from "./schedule.ts";

/** Lets go, minute by minute, what pending transactions reserved for longer than they may. */
export const ledgerExpiry: Schedule = {
  name: "ledger-expiry",
  pace: { kind: "rate", every: 1, unit: "minute" },
  // The next run comes within a minute and finds what this one left.
  retry: { attempts: 1, maxAgeSeconds: 300 },
};
