import type { HandedOver } from "../../domain/access/handover.ts";
import type { Client } from "../../domain/clients/client.ts";
import { reassignedClient } from "../../domain/clients/client.ts";
import { reassignedDeal, withParticipantReplaced } from "../../domain/deals/change.ts";
import type { Deal } from "../../domain/deals/deal.ts";
import type { Page, Paging } from "../../domain/kernel/page.ts";
import type { Instant } from "../../domain/kernel/time.ts";
import { clientReassigned } from "../../events/clients.ts";
import { dealChange, dealReassignment } from "../../events/deals.ts";
import { type Happened, happened } from "../../events/event.ts";
import { clientEntity, partitions as clientPartitions } from "../clients/store.ts";
import { dealEntity, partitions as dealPartitions, idInPlace } from "../deals/store.ts";
import { type Store, update, type Write } from "../kit/table/store.ts";

export interface NewOwner {
  readonly ownerId: string;
  readonly teamId?: string | undefined;
}

export interface Reassignment {
  readonly write: Write;
  readonly happened: Happened;
}

/** A kind of record that a member leaves behind: where it is found, and how it comes into other hands. */
export interface Estate {
  readonly counted: HandedOver;
  /** A page of the ids of what may be the member's: lists follow a change a moment later. */
  readonly list: (store: Store, memberId: string, paging: Paging) => Promise<Page<string>>;
  /** Reads the records anew, and reassigns those that are still the member's. */
  readonly reassign: (
    store: Store,
    ids: readonly string[],
    memberId: string,
    owner: NewOwner,
    now: Instant,
  ) => Promise<Reassignment[]>;
}

const ownedIds = async (store: Store, pk: string, paging: Paging): Promise<Page<string>> => {
  const { items, ...rest } = await store.list<{ readonly id: string }>({ index: "owner", pk, ...paging });
  return { ...rest, items: items.map(({ id }) => id) };
};

/** Who is said to have done it: the dismissal itself stands under the name of the admin. */
const by = "system";

const clients: Estate = {
  counted: "clients",
  list: (store, memberId, paging) => ownedIds(store, clientPartitions.owner(memberId), paging),
  async reassign(store, ids, memberId, owner, now) {
    const found = await store.getAll(
      clientEntity,
      ids.map((id) => ({ id })),
    );
    return found
      .filter((client): client is Client => client?.ownerId === memberId)
      .map((client) => {
        const after = reassignedClient(client, owner, by, now);
        return {
          write: update(clientEntity, after),
          happened: happened(clientReassigned, {
            clientId: client.id,
            from: { ownerId: client.ownerId, teamId: client.teamId },
            to: { ownerId: after.ownerId, teamId: after.teamId },
          }),
        };
      });
  },
};

const deals: Estate = {
  counted: "deals",
  list: (store, memberId, paging) => ownedIds(store, dealPartitions.owner(memberId, "open"), paging),
  async reassign(store, ids, memberId, owner, now) {
    const found = await store.getAll(
      dealEntity,
      ids.map((id) => ({ id })),
    );
    return found
      .filter((deal): deal is Deal => deal?.ownerId === memberId && deal.state === "open")
      .map((deal) => {
        const after = reassignedDeal(deal, owner, by, now);
        return { write: update(dealEntity, after), happened: dealReassignment(deal, after) };
      });
  },
};

const participations: Estate = {
  counted: "participations",
  async list(store, memberId, paging) {
    const { items, ...rest } = await store.items({
      pk: dealPartitions.participant(memberId, "open"),
      ...paging,
    });
    return { ...rest, items: items.map((item) => idInPlace(item.sk?.S ?? "")) };
  },
  async reassign(store, ids, memberId, { ownerId }, now) {
    const found = await store.getAll(
      dealEntity,
      ids.map((id) => ({ id })),
    );
    return found
      .filter((deal): deal is Deal => deal?.state === "open" && deal.participantIds.includes(memberId))
      .map((deal) => {
        const after = withParticipantReplaced(deal, memberId, ownerId, now);
        return { write: update(dealEntity, after), happened: dealChange(after, ["participantIds"]) };
      });
  },
};

export const estates: readonly Estate[] = [clients, deals, participations];
