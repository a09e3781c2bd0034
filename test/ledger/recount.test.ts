import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countersOf, type LedgerPage } from "../../domain/ledger/pages.ts";
import { countedByDay, type Recount, type RecountFault, recountOn } from "../../domain/ledger/recount.ts";

const seed = 20_261_123;
const dayAt = (n: number) => new Date(Date.UTC(2026, 0, 20 + n)).toISOString().slice(0, 10);
const line = fc.record({
  effectiveOn: fc.nat(30).map(dayAt),
  insertedOn: fc.nat(4).map((n) => dayAt(30 + n)),
  amount: fc.integer({ min: -50, max: 50 }).filter((amount) => amount !== 0),
});
type Line = { effectiveOn: string; insertedOn: string; amount: number };
const lines = fc
  .array(line, { minLength: 1, maxLength: 50 })
  .map((some) => some.sort((a, b) => (a.effectiveOn < b.effectiveOn ? -1 : 1)));
const part = fc.integer({ min: 1, max: 20 });

const pagesOf = (some: readonly Line[]): LedgerPage[] =>
  [...Map.groupBy(some, ({ effectiveOn }) => effectiveOn.slice(0, 7))].map(([month, those]) => ({
    month,
    counters: countersOf(those),
  }));

const recounted = (
  some: readonly Line[],
  pages: readonly LedgerPage[],
  size: number,
  isSettled: (insertedOn: string) => boolean = () => true,
): RecountFault | undefined => {
  let recount: Recount = { sums: new Map() };
  for (let at = 0; at === 0 || at < some.length; at += size) {
    const isEnd = at + size >= some.length;
    const found = recountOn(recount, some.slice(at, at + size), countedByDay(pages), isEnd, isSettled);
    if (found.fault) return found.fault;
    recount = found.recount;
  }
  return undefined;
};

describe("a recount of lines against pages", () => {
  test("finds nothing where the pages hold what the lines say, in parts of any size", () => {
    fc.assert(
      fc.property(lines, part, (some, size) => {
        expect(recounted(some, pagesOf(some), size)).toBeUndefined();
      }),
      { seed, numRuns: 300 },
    );
  });

  test("names the day of a line that was changed, taken away or put in", () => {
    const change = fc.constantFrom("change", "take", "put");
    fc.assert(
      fc.property(lines, part, fc.nat(), change, (some, size, where, how) => {
        const at = where % some.length;
        const changed = some[at];
        if (!changed) throw new Error("there is a line at every place");
        const other = { ...changed, amount: changed.amount + 1 };
        const tampered =
          how === "take" ? some.toSpliced(at, 1) : some.toSpliced(at, how === "put" ? 0 : 1, other);
        const fault = recounted(tampered, pagesOf(some), size);
        const isSame = how === "put" && other.amount === 0;
        if (!isSame)
          expect(fault).toMatchObject({
            effectiveOn: changed.effectiveOn,
            insertedOn: changed.insertedOn,
          });
      }),
      { seed, numRuns: 500 },
    );
  });

  test("names the day of a counter that no line stands behind", () => {
    fc.assert(
      fc.property(lines, part, line, (some, size, surplus) => {
        expect(recounted(some, pagesOf([...some, surplus]), size)).toMatchObject({
          effectiveOn: surplus.effectiveOn,
          insertedOn: surplus.insertedOn,
        });
      }),
      { seed, numRuns: 300 },
    );
  });

  test("leaves open what may still be moving", () => {
    const some = [{ effectiveOn: dayAt(1), insertedOn: dayAt(30), amount: 5 }];
    const isSettled = (insertedOn: string) => insertedOn < dayAt(30);
    expect(recounted(some, [], 10)).toMatchObject({ counted: 0n, recounted: 5n });
    expect(recounted(some, [], 10, isSettled)).toBeUndefined();
  });
});
