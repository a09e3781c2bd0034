import { changedDeal, reassignedDeal } from "../../domain/deals/change.ts";
import {
  asNextVersion,
  type Deal,
  type ShownDeal,
  showDeal,
  withMovesSpilled,
} from "../../domain/deals/deal.ts";
import type { DealChange } from "../../domain/deals/input.ts";
import { type DealRules, type Happening, lost, moved, reopened, won } from "../../domain/deals/pipeline.ts";
import { changedFieldValues } from "../../domain/fields/values.ts";
import { notFound } from "../../domain/kernel/errors.ts";
import { dealChange, dealReassignment, dealStep } from "../../events/deals.ts";
import { type Context, checkVersion } from "../kit/context.ts";
import { moveExternalId } from "../kit/external-id.ts";
import { runParallel } from "../kit/parallel.ts";
import type { Handlers } from "../kit/serve.ts";
import { enteredDeal, rulesOf, withoutFaults } from "./create.ts";
import { dealEvidenceHandlers, evidenced, unprovenOf, withAgreement } from "./evidence.ts";
import { dealListHandlers } from "./lists.ts";
import { checkMayGive, checkNamed, lookUp, mayRead, type Named, ownerOf } from "./references.ts";
import type { dealRoutes } from "./routes.ts";
import { unchanged } from "./sales.ts";
import { dealEntity, dealUpdate, overrideWrites } from "./store.ts";
import { summarizeDeals } from "./summary.ts";

/** The deal, if the member may see it. @throws record.not-found, record.stale */
const loaded = async (context: Context, id: string): Promise<Deal> => {
  const deal = await context.store.get(dealEntity, { id });
  if (!deal || !mayRead(context, deal)) throw notFound();
  checkVersion(context, deal);
  return deal;
};

/**
 * A step of a deal by the rules of its type: loaded, decided, saved with the evidence that it rests on. A step that changes
 * nothing writes nothing.
 */
const stepped = async (
  context: Context,
  dealId: string,
  decide: (rules: DealRules, deal: Deal, happening: Happening) => Deal,
  asked: { readonly reason?: string; readonly pointer: string } = { pointer: "" },
): Promise<ShownDeal & { readonly moved: boolean }> => {
  const [deal, settings] = await runParallel([() => loaded(context, dealId), () => context.settings()]);
  const rules = rulesOf(context, settings);
  const decided = decide(rules, deal, { at: context.now, by: context.member.id });
  if (decided === deal) return context.save({ writes: [], answer: { ...showDeal(deal), moved: false } });
  const proven = await evidenced(context, rules, decided, asked);
  const {
    deal: stepped,
    proof,
    override,
  } = decided.state === "won" ? await withAgreement(context, proven) : proven;
  const { deal: next, blocks } = withMovesSpilled(asNextVersion(stepped, context.now));
  return context.save({
    writes: [...dealUpdate(next, blocks), ...overrideWrites(next, override), ...unchanged(proof)],
    happened: [dealStep(next)],
    answer: { ...showDeal(next), moved: true },
  });
};

const namedByChange = (deal: Deal, change: DealChange, fields: Named["fields"]): Named => ({
  ownerId: change.ownerId === deal.ownerId ? undefined : change.ownerId,
  clientId: change.clientId === deal.clientId ? undefined : (change.clientId ?? undefined),
  ...(change.contacts
    ? {
        contacts: {
          clientId: change.clientId === undefined ? deal.clientId : (change.clientId ?? undefined),
          of: change.contacts,
        },
      }
    : {}),
  participantIds: change.participantIds?.filter((id) => !deal.participantIds.includes(id)),
  items: change.items,
  fields,
});

export const dealHandlers: Handlers<typeof dealRoutes> = {
  ...dealListHandlers,
  ...dealEvidenceHandlers,
  summarizeDeals,

  async createDeal({ body }, context) {
    const { deal, writes, happened } = await enteredDeal(body, context);
    return context.save({ writes, happened, answer: showDeal(deal) });
  },

  async readDeal({ params }, context) {
    const deal = await loaded(context, params.dealId);
    const unproven = await unprovenOf(context, deal);
    return unproven.length === 0 ? showDeal(deal) : { ...showDeal(deal), unproven };
  },

  async changeDeal({ params, body }, context) {
    const [deal, settings] = await runParallel([
      () => loaded(context, params.dealId),
      () => context.settings(),
    ]);
    const fields = withoutFaults(changedFieldValues(settings.fields.deal, deal.fields, body.fields ?? {}));
    const named = namedByChange(deal, body, fields.references);
    const found = await lookUp(context.store, named, [context.member]);
    checkNamed(context, named, found);

    const { ownerId, ...change } = body;
    const names = Object.keys(change);
    const changed =
      names.length === 0
        ? deal
        : changedDeal(
            deal,
            change,
            {
              rules: rulesOf(context, settings),
              products: found.products,
              fields: fields.values,
            },
            context.now,
          );
    const happened = names.length === 0 ? [] : [dealChange(changed, names)];
    const claims =
      body.externalId === undefined
        ? []
        : await moveExternalId(context.store, "deal", deal, changed.externalId);
    if (named.ownerId === undefined)
      return context.save({
        writes: changed === deal ? [] : [...dealUpdate(changed), ...claims],
        happened,
        answer: showDeal(changed),
      });
    checkMayGive(context, deal);
    const owner = ownerOf(context, named.ownerId, found);
    // One write, one version, whatever else is changed with the owner.
    const reassigned = {
      ...reassignedDeal(changed, owner, context.member.id, context.now),
      version: deal.version + 1,
    };
    return context.save({
      writes: [...dealUpdate(reassigned), ...claims],
      happened: [...happened, dealReassignment(deal, reassigned)],
      answer: showDeal(reassigned),
    });
  },

  moveDeal: ({ params, body }, context) =>
    stepped(context, params.dealId, (rules, deal, happening) => moved(rules, deal, body.stageId, happening), {
      pointer: "/stageId",
    }),

  winDeal: ({ params }, context) => stepped(context, params.dealId, won),

  overrideDeal: ({ params, body: { stageId, reason } }, context) =>
    stepped(
      context,
      params.dealId,
      (rules, deal, happening) =>
        stageId === undefined ? won(rules, deal, happening) : moved(rules, deal, stageId, happening),
      { reason, pointer: "/stageId" },
    ),

  loseDeal: ({ params, body }, context) =>
    stepped(context, params.dealId, (rules, deal, happening) => lost(rules, deal, body, happening)),

  reopenDeal: ({ params }, context) => stepped(context, params.dealId, reopened),
};
