import { withDeal, withoutDeal } from "../../domain/contracts/change.ts";
import { type ContractDeal, mostDeals } from "../../domain/contracts/contract.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { pagingOf } from "../../domain/kernel/page.ts";
import { found } from "../kit/found.ts";
import type { Handlers } from "../kit/serve.ts";
import { create, remove } from "../kit/table/store.ts";
import { checkDeal, loadContract } from "./access.ts";
import { changeOf, changing } from "./changing.ts";
import type { contractRoutes } from "./routes.ts";
import { contractDealEntity, partitions } from "./store.ts";

type Routes = Pick<typeof contractRoutes, "linkContractDeal" | "listContractDeals" | "unlinkContractDeal">;

export const dealHandlers: Handlers<Routes> = {
  async linkContractDeal({ params: { contractId }, body: { dealId } }, context) {
    return changing(context, contractId, async (before) => {
      await checkDeal(context, dealId, before);
      const link: ContractDeal = {
        version: 1,
        contractId,
        dealId,
        linkedBy: context.member.id,
        linkedAt: context.now,
      };
      if (await context.store.get(contractDealEntity, link)) throw new Failure("contract.deal-linked");
      const after = withDeal(before, context.now, mostDeals);
      return {
        after,
        what: changeOf(after, ["deals"]),
        writes: [create(contractDealEntity, link, () => new Failure("contract.deal-linked"))],
      };
    });
  },

  async listContractDeals({ params, query }, context) {
    const { id } = await loadContract(context, params.contractId);
    return context.store.list<ContractDeal>({
      index: "list",
      pk: partitions.dealsOf(id),
      ...pagingOf(query),
    });
  },

  async unlinkContractDeal({ params }, context) {
    return changing(context, params.contractId, async (before) => {
      const link = await found(context.store.get(contractDealEntity, params));
      const after = withoutDeal(before, context.now);
      return { after, what: changeOf(after, ["deals"]), writes: [remove(contractDealEntity, link)] };
    });
  },
};
