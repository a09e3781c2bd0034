import { withAgreedSale } from "../../domain/deals/agreed.ts";
import type { Deal, DealOverride } from "../../domain/deals/deal.ts";
import { demandedFor, demandedWhere, overridden } from "../../domain/deals/demands.ts";
import { evidenceMissing, missingOf, provenBy } from "../../domain/deals/evidence.ts";
import { type DealRules, dealTypeOf } from "../../domain/deals/pipeline.ts";
import { amountsOf, documentsOf, joinedSales, noSales, type Sales } from "../../domain/deals/sales.ts";
import type { EvidenceKind } from "../../domain/deals/type.ts";
import { Failure, notFound } from "../../domain/kernel/errors.ts";
import { pagingOf } from "../../domain/kernel/page.ts";
import type { Context } from "../kit/context.ts";
import { runParallel } from "../kit/parallel.ts";
import type { RequestOf } from "../kit/route.ts";
import type { Handlers } from "../kit/serve.ts";
import { fromItem } from "../kit/table/item.ts";
import { siftedPage } from "../kit/table/sifted.ts";
import { rulesOf } from "./create.ts";
import type { dealEvidenceRoutes } from "./evidence-routes.ts";
import { mayRead } from "./references.ts";
import { loadOffers, loadSales } from "./sales.ts";
import { dealEntity, type OverrideRecord, overridePrefix, partitions } from "./store.ts";

/** A step that may be written as long as the records that it rests on stand as they are. */
export interface Evidenced {
  readonly deal: Deal;
  readonly proof: Sales;
  readonly override?: DealOverride;
  /** What was looked at; absent where nothing is demanded. */
  readonly sales?: Sales;
}

interface Asked {
  /** Why it is to be taken though something is missing. The right to say so has been checked. */
  readonly reason?: string | undefined;
  /** The field that asks for the step. */
  readonly pointer: string;
  /** What the same change makes of the deal's sales. */
  readonly sales?: (sales: Sales) => Sales;
}

/**
 * Holds the last step of a deal against what its type demands for it. Where nothing is demanded, nothing is read.
 * @throws deal.evidence-missing naming all that is, limit.exceeded
 */
export const evidenced = async (
  context: Context,
  rules: DealRules,
  deal: Deal,
  { reason, pointer, sales: changed }: Asked,
): Promise<Evidenced> => {
  const step = deal.moves.at(-1);
  const demanded = step ? demandedFor(dealTypeOf(rules, deal.typeId), step) : [];
  if (demanded.length === 0) return { deal, proof: noSales };
  const loaded = await loadSales(context, deal.id);
  const sales = changed?.(loaded) ?? loaded;
  const missing = missingOf(demanded, sales);
  const proof = provenBy(demanded, sales);
  if (missing.length === 0) return { deal, proof, sales };
  if (reason === undefined) throw evidenceMissing(missing, pointer);
  return { proof, sales, ...overridden(deal, missing, reason) };
};

/**
 * A won deal with the amount of its quotes and orders. Where there are too many of them to be looked at it keeps its own.
 * @param evidenced the deal, held against what its type demands
 */
export const withAgreement = async (context: Context, { sales, ...step }: Evidenced): Promise<Evidenced> => {
  try {
    const offers = sales ?? (await loadOffers(context, step.deal));
    const { deal, by } = withAgreedSale(step.deal, offers);
    return { ...step, deal, proof: joinedSales([step.proof, by]) };
  } catch (error) {
    if (error instanceof Failure && error.code === "limit.exceeded") return step;
    throw error;
  }
};

/**
 * What of a deal's place is not proven now: it was overridden, or taken back since. Where the type demands nothing there, nothing
 * is read. What is too much to be looked at is not proven.
 */
export const unprovenOf = async (context: Context, deal: Deal): Promise<EvidenceKind[]> => {
  const rules = rulesOf(context, await context.settings());
  const demanded = demandedWhere(dealTypeOf(rules, deal.typeId), deal);
  if (demanded.length === 0) return [];
  try {
    return missingOf(demanded, await loadSales(context, deal.id)).map(({ kind }) => kind);
  } catch (error) {
    if (error instanceof Failure && error.code === "limit.exceeded") return demanded;
    throw error;
  }
};

type Listed = RequestOf<typeof dealEvidenceRoutes.listDealOverrides>["query"];

const overridesPart = ({ deal }: Listed) =>
  deal === undefined
    ? ({ index: "list", pk: partitions.overrides } as const)
    : { pk: partitions.overridesOfDeal(deal), beginsWith: overridePrefix };

export const dealEvidenceHandlers: Pick<
  Handlers<typeof dealEvidenceRoutes>,
  "readDealSales" | "listDealOverrides"
> = {
  async readDealSales({ params }, context) {
    const [deal, settings] = await runParallel([
      () => context.store.get(dealEntity, { id: params.dealId }),
      () => context.settings(),
    ]);
    if (!deal || !mayRead(context, deal)) throw notFound();
    const sales = await loadSales(context, deal.id);
    const type = dealTypeOf(rulesOf(context, settings), deal.typeId);
    return {
      dealId: deal.id,
      currency: deal.currency,
      amountMinor: deal.amountMinor,
      amounts: amountsOf(sales),
      unproven: missingOf(demandedWhere(type, deal), sales),
      ...documentsOf(sales),
    };
  },

  async listDealOverrides({ query }, context) {
    return siftedPage(
      context.store,
      { ...overridesPart(query), newestFirst: true, ...pagingOf(query) },
      async (items) => {
        const overrides = items.map((item) => fromItem<OverrideRecord>(item));
        const ids = [...new Set(overrides.map(({ dealId }) => dealId))];
        const deals = await context.store.getAll(
          dealEntity,
          ids.map((id) => ({ id })),
        );
        const reached = new Set(deals.flatMap((deal) => (deal && mayRead(context, deal) ? [deal.id] : [])));
        return overrides.map((override) => (reached.has(override.dealId) ? override : undefined));
      },
    );
  },
};
