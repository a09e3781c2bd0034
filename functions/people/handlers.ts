import { Failure, notFound } from "../../domain/kernel/errors.ts";
import { pagingOf } from "../../domain/kernel/page.ts";
import {
  changedPosition,
  changedPosts,
  type MemberPosts,
  newPosition,
  type Position,
} from "../../domain/people/position.ts";
import { happened } from "../../events/event.ts";
import { memberPostsChanged, positionChanged, positionCreated } from "../../events/people.ts";
import { type Context, checkVersion } from "../kit/context.ts";
import { found } from "../kit/found.ts";
import { runParallel } from "../kit/parallel.ts";
import { memberEntity } from "../kit/records.ts";
import type { Handlers } from "../kit/serve.ts";
import { create, StaleWrite, update } from "../kit/table/store.ts";
import type { peopleRoutes } from "./routes.ts";
import { memberPostsEntity, nameMoved, nameTaken, partitions, positionEntity } from "./store.ts";
import { timeHandlers } from "./time-handlers.ts";

const announced = ({ id, version, name, active }: Position) => ({ positionId: id, version, name, active });

/** @throws record.not-found */
const loadPosition = async ({ store }: Pick<Context, "store">, id: string): Promise<Position> => {
  return found(store.get(positionEntity, { id }));
};

/** The posts of a member: none where nothing was said yet. @throws record.not-found for a member who is not there */
const loadPosts = async ({ store }: Pick<Context, "store">, memberId: string): Promise<MemberPosts> => {
  const [member, posts] = await runParallel([
    () => store.get(memberEntity, { id: memberId }),
    () => store.get(memberPostsEntity, { memberId }),
  ]);
  if (!member) throw notFound();
  return posts ?? { memberId, version: 0, posts: [] };
};

export const peopleHandlers: Handlers<typeof peopleRoutes> = {
  ...timeHandlers,

  async createPosition({ body }, { newId, now, save }) {
    const position = newPosition(body, newId("position"), now);
    return save({
      writes: [create(positionEntity, position), nameTaken(position)],
      happened: [happened(positionCreated, announced(position))],
      answer: position,
    });
  },

  async listPositions({ query }, { store }) {
    return store.list<Position>({
      index: "list",
      pk: partitions.positions,
      ...pagingOf(query),
    });
  },

  async readPosition({ params }, context) {
    return loadPosition(context, params.positionId);
  },

  async changePosition({ params, body }, context) {
    const before = await loadPosition(context, params.positionId);
    checkVersion(context, before);
    const after = changedPosition(before, body, context.now);
    return context.save({
      writes: [update(positionEntity, after), ...nameMoved(before, after)],
      happened: [happened(positionChanged, announced(after))],
      answer: after,
    });
  },

  async readMemberPosts({ params }, context) {
    return loadPosts(context, params.memberId);
  },

  async setMemberPosts({ params, body }, context) {
    const before = await loadPosts(context, params.memberId);
    checkVersion(context, before);
    const after = changedPosts(before, body, context.now);
    const positions = await context.store.getAll(
      positionEntity,
      after.posts.map(({ positionId }) => ({ id: positionId })),
    );
    const fields = positions.flatMap((position, at) =>
      position ? [] : [{ pointer: `/posts/${at}/positionId`, reason: "names no position" }],
    );
    if (fields.length > 0) throw new Failure("reference.unknown", { fields });
    const held = new Set(before.posts.map(({ positionId }) => positionId));
    const inactive = positions.flatMap((position, at) =>
      position && !position.active && !held.has(position.id)
        ? [{ pointer: `/posts/${at}/positionId`, reason: "is not active" }]
        : [],
    );
    if (inactive.length > 0) throw new Failure("people.position-inactive", { fields: inactive });
    const write =
      before.version === 0
        ? create(memberPostsEntity, after, () => new StaleWrite())
        : update(memberPostsEntity, after);
    return context.save({
      writes: [write],
      happened: [happened(memberPostsChanged, { memberId: after.memberId, version: after.version })],
      answer: after,
    });
  },
};
