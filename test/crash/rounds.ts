import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { judge, type Verdict } from "./check.ts";
import { stocked } from "./orders.ts";
import { StackProcess } from "./process.ts";
import { type Journal, newJournal, resend, write } from "./writers.ts";

const admin = "admin@demo.example";
const writers = 16;

export interface Round extends Verdict {
  readonly round: number;
  /** Writes that were answered up to now, and those of this round's writers that were not. */
  readonly answers: number;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const answersLimitMs = 600_000;

const answered = async (journal: Journal, wanted: number): Promise<void> => {
  const deadline = performance.now() + answersLimitMs;
  while (journal.answers < wanted) {
    if (performance.now() > deadline) throw new Error(`${journal.answers} answers instead of ${wanted}`);
    await pause(1);
  }
};

/** So many rounds are run on the same data; each holds all of it against what was answered. */
const roundsOnData = 10;

/**
 * Starts a stack, kills it with SIGKILL while sixteen write, starts it again and holds what is there against what
 * was answered; again and again on the same data, and every ten rounds on new ones. In every other round the database is
 * killed with it.
 * @param answersOf after how many answers in a round the kill comes, by round
 */
export async function* crashRounds(
  count: number,
  answersOf: (round: number) => number,
): AsyncGenerator<Round> {
  for (let done = 0; done < count; done += roundsOnData)
    yield* roundsOn(done, Math.min(roundsOnData, count - done), answersOf);
}

async function* roundsOn(
  before: number,
  count: number,
  answersOf: (round: number) => number,
): AsyncGenerator<Round> {
  const folder = mkdtempSync(path.join(tmpdir(), "clientela-crash-"));
  const stack = new StackProcess(folder);
  const journal = newJournal();
  try {
    await stack.start();
    const goods = await stocked(await stack.api(admin));
    for (let round = before + 1; round <= before + count; round++) {
      const api = await stack.api(admin);
      const writing = Promise.all(
        Array.from({ length: writers }, (_, n) => write(api, journal, goods, `r${round}w${n}`, n)),
      );
      await answered(journal, journal.answers + answersOf(round));
      await stack.kill({ database: round % 2 === 0 });
      await writing;
      await stack.start();
      const again = await stack.api(admin);
      yield { round, answers: journal.answers, ...(await judge(stack, again, journal, goods)) };
      await resend(again, journal, goods);
    }
  } finally {
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
