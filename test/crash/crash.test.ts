import { expect, test } from "vitest";
import { crashRounds } from "./rounds.ts";

const rounds = 3;
/** Different in every round, so that different work is cut short. */
const answersOf = (round: number): number => 100 + 37 * round;

test("a stack killed with -9 under sixteen writers has every answered write, whole, with its event, and nothing by half", async () => {
  let answers = 0;
  for await (const round of crashRounds(rounds, answersOf)) {
    expect(round.faults).toEqual([]);
    expect(round.answers).toBeGreaterThan(answers);
    answers = round.answers;
  }
});
