import { begunHandover, stoppedHandover } from "../../domain/access/handover.ts";
import {
  changedMember,
  checkAssignable,
  dismissedMember,
  invitedMember,
  reinstatedMember,
} from "../../domain/access/member.ts";
import { rightsByRole } from "../../domain/access/permissions.ts";
import type { Member } from "../../domain/access/records.ts";
import { teamsAfter } from "../../domain/access/team.ts";
import { pagingOf } from "../../domain/kernel/page.ts";
import { memberChanged, memberDismissed, memberInvited, memberReinstated } from "../../events/access.ts";
import { happened } from "../../events/event.ts";
import { checkVersion } from "../kit/context.ts";
import { found } from "../kit/found.ts";
import { runParallel } from "../kit/parallel.ts";
import { memberEntity } from "../kit/records.ts";
import type { Handlers } from "../kit/serve.ts";
import { create, type Store, update } from "../kit/table/store.ts";
import { headsChanged, memberWrites, teamsOf } from "./changes.ts";
import { joiningCompany } from "./claims.ts";
import type { memberRoutes } from "./member-routes.ts";
import { handoverEntity } from "./store.ts";

const loaded = async (store: Store, id: string): Promise<Member> => {
  return found(store.get(memberEntity, { id }));
};

export const memberHandlers: Handlers<typeof memberRoutes> = {
  async readMe(_, { member, tenant }) {
    return { member, tenant, rights: rightsByRole[member.role], features: tenant.features };
  },

  async inviteMember({ body }, { store, newId, now, save }) {
    const member = invitedMember(body, newId("member"), now);
    const teams = member.teamId ? teamsAfter(await teamsOf(store), undefined, member, now) : [];
    return save({
      writes: [
        ...(await memberWrites(store, undefined, member, teams)),
        ...joiningCompany(member, store.tenantId, "/email"),
      ],
      happened: [happened(memberInvited, member)],
      answer: member,
    });
  },

  async listMembers({ query }, { store }) {
    const { teamId, status } = query;
    return store.list<Member>({
      ...(teamId ? { index: "team", pk: `TEAM#${teamId}#MEMBERS` } : { index: "list", pk: "MEMBERS" }),
      ...(status ? { beginsWith: `${status}#` } : {}),
      ...pagingOf(query),
    });
  },

  async readMember({ params: { memberId } }, { store }) {
    const [member, handover] = await runParallel([
      () => loaded(store, memberId),
      () => store.get(handoverEntity, { memberId }),
    ]);
    return { ...member, handover };
  },

  async changeMember({ params, body }, context) {
    const { store, now } = context;
    const member = await loaded(store, params.memberId);
    checkVersion(context, member);
    const changed = changedMember(member, body, now);
    const before = await teamsOf(store);
    const teams = teamsAfter(before, member, changed, now);
    return context.save({
      writes: await memberWrites(store, member, changed, teams),
      happened: [happened(memberChanged, changed)],
      answer: changed,
    });
  },

  async dismissMember({ params: { memberId }, body: { handOverTo } }, context) {
    const { store, now } = context;
    const [member, successor, former] = await runParallel([
      () => loaded(store, memberId),
      () => store.get(memberEntity, { id: handOverTo }),
      () => store.get(handoverEntity, { memberId }),
    ]);
    // After the member, as in `ledBy`: a team that it leads since would keep a head who is gone.
    const before = await teamsOf(store);
    checkVersion(context, member);
    const dismissed = dismissedMember(member, context.member.id, now);
    checkAssignable(handOverTo === memberId ? dismissed : successor, "/handOverTo");
    const teams = teamsAfter(before, member, dismissed, now);
    const handover = begunHandover(memberId, handOverTo, former, now);
    return context.save({
      writes: [
        ...(await memberWrites(store, member, dismissed, teams)),
        former ? update(handoverEntity, handover) : create(handoverEntity, handover),
      ],
      happened: [
        happened(memberDismissed, { memberId, startedAt: now, handOverTo }),
        ...headsChanged(before, teams),
      ],
      answer: { ...dismissed, handover },
    });
  },

  async reinstateMember({ params: { memberId } }, context) {
    const { store, now } = context;
    const [member, handover] = await runParallel([
      () => loaded(store, memberId),
      () => store.get(handoverEntity, { memberId }),
    ]);
    const before = await teamsOf(store);
    checkVersion(context, member);
    const active = reinstatedMember(
      member,
      before.some(({ id }) => id === member.teamId),
      now,
    );
    const stopped = handover && stoppedHandover(handover, now);
    return context.save({
      writes: [
        ...(await memberWrites(store, member, active, teamsAfter(before, member, active, now))),
        ...(stopped ? [update(handoverEntity, stopped)] : []),
      ],
      happened: [happened(memberReinstated, active)],
      answer: { ...active, handover: stopped },
    });
  },
};
