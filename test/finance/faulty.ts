import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import type { Database } from "../../functions/kit/table/database.ts";

/** Numbers from 0 to 1 that are the same in every run. */
export const chanceFrom = (seed: number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

const conflict = () =>
  new TransactionCanceledException({
    message: "conflict",
    $metadata: {},
    CancellationReasons: [{ Code: "TransactionConflict" }],
  });

export interface Faults {
  on: boolean;
  lost: number;
  refused: number;
}

/** A table where nearly one write in three fails: before anything is written, or after all of it was, with the answer lost. */
export const faulty = (database: Database, chance: () => number, faults: Faults): Database => ({
  ...database,
  transact: async (writes, token) => {
    const draw = faults.on ? chance() : 1;
    if (draw < 0.16) {
      faults.refused += 1;
      throw draw < 0.08 ? conflict() : new Error("the connection was refused");
    }
    await database.transact(writes, token);
    if (draw < 0.32) {
      faults.lost += 1;
      throw new Error("the answer was lost");
    }
  },
});
