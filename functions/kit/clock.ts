import { randomBytes } from "node:crypto";
import type { Entropy } from "../../domain/kernel/id.ts";
import type { Clock } from "../../domain/kernel/time.ts";

/** The only place of the product that asks the machine for the time. */
export const systemClock: Clock = () => Date.now();

let pool = new Uint8Array(0);
let used = 0;

/** Random bytes from the machine, fetched in blocks. */
export const systemEntropy: Entropy = (bytes) => {
  if (used + bytes > pool.length) {
    pool = randomBytes(4096);
    used = 0;
  }
  used += bytes;
  return pool.subarray(used - bytes, used);
};
