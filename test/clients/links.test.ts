import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  believedLinks,
  corrected,
  type Link,
  linked,
  linkOn,
  moved,
  type Recording,
  withdrawn,
} from "../../domain/clients/links.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { instantOf } from "../../domain/kernel/time.ts";

const dayOf = (n: number) => instantOf(Date.UTC(2026, 0, 1) + n * 86_400_000).slice(0, 10);
const momentOf = (n: number) => instantOf(Date.UTC(2026, 5, 1) + n * 1000);
const client = (n: number) => `cli_${"0".repeat(25)}${n}`;

let links = 0;
const at = (n: number): Recording => ({
  now: momentOf(n),
  by: "mem_1",
  newLinkId: () => `lnk_${String(++links).padStart(26, "0")}`,
});
const codeOf = (run: () => unknown): string => {
  try {
    run();
    return "none";
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
};

describe("links of a counterparty", () => {
  const first = linked([], { clientId: client(1), validFrom: dayOf(0) }, at(0));

  test("a move closes one link and opens the other, and what was known before is still known", () => {
    const after = moved(first, { clientId: client(2), on: dayOf(10) }, at(5));
    expect(linkOn(after, dayOf(9))?.clientId).toBe(client(1));
    expect(linkOn(after, dayOf(10))?.clientId).toBe(client(2));
    expect(linkOn(after, dayOf(10), momentOf(4))?.clientId).toBe(client(1));
    expect(linkOn(after, dayOf(10), momentOf(5))?.clientId).toBe(client(2));
    expect(after[0]).toMatchObject({ ...first[0], supersededAt: momentOf(5) });
  });

  test("a move on the first day leaves nothing to the old client, but that it was believed", () => {
    const after = moved(first, { clientId: client(2), on: dayOf(0) }, at(5));
    expect(believedLinks(after).map(({ clientId }) => clientId)).toEqual([client(2)]);
    expect(linkOn(after, dayOf(3), momentOf(4))?.clientId).toBe(client(1));
  });

  test("a move keeps the day on which the old link would have ended", () => {
    const bounded = linked([], { clientId: client(1), validFrom: dayOf(0), validTo: dayOf(20) }, at(0));
    const after = moved(bounded, { clientId: client(2), on: dayOf(10) }, at(1));
    expect(linkOn(after, dayOf(20))?.clientId).toBe(client(2));
    expect(linkOn(after, dayOf(21))).toBeUndefined();
  });

  test("two clients cannot have the counterparty on one day", () => {
    expect(codeOf(() => linked(first, { clientId: client(2), validFrom: dayOf(50) }, at(1)))).toBe(
      "counterparty.link-overlap",
    );
    const ended = corrected(first, first[0]?.id ?? "", { validTo: dayOf(49) }, at(1));
    expect(linked(ended, { clientId: client(2), validFrom: dayOf(50) }, at(2))).toHaveLength(3);
  });

  test("what cannot be moved, corrected or withdrawn is refused with its reason", () => {
    const id = first[0]?.id ?? "";
    expect(codeOf(() => moved([], { clientId: client(1), on: dayOf(0) }, at(1)))).toBe(
      "counterparty.not-linked",
    );
    expect(codeOf(() => moved(first, { clientId: client(1), on: dayOf(3) }, at(1)))).toBe(
      "counterparty.already-linked",
    );
    expect(codeOf(() => corrected(first, id, { validTo: "2025-12-31" }, at(1)))).toBe(
      "counterparty.link-days",
    );
    expect(codeOf(() => withdrawn(first, "lnk_other", at(1)))).toBe("record.not-found");
    const gone = withdrawn(first, id, at(1));
    expect(codeOf(() => withdrawn(gone, id, at(2)))).toBe("counterparty.link-superseded");
  });

  test("a clock that runs behind does not put a change before what is recorded", () => {
    const after = moved(first, { clientId: client(2), on: dayOf(10) }, at(-100));
    expect(after.every(({ recordedAt }) => recordedAt === momentOf(0))).toBe(true);
    expect(linkOn(after, dayOf(10), momentOf(0))?.clientId).toBe(client(2));
  });
});

/** Days 0 to 30, and what lies beyond them as day 31: enough to tell any two links of the test apart. */
const calendar = 32;
type Calendar = (string | undefined)[];

type Step =
  | { kind: "link"; client: number; from: number; days: number | undefined; after: number }
  | { kind: "move"; client: number; on: number; after: number }
  | { kind: "correct"; which: number; from: number | undefined; to: number | null | undefined; after: number }
  | { kind: "withdraw"; which: number; after: number };

const day = fc.nat(28);
const seconds = fc.nat(3);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant("link" as const),
    client: fc.nat(3),
    from: day,
    days: fc.option(fc.nat(10), { nil: undefined }),
    after: seconds,
  }),
  fc.record({ kind: fc.constant("move" as const), client: fc.nat(3), on: day, after: seconds }),
  fc.record({
    kind: fc.constant("correct" as const),
    which: fc.nat(9),
    from: fc.option(day, { nil: undefined }),
    to: fc.option(fc.option(day, { nil: null }), { nil: undefined }),
    after: seconds,
  }),
  fc.record({ kind: fc.constant("withdraw" as const), which: fc.nat(9), after: seconds }),
);

