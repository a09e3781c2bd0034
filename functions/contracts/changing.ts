import { type Contract, type ContractRecord, contractOn } from "../../domain/contracts/contract.ts";
import { contractChanged, contractDigest } from "../../events/contracts.ts";
import { type Happened, happened } from "../../events/event.ts";
import { type Context, checkVersion } from "../kit/context.ts";
import { update, type Write } from "../kit/table/store.ts";
import { loadContract, todayOf } from "./access.ts";
import { contractEntity } from "./store.ts";

interface Decision {
  readonly after: ContractRecord;
  readonly what: Happened;
  readonly writes?: readonly Write[];
}

/** Load, decide, save, answer: a contract from one version to the next. */
export const changing = async (
  context: Context,
  contractId: string,
  decide: (contract: ContractRecord) => Promise<Decision>,
): Promise<Contract> => {
  const before = await loadContract(context, contractId);
  checkVersion(context, before);
  const { after, what, writes = [] } = await decide(before);
  return context.save({
    writes: [update(contractEntity, after), ...writes],
    happened: [what],
    answer: contractOn(after, todayOf(context)),
  });
};

export const changeOf = (after: ContractRecord, changed: string[]): Happened =>
  happened(contractChanged, { ...contractDigest(after), changed });
