import { type Consumed, type Consumption, needsPast } from "../../domain/contracts/consumption.ts";
import type { ContractRecord } from "../../domain/contracts/contract.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import type { Day } from "../../domain/kernel/time.ts";
import { contractConsumed, contractDigest } from "../../events/contracts.ts";
import { happened } from "../../events/event.ts";
import type { Change } from "../kit/context.ts";
import { create, type Store, update } from "../kit/table/store.ts";
import { consumptionEntity, consumptionPrefix, contractEntity, partitions } from "./store.ts";

const entriesAtOnce = 1_000;
/** Entries that are read at the most where something is taken on an earlier day than something was given back. */
const mostEntries = 20_000;

/**
 * The entries of a contract, where something that is taken on a day has to be held against the days behind it.
 * @throws limit.exceeded
 */
export const pastFor = async (
  store: Store,
  contract: ContractRecord,
  on: Day,
): Promise<{ readonly past?: readonly Consumption[] }> => {
  if (!needsPast(contract, on)) return {};
  const past: Consumption[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.list<Consumption>({
      pk: partitions.contract(contract.id),
      beginsWith: consumptionPrefix,
      limit: entriesAtOnce,
      cursor,
    });
    past.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined && past.length < mostEntries);
  if (cursor !== undefined)
    throw new Failure("limit.exceeded", {
      detail: `Contract ${contract.number} has more than ${mostEntries} entries, too many to look at each day. Use ${contract.lastGivenBackOn ?? "today"} or a later day.`,
    });
  return { past };
};

/**
 * What is written and said when several documents take something of a contract, or give it back: the contract once, as the last
 * left it, and an entry each. Who else consumes at the same moment makes it a `StaleWrite`, so that the handler looks again.
 * @param all each decided on the contract that the one before left, in its version of before
 * @param otherwise what is said where an entry is there already
 */
export const recordConsumptions = (
  all: readonly Consumed[],
  otherwise?: () => Error,
): Required<Omit<Change<unknown>, "answer">> => ({
  writes: [
    ...all.slice(-1).map(({ contract }) => update(contractEntity, contract)),
    ...all.map((one) => create(consumptionEntity, one.consumption, otherwise)),
  ],
  happened: all.map(({ contract, consumption: entry }) =>
    happened(contractConsumed, { ...contractDigest(contract), consumption: entry }),
  ),
});

/** The same of one entry, by a route of this subject (`consumed`, `reversed`). */
export const consumption = (one: Consumed, otherwise?: () => Error): Change<Consumption> => ({
  ...recordConsumptions([one], otherwise),
  answer: one.consumption,
});
