import type { Consumed, Consumption } from "../../domain/contracts/consumption.ts";
import { contractConsumed, contractDigest } from "../../events/contracts.ts";
import { happened } from "../../events/event.ts";
import type { Change } from "../kit/context.ts";
import { create, update } from "../kit/table/store.ts";
import { consumptionEntity, contractEntity } from "./store.ts";

/**
 * What is written and said when something is taken of a contract (`consumed`), or taken back (`reversed`): the contract
 * and its entry at once, by a route of this subject or within the change of another (an order, an invoice). Who else
 * consumes at the same moment makes it a `StaleWrite`, so that the handler looks again.
 * @param otherwise what is said where the entry is there already
 */
export const consumption = (
  { contract, consumption: entry }: Consumed,
  otherwise?: () => Error,
): Change<Consumption> => ({
  writes: [update(contractEntity, contract), create(consumptionEntity, entry, otherwise)],
  happened: [happened(contractConsumed, { ...contractDigest(contract), consumption: entry })],
  answer: entry,
});
