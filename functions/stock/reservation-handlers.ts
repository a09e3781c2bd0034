import { visible } from "../../domain/access/scope.ts";
import { Failure, notFound } from "../../domain/kernel/errors.ts";
import { pagingOf } from "../../domain/kernel/page.ts";
import type { Reservation } from "../../domain/stock/reservation.ts";
import { dealEntity } from "../deals/store.ts";
import { type Context, checkVersion } from "../kit/context.ts";
import { found } from "../kit/found.ts";
import type { Handlers } from "../kit/serve.ts";
import { checkNotOfOrder, namedDeal } from "./links.ts";
import { postMovement, reservedShipment } from "./movements.ts";
import type { reservationRoutes } from "./reservation-routes.ts";
import { release, reservation } from "./reservations.ts";
import { reservationEntity, stockPartitions } from "./store.ts";
import { inTurn, untilSettled } from "./turns.ts";

type Seeing = Pick<Context, "store" | "member" | "scope">;

/** Whether all reservations of a deal are within the member's reach, because the deal is. */
const reachesDeal = async ({ store, member, scope }: Seeing, id: string): Promise<boolean> => {
  if (scope === "all") return true;
  const deal = await store.get(dealEntity, { id });
  return deal !== undefined && visible(member, scope, deal);
};

/**
 * The reservation. One for a deal belongs to whoever the deal belongs to now.
 * @throws record.not-found, also where the member's right does not reach it
 */
const loadReservation = async (context: Seeing, id: string): Promise<Reservation> => {
  const reservation = await found(context.store.get(reservationEntity, { id }));
  const { dealId } = reservation;
  const reached =
    dealId === undefined
      ? visible(context.member, context.scope, reservation)
      : await reachesDeal(context, dealId);
  if (!reached) throw notFound();
  return reservation;
};

/** Where the active reservations lie that the member's right reaches; a member in no team has their own. */
const activePart = ({ member, scope }: Pick<Context, "member" | "scope">) => {
  if (scope === "all") return { index: "list", pk: stockPartitions.reservations } as const;
  return scope === "team" && member.teamId !== undefined
    ? ({ index: "team", pk: stockPartitions.reservationsOfTeam(member.teamId) } as const)
    : ({ index: "owner", pk: stockPartitions.reservationsOfOwner(member.id) } as const);
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

  async listReservations({ query }, context) {
    const { deal } = query;
    if (deal !== undefined && !(await reachesDeal(context, deal))) return { items: [] };
    return context.store.list<Reservation>({
      ...(deal === undefined
        ? activePart(context)
        : { index: "client", pk: stockPartitions.reservationsOfDeal(deal) }),
      newestFirst: true,
      ...pagingOf(query),
    });
  },

  async readReservation({ params }, context) {
    return loadReservation(context, params.reservationId);
  },

  async releaseReservation({ params, body }, context) {
    return untilSettled(context, async () => {
      const standing = await loadReservation(context, params.reservationId);
      checkVersion(context, standing);
      checkNotOfOrder(standing);
      const made = await release(context, standing, "released", body.lines);
      return context.save({ ...made, answer: made.reservation });
    });
  },

  async shipReservation({ params, body }, context) {
    return untilSettled(context, async () => {
      const standing = await loadReservation(context, params.reservationId);
      checkVersion(context, standing);
      checkNotOfOrder(standing);
      const { lines, ...head } = body;
      return postMovement(
        context,
        await reservedShipment(context, { by: context.member.id, ...head }, standing, lines),
      );
    });
  },
};
