import { type Consumption, consumed, reversed } from "../../domain/contracts/consumption.ts";
import { Failure, notFound } from "../../domain/kernel/errors.ts";
import { pagingOf } from "../../domain/kernel/page.ts";
import type { Context } from "../kit/context.ts";
import { runParallel } from "../kit/parallel.ts";
import type { Handlers } from "../kit/serve.ts";
import { loadContract } from "./access.ts";
import { consumption, pastFor } from "./consuming.ts";
import type { contractRoutes } from "./routes.ts";
import { consumptionEntity, consumptionPrefix, contractDealEntity, partitions } from "./store.ts";

type Routes = Pick<
  typeof contractRoutes,
  "consumeContract" | "listContractConsumptions" | "reverseContractConsumption"
>;

const entering = ({ newId, member, now }: Context) => ({ id: newId("consumption"), by: member.id, now });

/** How many entries are looked through for the day on which a contract was consumed last. */
const mostLookedThrough = 1_000;

/** All entries of a contract but one; undefined where there are too many to be looked through. */
const othersThan = async (
  { store }: Pick<Context, "store">,
  { id, contractId }: Consumption,
): Promise<Consumption[] | undefined> => {
  const { items, next } = await store.list<Consumption>({
    pk: partitions.contract(contractId),
    beginsWith: consumptionPrefix,
    limit: mostLookedThrough,
  });
  return next === undefined ? items.filter((one) => one.id !== id) : undefined;
};

export const consumptionHandlers: Handlers<Routes> = {
  async consumeContract({ params: { contractId }, body }, context) {
    const contract = await loadContract(context, contractId);
    const { dealId } = body;
    if (dealId !== undefined && !(await context.store.get(contractDealEntity, { dealId, contractId })))
      throw new Failure("reference.unknown", {
        fields: [{ pointer: "/dealId", reason: "names no deal of the contract" }],
      });
    const past = await pastFor(context.store, contract, body.on);
    return context.save(consumption(consumed(contract, body, { ...entering(context), ...past })));
  },

  async listContractConsumptions({ params, query }, context) {
    const { id } = await loadContract(context, params.contractId);
    return context.store.list<Consumption>({
      pk: partitions.contract(id),
      beginsWith: consumptionPrefix,
      newestFirst: true,
      ...pagingOf(query),
    });
  },

  async reverseContractConsumption({ params: { contractId, consumptionId } }, context) {
    const contract = await loadContract(context, contractId);
    const [entry, reversal] = await runParallel([
      () => context.store.get(consumptionEntity, { contractId, id: consumptionId }),
      () => context.store.get(consumptionEntity, { contractId, id: "", reverses: consumptionId }),
    ]);
    if (!entry) throw notFound();
    if (reversal) throw new Failure("contract.consumption-reversed");
    const others = entry.on === contract.lastConsumedOn ? await othersThan(context, entry) : undefined;
    return context.save(
      consumption(
        reversed(contract, entry, entering(context), others),
        () => new Failure("contract.consumption-reversed"),
      ),
    );
  },
};
