import type { Member, Team } from "../../domain/access/records.ts";
import { changedTeam, checkEmpty, led, newTeam } from "../../domain/access/team.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { pagingOf } from "../../domain/kernel/page.ts";
import { type Instant, millisecondsOf } from "../../domain/kernel/time.ts";
import { memberChanged, teamChanged, teamCreated, teamDeleted } from "../../events/access.ts";
import { type Happened, happened } from "../../events/event.ts";
import { checkVersion } from "../kit/context.ts";
import { found } from "../kit/found.ts";
import { memberEntity } from "../kit/records.ts";
import type { Handlers } from "../kit/serve.ts";
import { create, remove, StaleWrite, type Store, update, type Write } from "../kit/table/store.ts";
import { teamsOf } from "./changes.ts";
import { deletedTeamEntity, mostTeams, teamEntity, teamsPartition } from "./store.ts";
import type { teamRoutes } from "./team-routes.ts";

/** How long the trace of a deleted team stays. */
const traceSeconds = 7 * 24 * 3600;

const loaded = async (store: Store, id: string): Promise<Team> => {
  return found(store.get(teamEntity, { id }));
};

interface Led {
  readonly team: Team;
  readonly writes: readonly Write[];
  readonly happened: readonly Happened[];
}

/**
 * The team under a head, and what is written and happens beside it. The member is read before the teams: whatever
 * changes a member's teams writes the member too, so that no team of the version that is written over is missed.
 */
const ledBy = async (store: Store, team: Team, headId: string, now: Instant): Promise<Led> => {
  const before: Member | undefined = await store.get(memberEntity, { id: headId });
  const { team: after, others, head } = led(team, await teamsOf(store), before, now);
  return {
    team: after,
    writes: [update(memberEntity, head), ...others.map((other) => update(teamEntity, other))],
    happened: before?.teamId === head.teamId ? [] : [happened(memberChanged, head)],
  };
};

const alone = (team: Team): Led => ({ team, writes: [], happened: [] });

export const teamHandlers: Handlers<typeof teamRoutes> = {
  async createTeam({ body: { name, headId } }, { store, newId, now, save }) {
    const teams = await teamsOf(store);
    if (teams.length >= mostTeams)
      throw new Failure("limit.exceeded", { detail: `A tenant has at most ${mostTeams} teams.` });
    const bare = newTeam(name, newId("team"), now);
    const made = headId ? await ledBy(store, bare, headId, now) : alone(bare);
    return save({
      writes: [create(teamEntity, made.team), ...made.writes],
      happened: [happened(teamCreated, made.team), ...made.happened],
      answer: made.team,
    });
  },

  async listTeams({ query }, { store }) {
    return store.list<Team>({
      pk: teamsPartition,
      beginsWith: "TEAM#",
      ...pagingOf(query),
    });
  },

  async readTeam({ params }, { store }) {
    return loaded(store, params.teamId);
  },

  async changeTeam({ params, body }, context) {
    const { store, now } = context;
    const team = await loaded(store, params.teamId);
    checkVersion(context, team);
    const bare = changedTeam(team, body, now);
    const changed =
      body.headId && body.headId !== team.headId ? await ledBy(store, bare, body.headId, now) : alone(bare);
    return context.save({
      writes: [update(teamEntity, changed.team), ...changed.writes],
      happened: [happened(teamChanged, changed.team), ...changed.happened],
      answer: changed.team,
    });
  },

  async deleteTeam({ params }, context) {
    const team = await loaded(context.store, params.teamId);
    checkVersion(context, team);
    checkEmpty(team);
    const expiresAtSeconds = Math.floor(millisecondsOf(context.now) / 1000) + traceSeconds;
    return context.save({
      writes: [
        create(deletedTeamEntity, { id: team.id, version: 1, expiresAtSeconds }, () => new StaleWrite()),
        remove(teamEntity, team),
      ],
      happened: [happened(teamDeleted, { id: team.id })],
      answer: undefined,
    });
  },
};