interface Known {
  readonly at: number;
  readonly calendar: Calendar;
}

const spread = (calendarBefore: Calendar, from: number, to: number, value: string | undefined): Calendar =>
  calendarBefore.map((old, n) => (n >= from && n <= to ? value : old));
const indexOf = (text: string | undefined) =>
  text === undefined ? calendar - 1 : Array.from({ length: calendar }, (_, n) => dayOf(n)).indexOf(text);

test("links answer every day at every moment as a calendar that is copied at each change does", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      let state: Link[] = [];
      let time = 0;
      let now: Calendar = Array.from({ length: calendar });
      const known: Known[] = [];
      for (const one of steps) {
        time += one.after;
        const believed = believedLinks(state);
        const chosen = "which" in one ? believed[one.which % Math.max(1, believed.length)] : undefined;
        const before = state;
        try {
          if (one.kind === "link") {
            const to = one.days === undefined ? undefined : one.from + one.days;
            const last = to === undefined ? calendar - 1 : Math.min(to, calendar - 1);
            const free = now.slice(one.from, last + 1).every((who) => who === undefined);
            const belief = {
              clientId: client(one.client),
              validFrom: dayOf(one.from),
              validTo: to === undefined ? undefined : dayOf(to),
            };
            if (!free) {
              expect(codeOf(() => linked(state, belief, at(time)))).toBe("counterparty.link-overlap");
              continue;
            }
            if (last === calendar - 1 && to !== undefined) continue; // the calendar does not reach so far
            state = linked(state, belief, at(time));
            now = spread(now, one.from, last, client(one.client));
          } else if (one.kind === "move") {
            if (now[one.on] === undefined || now[one.on] === client(one.client)) {
              expect(
                codeOf(() => moved(state, { clientId: client(one.client), on: dayOf(one.on) }, at(time))),
              ).toBe(now[one.on] === undefined ? "counterparty.not-linked" : "counterparty.already-linked");
              continue;
            }
            const end = indexOf(linkOn(state, dayOf(one.on))?.validTo);
            state = moved(state, { clientId: client(one.client), on: dayOf(one.on) }, at(time));
            now = spread(now, one.on, end, client(one.client));
          } else if (!chosen) {
            continue;
          } else if (one.kind === "withdraw") {
            state = withdrawn(state, chosen.id, at(time));
            now = spread(now, indexOf(chosen.validFrom), indexOf(chosen.validTo), undefined);
          } else {
            const from = one.from ?? indexOf(chosen.validFrom);
            const to = one.to === undefined ? indexOf(chosen.validTo) : (one.to ?? calendar - 1);
            const without = spread(now, indexOf(chosen.validFrom), indexOf(chosen.validTo), undefined);
            const change = {
              validFrom: one.from === undefined ? undefined : dayOf(one.from),
              validTo: one.to === undefined ? undefined : one.to === null ? null : dayOf(one.to),
            };
            const free = without.slice(from, to + 1).every((who) => who === undefined);
            const expected =
              to < from ? "counterparty.link-days" : free ? "none" : "counterparty.link-overlap";
            expect(codeOf(() => corrected(state, chosen.id, change, at(time)))).toBe(expected);
            if (expected !== "none") continue;
            state = corrected(state, chosen.id, change, at(time));
            now = spread(without, from, to, chosen.clientId);
          }
        } finally {
          if (state !== before) known.push({ at: time, calendar: now });
        }
        for (const old of before) {
          const kept = state.find(({ id }) => id === old.id);
          expect({ ...kept, supersededAt: old.supersededAt, supersededBy: old.supersededBy }).toEqual({
            supersededAt: undefined,
            supersededBy: undefined,
            ...old,
          });
        }
      }
      for (let moment = 0; moment <= time; moment++) {
        const then = known.findLast((one) => one.at <= moment)?.calendar;
        for (let n = 0; n < calendar; n++)
          expect(linkOn(state, dayOf(n), momentOf(moment))?.clientId).toBe(then?.[n]);
        const believed = believedLinks(state, momentOf(moment));
        for (const [n, one] of believed.entries())
          for (const other of believed.slice(n + 1))
            expect(
              one.validFrom > (other.validTo ?? "9999") || other.validFrom > (one.validTo ?? "9999"),
            ).toBe(true);
      }
    }),
    { seed: 20261123, numRuns: 300 },
  );
});
