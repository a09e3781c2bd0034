import type { DealState } from "../../domain/deals/deal.ts";
import { productShares, type SumFacts } from "../../domain/deals/sums.ts";

/** An attribute as the table, its stream and their clients give it, as far as it is read here. */
export interface ImageValue {
  readonly S?: string | undefined;
  readonly N?: string | undefined;
  readonly M?: Image | undefined;
  readonly L?: readonly ImageValue[] | undefined;
}
export type Image = { readonly [name: string]: ImageValue | undefined };

const numberAt = (item: Image | undefined, name: string): number | undefined => {
  const text = item?.[name]?.N;
  return text === undefined ? undefined : Number(text);
};

const isState = (text: string): text is DealState => text === "open" || text === "won" || text === "lost";

/**
 * What of a deal's item the figures are made of, read without building the whole record: the projector does it for
 * every change and a computed summary for every deal.
 */
export const factsOf = (item: Image): SumFacts => {
  const needed = (name: string): string => {
    const text = item[name]?.S;
    if (text === undefined) throw new Error(`a deal's item has no ${name}`);
    return text;
  };
  const state = needed("state");
  if (!isState(state)) throw new Error(`a deal's item is in the state ${state}`);
  const amountMinor = numberAt(item, "amountMinor");
  const probability = item.probability?.M;
  const items = item.items?.L?.map(({ M: line }) => ({
    productId: line?.productId?.S ?? "",
    totalMinor: numberAt(line, "totalMinor") ?? 0,
  }));
  return {
    state,
    typeId: needed("typeId"),
    stageId: item.stageId?.S,
    ownerId: needed("ownerId"),
    teamId: item.teamId?.S,
    clientId: item.clientId?.S,
    registeredMonth: needed("registeredMonth"),
    closedMonth: item.closedMonth?.S,
    currency: needed("currency"),
    amountMinor,
    percent: numberAt(probability, "manualPercent") ?? numberAt(probability, "standardPercent") ?? 0,
    products: productShares(items, amountMinor),
  };
};
