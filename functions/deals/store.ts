import * as z from "zod";
import { Deal, DealOverride, Move, type MovesBlock } from "../../domain/deals/deal.ts";
import { noValue } from "../../domain/deals/sums.ts";
import { claimExternalId } from "../kit/external-id.ts";
import { entity, type Key } from "../kit/table/entity.ts";
import { create, update, type Write } from "../kit/table/store.ts";

/**
 * Access patterns: a deal by id; the open deals of an owner, a participant, a team or the tenant by type, stage and urgency;
 * closed ones by the instant of closing (the tenant's by month); a client's deals by registration; a deal's older moves; its overrides, and the tenant's.
 */

/** Sorts behind every instant: a deal that no time limit presses. */
const noDue = "9999-12-31T23:59:59.999Z";

export const partitions = {
  owner: (memberId: string, state: string) => `DEALS#OWNER#${memberId}#${state}`,
  /** Lookups: the deals that a member does not own and takes part in, in the order of the owner's. */
  participant: (memberId: string, state: string) => `DEALS#PARTICIPANT#${memberId}#${state}`,
  team: (teamId: string, state: string) => `DEALS#TEAM#${teamId}#${state}`,
  board: (typeId: string, stageId: string | undefined) => `DEALS#BOARD#${typeId}#${stageId ?? noValue}`,
  closed: (state: string, month: string) => `DEALS#CLOSED#${state}#${month}`,
  client: (clientId: string) => `CLIENT#${clientId}`,
  overrides: "DEALS#OVERRIDES",
  overridesOfDeal: (dealId: string) => `DEAL#${dealId}`,
};
/** Sort keys of a deal's overrides begin so. */
export const overridePrefix = "OVERRIDE#";

const dueOf = (deal: Deal): string => `${deal.stageDueAt ?? noDue}#${deal.id}`;

/** Where a deal stands among others of its state: open ones by type, stage and urgency, closed ones by closing. */
const placeAmong = (deal: Deal): string =>
  deal.state === "open"
    ? `${deal.typeId}#${deal.stageId ?? noValue}#${dueOf(deal)}`
    : `${deal.closedAt ?? ""}#${deal.id}`;

/** The id at the end of such a place. */
export const idInPlace = (sk: string): string => sk.slice(sk.lastIndexOf("#") + 1);

const indexesOf = (deal: Deal): Partial<Record<"owner" | "team" | "list" | "client", Key>> => {
  const sk = placeAmong(deal);
  return {
    owner: { pk: partitions.owner(deal.ownerId, deal.state), sk },
    ...(deal.teamId ? { team: { pk: partitions.team(deal.teamId, deal.state), sk } } : {}),
    list:
      deal.state === "open"
        ? { pk: partitions.board(deal.typeId, deal.stageId), sk: dueOf(deal) }
        : { pk: partitions.closed(deal.state, deal.closedMonth ?? ""), sk },
    ...(deal.clientId
      ? { client: { pk: partitions.client(deal.clientId), sk: `DEAL#${deal.registeredAt}#${deal.id}` } }
      : {}),
  };
};

export const dealEntity = entity<Deal, { readonly id: string }>({
  name: "deal",
  schema: Deal,
  key: ({ id }) => ({ pk: `DEAL#${id}`, sk: "DEAL" }),
  indexes: indexesOf,
  lookups: (deal) =>
    deal.participantIds
      .filter((id) => id !== deal.ownerId)
      .map((id) => ({ pk: partitions.participant(id, deal.state), sk: placeAmong(deal) })),
});

const OlderMoves = z.object({ version: z.int(), id: z.string(), n: z.int(), moves: z.array(Move) });
export type OlderMoves = z.infer<typeof OlderMoves>;

/** A block of moves that the record had no room for. */
export const olderMovesEntity = entity<OlderMoves, { readonly id: string; readonly n: number }>({
  name: "deal-moves",
  schema: OlderMoves,
  key: ({ id, n }) => ({ pk: `DEAL#${id}`, sk: `MOVES#${String(n).padStart(6, "0")}` }),
});

const OverrideRecord = DealOverride.extend({
  version: z.literal(1),
  dealId: z.string(),
  dealVersion: z.int().meta({ description: "The version of the deal that the step led to" }),
});
export type OverrideRecord = z.infer<typeof OverrideRecord>;

/** That a deal came somewhere though something was not proven; the deal shows its last ones only. */
export const overrideEntity = entity<OverrideRecord, Pick<OverrideRecord, "dealId" | "at" | "dealVersion">>({
  name: "deal-override",
  schema: OverrideRecord,
  key: ({ dealId, at, dealVersion }) => ({
    pk: partitions.overridesOfDeal(dealId),
    sk: `${overridePrefix}${at}#${dealVersion}`,
  }),
  indexes: ({ dealId, at }) => ({ list: { pk: partitions.overrides, sk: `${at}#${dealId}` } }),
});

export const overrideWrites = (deal: Deal, override: DealOverride | undefined): Write[] =>
  override
    ? [create(overrideEntity, { ...override, version: 1, dealId: deal.id, dealVersion: deal.version })]
    : [];

const blockWrites = (deal: Deal, blocks: readonly MovesBlock[]): Write[] =>
  blocks.map(({ n, moves }) => create(olderMovesEntity, { version: 1, id: deal.id, n, moves: [...moves] }));

/** What is written for a new deal: one item, unless a long past or an external id was entered with it. */
export const dealCreation = (deal: Deal, blocks: readonly MovesBlock[]): Write[] => [
  create(dealEntity, deal),
  ...claimExternalId("deal", deal),
  ...blockWrites(deal, blocks),
];

/** What is written for the next version of a deal. */
export const dealUpdate = (deal: Deal, blocks: readonly MovesBlock[] = []): Write[] => [
  update(dealEntity, deal),
  ...blockWrites(deal, blocks),
];
