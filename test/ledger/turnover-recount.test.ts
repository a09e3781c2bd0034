import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  isBrought,
  onlyKeyOf,
  poured,
  type TurnoverFocus,
  type TurnoverKey,
  turnoverKeyText,
  turnoverPartitionOf,
  type Weigh,
  weighed,
} from "../../domain/ledger/turnover-recount.ts";

const seed = 20_261_124;
const weigh: Weigh = (text) => {
  const bytes = createHash("sha256").update(text).digest();
  return { weight: bytes.readBigUInt64BE(), bytes: bytes.subarray(8) };
};

interface Added {
  readonly key: TurnoverKey;
  readonly counters: readonly (readonly [string, bigint])[];
}

/** So many ids that all lie in one partition, so that buckets have to be parted again and again. */
const keys: readonly TurnoverKey[] = Array.from({ length: 400 }, (_, n) => ({
  dimension: "client" as const,
  id: `cli_${String(n).padStart(25, "0")}${n % 2 === 0 ? "0" : "G"}`,
  year: n % 3 === 0 ? "2025" : "2026",
  currency: "EUR",
}));
const added = fc.record({
  at: fc.nat(keys.length - 1),
  counter: fc.constantFrom("r01", "m01", "n12", "a03:revenue"),
  amount: fc.integer({ min: -1_000, max: 1_000 }),
});

const bringing = (some: readonly { at: number; counter: string; amount: number }[]): Added[] =>
  some.flatMap(({ at, counter, amount }) => {
    const key = keys[at];
    return key ? [{ key, counters: [[counter, BigInt(amount)] as const] }] : [];
  });

/** What is stored after all of it. */
const recordsOf = (
  all: readonly Added[],
): Map<string, { key: TurnoverKey; counters: Map<string, bigint> }> => {
  const records = new Map<string, { key: TurnoverKey; counters: Map<string, bigint> }>();
  for (const { key, counters } of all) {
    const record = records.get(turnoverKeyText(key)) ?? { key, counters: new Map<string, bigint>() };
    records.set(turnoverKeyText(key), record);
    for (const [name, amount] of counters)
      record.counters.set(name, (record.counters.get(name) ?? 0n) + amount);
  }
  return records;
};

const bucketsOf = (
  some: Iterable<{ key: TurnoverKey; counters: Iterable<readonly [string, bigint]> }>,
  focus?: TurnoverFocus,
) => poured(new Map(), weighed(some, focus, weigh), focus);

describe("turnover, recounted by marks", () => {
  test("is the same for transactions one by one and for the records that they make", () => {
    fc.assert(
      fc.property(fc.array(added, { maxLength: 60 }), (some) => {
        const all = bringing(some);
        const marks = (buckets: ReturnType<typeof bucketsOf>) =>
          [...buckets].filter(([, { mark }]) => mark !== 0n).sort(([a], [b]) => a - b);
        expect(marks(bucketsOf(recordsOf(all).values()))).toEqual(marks(bucketsOf(all)));
      }),
      { seed, numRuns: 100 },
    );
  });

  test("names the one record that differs, however many lie beside it, also one that is gone", () => {
    const every = keys.map((_, at) => ({ at, counter: "r01", amount: at + 1 }));
    const all = bringing(every);
    fc.assert(
      fc.property(fc.nat(keys.length - 1), fc.constantFrom("more", "gone", "other month"), (at, how) => {
        const altered = keys[at] ?? expect.fail("no key");
        const records = recordsOf(all);
        const record = records.get(turnoverKeyText(altered)) ?? expect.fail("no record");
        if (how === "gone") records.delete(turnoverKeyText(altered));
        else {
          record.counters.set("r02", 1n);
          if (how === "other month") record.counters.set("r01", (record.counters.get("r01") ?? 0n) - 1n);
        }
        const partition = turnoverPartitionOf(altered);
        const whole = { stored: bucketsOf(records.values()), brought: bucketsOf(all) };
        expect(whole.stored.get(partition)?.mark).not.toBe(whole.brought.get(partition)?.mark);
        let digits: number[] = [];
        let named: TurnoverKey | undefined;
        for (let round = 0; round < 6 && !named; round++) {
          const focus = { partition, digits };
          const [stored, brought] = [bucketsOf(records.values(), focus), bucketsOf(all, focus)];
          const wrong = [...brought.keys()].filter(
            (bucket) => !isBrought(stored.get(bucket)?.mark ?? 0n, brought.get(bucket)?.mark ?? 0n, []),
          );
          expect(wrong).toHaveLength(1);
          const [bucket = -1] = wrong;
          named = onlyKeyOf(stored.get(bucket), brought.get(bucket));
          digits = [...digits, bucket];
        }
        expect(named).toEqual(altered);
      }),
      { seed, numRuns: 30 },
    );
  });

  test("allows for any part of what came while it was read, and for nothing else", () => {
    const mark = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n });
    fc.assert(
      fc.property(mark, fc.array(fc.tuple(mark, fc.boolean()), { maxLength: 12 }), (brought, meanwhile) => {
        const marks = meanwhile.map(([one]) => one);
        const seen = meanwhile.filter(([, isSeen]) => isSeen).reduce((sum, [one]) => sum + one, 0n);
        expect(isBrought(brought + seen, brought, marks)).toBe(true);
        expect(isBrought(brought + seen + 2n ** 80n, brought, marks)).toBe(false);
      }),
      { seed, numRuns: 100 },
    );
    expect(
      isBrought(
        1n,
        0n,
        Array.from({ length: 13 }, () => 5n),
      ),
    ).toBeUndefined();
  });
});
