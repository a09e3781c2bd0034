import { Pending } from "../../domain/ledger/pending.ts";
import { dueKey } from "../kit/table/due.ts";
import { entity } from "../kit/table/entity.ts";
import { spread } from "../kit/table/spread.ts";

/**
 * Access patterns: how a pending transaction stands, beside the transaction; those that are open by expiry (index
 * `list`, sharded); those of all tenants that are due to expire (index `due`). With its settlement a state is gone
 * from both indexes.
 */
const shards = 4;
export const pendingPartitions: readonly string[] = Array.from(
  { length: shards },
  (_, shard) => `LEDGER-PENDING#${shard}`,
);

/** What the sweep asks for. */
export const expiryWork = "LEDGER-EXPIRY";

export const pendingEntity = entity<Pending, { readonly id: string }>({
  name: "ledger-pending",
  schema: Pending,
  key: ({ id }) => ({ pk: `LEDGER-TX#${id}`, sk: "STATE" }),
  indexes: ({ id, status, expiresAt }) =>
    status === "open"
      ? {
          list: { pk: `LEDGER-PENDING#${spread(id, shards)}`, sk: `${expiresAt}#${id}` },
          due: dueKey(expiryWork, expiresAt, id),
        }
      : {},
});
