import { visible } from "../../domain/access/scope.ts";
import { Failure, notFound } from "../../domain/kernel/errors.ts";
import { pageSize } from "../../domain/kernel/page.ts";
import type { Reservation } from "../../domain/stock/reservation.ts";
import { type Context, checkVersion } from "../kit/context.ts";
import type { Handlers } from "../kit/serve.ts";
import { namedDeal } from "./links.ts";
import { postMovement, reservedShipment } from "./movements.ts";
import type { reservationRoutes } from "./reservation-routes.ts";
import { release, reservation } from "./reservations.ts";
import { reservationEntity, stockPartitions } from "./store.ts";
import { inTurn, untilSettled } from "./turns.ts";

const loadReservation = async ({ store }: Pick<Context, "store">, id: string): Promise<Reservation> => {
  const found = await store.get(reservationEntity, { id });
  if (!found) throw notFound();
  return found;
};

/** Whose reservation it is: that of the deal's owner, else of the member who reserves. @throws deal.closed */
const headOf = async (context: Context, dealId: string | undefined) => {
  const { member, scope } = context;
  if (dealId === undefined)
    return { ownerId: member.id, ...(member.teamId === undefined ? {} : { teamId: member.teamId }) };
  const deal = await namedDeal(context, dealId);
  if (!visible(member, scope, deal))
    throw new Failure("reference.unknown", { fields: [{ pointer: "/dealId", reason: "names no deal" }] });
  if (deal.state === "lost") throw new Failure("deal.closed", { detail: "The deal is lost." });
  const { clientId, ownerId, teamId } = deal;
  return {
    dealId,
    ownerId,
    ...(clientId === undefined ? {} : { clientId }),
    ...(teamId === undefined ? {} : { teamId }),
  };
};

export const reservationHandlers: Handlers<typeof reservationRoutes> = {
  async reserveStock({ body }, context) {
    const { dealId, lines, ...more } = body;
    const head = { ...(await headOf(context, dealId)), ...more };
    return inTurn(
      lines.map(({ productId }) => `${context.store.tenantId} ${productId}`),
      () =>
        untilSettled(context, async () => {
          const made = await reservation(context, { id: context.newId("reservation"), ...head }, lines);
          return context.save({ ...made, answer: made.reservation });
        }),
    );
  },

  async listReservations({ query }, { store }) {
    const { deal, limit = pageSize.standard, cursor } = query;
    return store.list<Reservation>({
      ...(deal === undefined
        ? { index: "list", pk: stockPartitions.reservations }
        : { index: "client", pk: stockPartitions.reservationsOfDeal(deal) }),
      newestFirst: true,
      limit,
      cursor,
    });
  },

  async readReservation({ params }, context) {
    return loadReservation(context, params.reservationId);
  },

  async releaseReservation({ params, body }, context) {
    return untilSettled(context, async () => {
      const standing = await loadReservation(context, params.reservationId);
      if (!visible(context.member, context.scope, standing)) throw notFound();
      checkVersion(context, standing);
      const made = await release(context, standing, "released", body.lines);
      return context.save({ ...made, answer: made.reservation });
    });
  },

  async shipReservation({ params, body }, context) {
    return untilSettled(context, async () => {
      const standing = await loadReservation(context, params.reservationId);
      checkVersion(context, standing);
      const { lines, ...head } = body;
      return postMovement(
        context,
        await reservedShipment(context, { by: context.member.id, ...head }, standing, lines),
      );
    });
  },
};
