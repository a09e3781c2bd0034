import type { Consumed, Consumption } from "../../domain/contracts/consumption.ts";
import { contractConsumed, contractDigest } from "../../events/contracts.ts";
import { happened } from "../../events/event.ts";
import type { Change } from "../kit/context.ts";
import { create, update } from "../kit/table/store.ts";
import { consumptionEntity, contractEntity } from "./store.ts";

/**
 * What is written and said when several documents take something of a contract, or give it back: the contract once, as the last
 * left it, and an entry each. Who else consumes at the same moment makes it a `StaleWrite`, so that the handler looks again.
 * @param all each decided on the contract that the one before left, in its version of before
 * @param otherwise what is said where an entry is there already
 */
export const consumptions = (
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
  ...consumptions([one], otherwise),
  answer: one.consumption,
});
