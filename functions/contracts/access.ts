import { scopeOf } from "../../domain/access/permissions.ts";
import { visible } from "../../domain/access/scope.ts";
import { believedLinks } from "../../domain/clients/links.ts";
import type { Doing } from "../../domain/contracts/change.ts";
import type { ContractRecord } from "../../domain/contracts/contract.ts";
import { Failure, notFound } from "../../domain/kernel/errors.ts";
import { dayIn } from "../../domain/kernel/time.ts";
import { reachedClients } from "../clients/access.ts";
import { unknownClient } from "../clients/references.ts";
import { clientEntity, counterpartyEntity } from "../clients/store.ts";
import { dealEntity } from "../deals/store.ts";
import type { Context } from "../kit/context.ts";
import { runParallel } from "../kit/parallel.ts";
import { contractEntity } from "./store.ts";

/** The tenant's day at the instant of the request. */
export const todayOf = ({ now, tenant }: Pick<Context, "now" | "tenant">) => dayIn(now, tenant.timeZone);

export const doingOf = (context: Context): Doing => ({
  by: context.member.id,
  now: context.now,
  today: todayOf(context),
});

type Seeing = Pick<Context, "store" | "member" | "scope">;

/** A contract is seen by whoever sees its client. @throws record.not-found where there is none, and out of reach */
export const loadContract = async (context: Seeing, id: string): Promise<ContractRecord> => {
  const contract = await context.store.get(contractEntity, { id });
  if (!contract || !(await reachedClients(context, [contract.clientId])).has(contract.clientId))
    throw notFound();
  return contract;
};

/** @throws reference.unknown where the client is not there or out of reach, or the counterparty is not the client's */
export const checkParties = async (
  context: Seeing,
  { clientId, counterpartyId }: Pick<ContractRecord, "clientId" | "counterpartyId">,
): Promise<void> => {
  const [client, counterparty] = await runParallel([
    () => context.store.get(clientEntity, { id: clientId }),
    () => context.store.get(counterpartyEntity, { id: counterpartyId }),
  ]);
  if (!client || !visible(context.member, context.scope, client)) throw unknownClient("/clientId");
  const belongs = believedLinks(counterparty?.links ?? []).some((link) => link.clientId === clientId);
  if (!belongs)
    throw new Failure("reference.unknown", {
      fields: [{ pointer: "/counterpartyId", reason: "names no counterparty of the client" }],
    });
};

/** @throws reference.unknown where the deal is not there, out of reach, or not of the contract's client */
export const checkDeal = async (
  { store, member }: Seeing,
  dealId: string,
  { clientId }: Pick<ContractRecord, "clientId">,
): Promise<void> => {
  const deal = await store.get(dealEntity, { id: dealId });
  const scope = scopeOf(member.role, "deal:read");
  if (!deal || deal.clientId !== clientId || scope === undefined || !visible(member, scope, deal))
    throw new Failure("reference.unknown", {
      fields: [{ pointer: "/dealId", reason: "names no deal of the contract's client" }],
    });
};
