import {
  type Contract,
  type ContractDeal,
  type ContractRecord,
  contractOn,
  lastDayOf,
} from "../../domain/contracts/contract.ts";
import { type Page, pagingOf } from "../../domain/kernel/page.ts";
import { reachedClients } from "../clients/access.ts";
import type { Context } from "../kit/context.ts";
import type { RequestOf } from "../kit/route.ts";
import { fromItem, type Item } from "../kit/table/item.ts";
import { siftedPage } from "../kit/table/sifted.ts";
import type { ListQuery } from "../kit/table/store.ts";
import { todayOf } from "./access.ts";
import type { contractRoutes } from "./routes.ts";
import { contractEntity, contractPrefix, noEnd, numberClaimEntity, partitions } from "./store.ts";

type Wanted = RequestOf<typeof contractRoutes.listContracts>["query"];

/** Which of these are to be shown: those that fit and whose client the member may see. */
const shownOf = async (
  context: Context,
  wanted: Wanted,
  contracts: readonly (ContractRecord | undefined)[],
): Promise<(Contract | undefined)[]> => {
  const today = todayOf(context);
  const fitting = contracts.map((contract) => {
    if (!contract || (wanted.client !== undefined && contract.clientId !== wanted.client)) return undefined;
    const shown = contractOn(contract, today);
    const end = lastDayOf(contract) ?? noEnd;
    const fits =
      (wanted.state === undefined || shown.state === wanted.state) &&
      (wanted.endsFrom === undefined || wanted.endsFrom <= end) &&
      (wanted.endsTo === undefined || end <= wanted.endsTo);
    return fits ? shown : undefined;
  });
  const reached = await reachedClients(
    context,
    fitting.flatMap((contract) => (contract ? [contract.clientId] : [])),
  );
  return fitting.map((contract) => (contract && reached.has(contract.clientId) ? contract : undefined));
};

type Part = Pick<ListQuery, "index" | "pk" | "beginsWith" | "between">;
type Reading = (items: readonly Item[]) => Promise<readonly (ContractRecord | undefined)[]>;

const asTheyAre: Reading = async (items) => items.map((item) => fromItem<ContractRecord>(item));

/** The partition that leads to the fewest contracts, and how an item of it becomes one. */
const partOf = (wanted: Wanted, { store }: Context): { readonly part: Part; readonly read: Reading } => {
  if (wanted.deal !== undefined)
    return {
      part: { pk: partitions.deal(wanted.deal), beginsWith: contractPrefix },
      read: (items) =>
        store.getAll(
          contractEntity,
          items.map((item) => ({ id: fromItem<ContractDeal>(item).contractId })),
        ),
    };
  if (wanted.client !== undefined)
    return {
      part: { index: "client", pk: partitions.client(wanted.client), beginsWith: contractPrefix },
      read: asTheyAre,
    };
  // Behind the day comes the id: "~" sorts behind every id.
  const between = [wanted.endsFrom ?? "", `${wanted.endsTo ?? noEnd}~`] as const;
  return { part: { index: "list", pk: partitions.byEnd, between }, read: asTheyAre };
};

/** Contracts that the member may see. */
export const listContracts = async (wanted: Wanted, context: Context): Promise<Page<Contract>> => {
  if (wanted.number !== undefined) {
    const claim = await context.store.get(numberClaimEntity, { number: wanted.number });
    const contract = claim && (await context.store.get(contractEntity, { id: claim.contractId }));
    const shown = await shownOf(context, wanted, [contract]);
    return { items: shown.flatMap((one) => (one ? [one] : [])) };
  }
  const { part, read } = partOf(wanted, context);
  return siftedPage(context.store, { ...part, ...pagingOf(wanted) }, async (items) =>
    shownOf(context, wanted, await read(items)),
  );
};
