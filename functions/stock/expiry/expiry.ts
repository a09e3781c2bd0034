import { isExpired, type Reservation } from "../../../domain/stock/reservation.ts";
import { saveAs } from "../../kit/context.ts";
import type { Run } from "../../kit/scheduled.ts";
import { sweeping } from "../../kit/sweep.ts";
import type { Due } from "../../kit/table/due.ts";
import { fromItem } from "../../kit/table/item.ts";
import { Store } from "../../kit/table/store.ts";
import { release } from "../reservations.ts";
import { expiryWork, reservationEntity } from "../store.ts";
import { untilSettled } from "../turns.ts";

/**
 * Gives free what an expired reservation still holds. Done again, or at the same time as another run or a shipment, it
 * finds the reservation ended and does nothing.
 */
const expire = async (run: Run, { tenantId, item }: Due): Promise<boolean> => {
  const { now, newId } = run;
  const store = new Store(run.database, tenantId);
  const { id } = fromItem<Reservation>(item);
  return untilSettled(run, async () => {
    // The index is a moment old: what stands in the table decides.
    const reservation = await store.get(reservationEntity, { id });
    if (reservation?.state !== "active" || !isExpired(reservation, now)) return false;
    const change = await release({ store, now }, reservation, "expired");
    await saveAs({ store, now, newId, correlationId: `stock-expiry ${now}` }, "system", change);
    return true;
  });
};

/** Gives free what all expired reservations hold. */
export const sweep = sweeping({ work: expiryWork, called: "reservations", pages: 20, expire });
