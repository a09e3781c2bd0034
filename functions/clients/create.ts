import { checkAssignable } from "../../domain/access/member.ts";
import { scopeOf } from "../../domain/access/permissions.ts";
import type { Member } from "../../domain/access/records.ts";
import { visible } from "../../domain/access/scope.ts";
import type { Client, Responsibility } from "../../domain/clients/client.ts";
import { believedLinks } from "../../domain/clients/links.ts";
import { type NewClientWhole, type NewRecords, newClientWhole } from "../../domain/clients/whole.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { dayIn } from "../../domain/kernel/time.ts";
import { clientCreated } from "../../events/clients.ts";
import { type Happened, happened } from "../../events/event.ts";
import { teamEntity } from "../access/store.ts";
import type { Actor } from "../kit/context.ts";
import { memberEntity } from "../kit/records.ts";
import type { Store, Write } from "../kit/table/store.ts";
import { checkExternalIdFree } from "./external-id.ts";
import { checkReferences, unknownClient } from "./references.ts";
import { clientCreation, clientEntity } from "./store.ts";

interface Named {
  readonly ownerId?: string | undefined;
  /** `null`: no team. */
  readonly teamId?: string | null | undefined;
}

const checkTeam = async (store: Store, teamId: string): Promise<void> => {
  if (!(await store.get(teamEntity, { id: teamId })))
    throw new Failure("reference.unknown", { fields: [{ pointer: "/teamId", reason: "names no team" }] });
};

/**
 * Who is responsible: the member who was named, or else who acts; the team that was named, or else the owner's.
 * @throws reference.unknown, member.not-assignable
 */
export const responsibilityOf = async (
  store: Store,
  acting: Member,
  { ownerId = acting.id, teamId }: Named,
): Promise<Responsibility> => {
  const owner =
    ownerId === acting.id
      ? acting
      : checkAssignable(await store.get(memberEntity, { id: ownerId }), "/ownerId");
  if (teamId && teamId !== owner.teamId) await checkTeam(store, teamId);
  return { ownerId: owner.id, teamId: teamId === undefined ? owner.teamId : (teamId ?? undefined) };
};

/** Who is responsible after a change, which may name another owner, another team, or neither. */
export const responsibilityAfter = async (
  store: Store,
  acting: Member,
  before: Responsibility,
  { ownerId, teamId }: Named,
): Promise<Responsibility> => {
  if (ownerId !== undefined && ownerId !== before.ownerId)
    return responsibilityOf(store, acting, { ownerId, teamId });
  if (teamId) await checkTeam(store, teamId);
  return { ownerId: before.ownerId, teamId: teamId === undefined ? before.teamId : (teamId ?? undefined) };
};

/** The client that a request names as parent. @throws reference.unknown also where the member may not see it */
export const parentNamed = async (store: Store, acting: Member, parentId: string): Promise<Client> => {
  const parent = await store.get(clientEntity, { id: parentId });
  const scope = scopeOf(acting.role, "client:read");
  if (!parent || !scope || !visible(acting, scope, parent)) throw unknownClient("/parentId");
  return parent;
};

/** A new client as it is about to be written. */
export interface NewClientChange {
  readonly records: NewRecords;
  readonly writes: readonly Write[];
  readonly happened: readonly Happened[];
}

/**
 * All that is written and announced for a new client, by the same rules whoever makes it. Several may be written
 * in one transaction. Nothing is read where the acting member becomes the owner and nothing else is named.
 * @throws client.invalid, reference.unknown, member.not-assignable, limit.exceeded, record.external-id-taken
 */
export const newClientRecords = async (
  input: NewClientWhole,
  actor: Pick<Actor, "store" | "tenant" | "now" | "newId" | "settings">,
  acting: Member,
): Promise<NewClientChange> => {
  const { tenant, now, newId, store } = actor;
  const { fields } = await actor.settings();
  const responsible = await responsibilityOf(store, acting, input);
  if (input.parentId !== undefined) await parentNamed(store, acting, input.parentId);
  const records = newClientWhole(input, {
    ...responsible,
    now,
    today: dayIn(now, tenant.timeZone),
    by: acting.id,
    country: tenant.country,
    declarations: fields,
    newId,
  });
  await checkReferences(store, acting, records.references);
  await checkExternalIdFree(store, records.client);
  return {
    records,
    writes: clientCreation(records),
    happened: [happened(clientCreated, announced(records))],
  };
};

const announced = ({ client, contacts, counterparties }: NewRecords) => ({
  client,
  contacts: contacts.map(({ fields: _fields, ...contact }) => contact),
  counterparties: counterparties.map((counterparty) => ({
    ...counterparty,
    links: believedLinks(counterparty.links),
  })),
});
