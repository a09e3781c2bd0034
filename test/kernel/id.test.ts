import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { chanceIn, Id, newId } from "../../domain/kernel/id.ts";

/** Bytes that are made of a seed, and are all over the place. */
const entropyOf = (seed: number) => (bytes: number) =>
  Uint8Array.from(createHash("sha256").update(String(seed)).digest().subarray(0, bytes));

test("an id is one of its kind, and sorts by its time", () => {
  fc.assert(
    fc.property(fc.nat(2 ** 48 - 2), fc.nat(), (atMs, seed) => {
      const [id, later] = [
        newId("deal", atMs, entropyOf(seed)),
        newId("deal", atMs + 1, entropyOf(seed + 1)),
      ];
      expect(Id("deal").safeParse(id).success).toBe(true);
      expect(Id("client").safeParse(id).success).toBe(false);
      expect(id < later).toBe(true);
    }),
    { seed: 20261124 },
  );
});

test("the chance in ids lies from 0 up to 1 and is spread evenly, whatever the text", () => {
  const tenths = new Array<number>(10).fill(0);
  for (let n = 0; n < 10_000; n++) {
    const chance = chanceIn(newId("change", 1_700_000_000_000, entropyOf(n)));
    const tenth = Math.floor(chance * 10);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  expect(tenths).toHaveLength(10);
  for (const count of tenths) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  for (const text of ["", "chg_1", "something else"]) {
    expect(chanceIn(text)).toBeGreaterThanOrEqual(0);
    expect(chanceIn(text)).toBeLessThan(1);
  }
});
