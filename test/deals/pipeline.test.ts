import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Deal, movesKept, showDeal, withMovesSpilled } from "../../domain/deals/deal.ts";
import { lost, moved, reopened, won } from "../../domain/deals/pipeline.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { millisecondsOf } from "../../domain/kernel/time.ts";
import { dealStep } from "../../events/deals.ts";
import { by, deal, hour, later, manual, process, rules, simple, start } from "./samples.ts";

const at = (hours: number) => ({ at: later(hours * hour), by });
const codeOf = (run: () => unknown): string | undefined => {
  try {
    run();
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
  return undefined;
};

describe("a process", () => {
  it("goes forward one stage at a time and back to any", () => {
    const first = deal();
    expect(first.stageId).toBe("interest");
    expect(codeOf(() => moved(rules, first, "talks", at(1)))).toBe("deal.stage-skipped");
    const third = moved(rules, moved(rules, first, "offer", at(1)), "talks", at(2));
    expect(moved(rules, third, "interest", at(3)).stageId).toBe("interest");
  });

  it("is won from its last stage only and lost from any", () => {
    const first = deal();
    expect(codeOf(() => won(rules, first, at(1)))).toBe("deal.stage-not-last");
    expect(lost(rules, first, { reasonId: "price" }, at(1)).loss).toEqual({
      reasonId: "price",
      stageId: "interest",
    });
    const last = ["offer", "talks", "contract"].reduce((one, to, n) => moved(rules, one, to, at(n)), first);
    expect(won(rules, last, at(9))).toMatchObject({
      state: "won",
      stageId: "contract",
      closedAt: later(9 * hour),
    });
  });

  it("begins in its first stage unless its past is told", () => {
    expect(codeOf(() => deal({ stageId: "offer" }))).toBe("deal.stage-skipped");
    expect(deal({ stageId: "interest" }).stageId).toBe("interest");
  });
});

describe("a deal", () => {
  it("says how long it stood where it came from, and when its stage is overdue", () => {
    const first = deal();
    expect(first.stageDueAt).toBe(later(24 * hour));
    const second = moved(rules, first, "offer", at(5));
    expect(second.moves).toEqual([
      { kind: "moved", from: "interest", to: "offer", at: later(5 * hour), by, durationMs: 5 * hour },
    ]);
    expect(second.stageDueAt).toBe(later((5 + 48) * hour));
    expect(moved(rules, second, "talks", at(6)).stageDueAt).toBeUndefined();
  });

  it("takes the probability of its stage and keeps one set by hand apart", () => {
    const judged = deal({ manualProbabilityPercent: 95 });
    expect(judged.probability).toEqual({ standardPercent: 10, manualPercent: 95 });
    expect(moved(rules, judged, "offer", at(1)).probability).toEqual({
      standardPercent: 40,
      manualPercent: 95,
    });
  });

  it("has probability 100 when won and 0 when lost, also in its events", () => {
    const judged = moved(rules, deal({ typeId: "project", manualProbabilityPercent: 35 }), "contract", at(1));
    const closings = [
      { closed: won(rules, judged, at(2)), percent: 100 },
      { closed: lost(rules, judged, { reasonId: "price" }, at(2)), percent: 0 },
    ];
    for (const { closed, percent } of closings) {
      expect(showDeal(closed).probability).toEqual({ standardPercent: 90, manualPercent: 35, percent });
      expect(dealStep(closed).data).toMatchObject({ probabilityPercent: percent });
      const open = reopened(rules, closed, at(3));
      expect(showDeal(open).probability.percent).toBe(35);
      expect(dealStep(open).data).toMatchObject({ probabilityPercent: 35 });
    }
  });

  it("is not changed by a move to the stage it is in", () => {
    const first = deal();
    expect(moved(rules, first, "interest", at(1))).toBe(first);
  });

  it("refuses moves and closings when closed, and comes back to the stage it was closed in", () => {
    const closed = lost(
      rules,
      moved(rules, deal(), "offer", at(1)),
      { reasonId: "price", competitor: "Acme" },
      at(2),
    );
    expect(closed.stageDueAt).toBeUndefined();
    expect(codeOf(() => moved(rules, closed, "interest", at(3)))).toBe("deal.closed");
    expect(codeOf(() => won(rules, closed, at(3)))).toBe("deal.closed");
    expect(codeOf(() => lost(rules, closed, { reasonId: "price" }, at(3)))).toBe("deal.closed");
    const open = reopened(rules, closed, at(4));
    expect(open).toMatchObject({ state: "open", stageId: "offer", stageDueAt: later((4 + 48) * hour) });
    expect(open).toMatchObject({ closedAt: undefined, closedMonth: undefined, loss: undefined });
    expect(codeOf(() => reopened(rules, open, at(5)))).toBe("deal.not-closed");
  });

  it("is lost only for a reason of the tenant that is still used", () => {
    expect(codeOf(() => lost(rules, deal(), { reasonId: "nobody" }, at(1)))).toBe("reference.unknown");
    expect(codeOf(() => lost(rules, deal(), { reasonId: "old" }, at(1)))).toBe("deal.loss-reason-inactive");
  });

  it("counts in the month of the tenant's time zone", () => {
    const late = {
      registeredAt: "2026-01-31T22:30:00.000Z",
      outcome: { state: "won", at: "2026-02-28T22:30:00.000Z" },
    };
    expect(deal({ typeId: "order", ...late })).toMatchObject({
      registeredMonth: "2026-02",
      closedMonth: "2026-03",
    });
  });

  it("of a simple type has no stages", () => {
    const order = deal({ typeId: "order" });
    expect(order.stageId).toBeUndefined();
    expect(codeOf(() => moved(rules, order, "interest", at(1)))).toBe("deal.no-stages");
    expect(codeOf(() => deal({ typeId: "order", stageId: "interest" }))).toBe("deal.no-stages");
    expect(won(rules, order, at(1)).state).toBe("won");
  });

  it("is not made of a type that is not used any more", () => {
    expect(codeOf(() => deal({ typeId: "retired" }))).toBe("deal.type-inactive");
    expect(codeOf(() => deal({ typeId: "nobody" }))).toBe("reference.unknown");
  });
});

/** What may be done to a deal, in a form that a model can follow. */
type Action =
  | { readonly do: "move"; readonly to: string }
  | { readonly do: "win" }
  | { readonly do: "lose" }
  | { readonly do: "reopen" };

interface Model {
  stage: string | undefined;
  state: "open" | "won" | "lost";
}

/** The rules once more, as naively as possible: the next state, or undefined where it is refused. */
const modelled = (
  kind: "process" | "manual" | "simple",
  stages: string[],
  { stage, state }: Model,
  action: Action,
): Model | undefined => {
  const here = stages.indexOf(stage ?? "");
  switch (action.do) {
    case "move": {
      const there = stages.indexOf(action.to);
      const allowed = kind === "manual" || (kind === "process" && there <= here + 1);
      return state === "open" && there >= 0 && allowed ? { state, stage: action.to } : undefined;
    }
    case "win":
      return state === "open" && (kind !== "process" || here === stages.length - 1)
        ? { state: "won", stage }
        : undefined;
    case "lose":
      return state === "open" ? { state: "lost", stage } : undefined;
    case "reopen":
      return state === "open" ? undefined : { state: "open", stage };
  }
};

const acted = (one: Deal, action: Action, happening: { at: string; by: string }): Deal => {
  if (action.do === "move") return moved(rules, one, action.to, happening);
  if (action.do === "win") return won(rules, one, happening);
  if (action.do === "lose") return lost(rules, one, { reasonId: "price" }, happening);
  return reopened(rules, one, happening);
};

describe("any sequence of actions", () => {
  const actions = fc.array(
    fc.oneof(
      fc.record({
        do: fc.constant("move" as const),
        to: fc.constantFrom("interest", "offer", "talks", "contract", "idea", "tender"),
      }),
      fc.record({ do: fc.constantFrom("win" as const, "lose" as const, "reopen" as const) }),
    ),
    { maxLength: 40 },
  );

  for (const type of [process, manual, simple])
    it(`leaves a deal of the kind ${type.kind} where a naive model says, and its history whole`, () => {
      fc.assert(
        fc.property(actions, (all) => {
          let one = deal({ typeId: type.id });
          const stages = type.stages.map(({ id }) => id);
          let model: Model = { stage: stages[0], state: "open" };
          let refused = 0;
          for (const [n, action] of all.entries()) {
            const next = modelled(type.kind, stages, model, action);
            try {
              one = acted(one, action, at(n + 1));
              expect(next).toBeDefined();
            } catch (error) {
              if (!(error instanceof Failure)) throw error;
              expect(next).toBeUndefined();
              refused += 1;
            }
            model = next ?? model;
            expect({ stage: one.stageId, state: one.state }).toEqual(model);
          }
          // The times stood add up to the whole time from registration to the last step.
          const last = one.moves.at(-1);
          const total = one.moves.reduce((sum, { durationMs }) => sum + durationMs, 0);
          expect(total).toBe(last ? millisecondsOf(last.at) - millisecondsOf(start) : 0);
          expect(refused).toBeLessThanOrEqual(all.length);
        }),
        { seed: 20261123, numRuns: 300 },
      );
    });

  it("keeps the record small and loses no move", () => {
    let one = deal({ typeId: "project" });
    const all: string[] = [];
    const aside: string[] = [];
    for (let n = 1; n <= 300; n++) {
      const to = n % 2 === 0 ? "idea" : "tender";
      all.push(later(n));
      const { deal: next, blocks } = withMovesSpilled(moved(rules, one, to, { at: later(n), by }));
      for (const block of blocks) {
        expect(block.n * movesKept.block).toBe(aside.length);
        aside.push(...block.moves.map((move) => move.at));
      }
      one = next;
      expect(one.moves.length).toBeLessThanOrEqual(movesKept.most);
      expect(one.movesSpilled).toBe(aside.length);
    }
    expect([...aside, ...one.moves.map((move) => move.at)]).toEqual(all);
  });
});
