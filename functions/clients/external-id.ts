import type { Client } from "../../domain/clients/client.ts";
import { externalIdsClaimedEntity, externalIdTaken } from "../kit/external-id.ts";
import type { Store } from "../kit/table/store.ts";
import { clientEntity, foundBy, partitions } from "./store.ts";

/** Of the clients that an external id is found by, one that still has it is enough. */
const mostLooked = 10;

/**
 * Refuses an external id that a client has had since before there were claims: it is found by its lookup. Newer ones are refused
 * by the claim, in the write itself.
 * @throws record.external-id-taken
 */
export const checkExternalIdFree = async (
  store: Store,
  { id, externalId }: Pick<Client, "id" | "externalId">,
): Promise<void> => {
  if (externalId === undefined || (await store.get(externalIdsClaimedEntity, {}))) return;
  const { items } = await store.items({ pk: partitions.external(externalId), limit: mostLooked });
  const found = await store.getAll(
    clientEntity,
    items.map((item) => ({ id: foundBy(item.sk?.S ?? "").clientId })),
  );
  const holder = found.find((client) => client?.externalId === externalId && client.id !== id);
  if (holder) throw externalIdTaken("client", externalId, holder.id);
};
