import { beforeAll, describe, expect, test } from "vitest";
import { settle } from "../support/client.ts";
import { type Company, company, daysAgo } from "./company.ts";

let here: Company;
beforeAll(async () => {
  here = await company();
});

type Call = Company["admin"];
type Query = NonNullable<NonNullable<Parameters<Call["listDeals"]>[0]>["query"]>;

const made = (input: Record<string, unknown> = {}) =>
  here.admin.createDeal({ body: { title: "Roof", typeId: "sale", ...input } });

/** The ids of a whole list, page by page. */
const listed = async (call: Call, query: Query = {}): Promise<string[]> => {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await call.listDeals({ query: { ...query, ...(cursor === undefined ? {} : { cursor }) } });
    found.push(...page.items.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== undefined);
  return found;
};

const onBoard = async (call: Call, stage: string, typeId = "sale") => {
  const { columns } = await call.readDealBoard({ query: { type: typeId, stage } });
  return columns.flatMap(({ items }) => items.map(({ id }) => id));
};

const counted = async (call: Call, query: Record<string, string> = {}) => {
  const { rows, totals } = await call.summarizeDeals({ query: { by: "owner", ...query } });
  return { rows: rows.map(({ key, count }) => [key, count]), count: totals.count, amounts: totals.amounts };
};

describe("a deal in which a manager takes part", () => {
  test("is in the manager's lists, board and summary, from the change that begins it to the one that ends it", async () => {
    const [ana, dan] = [await here.hire("manager"), await here.hire("manager")];
    const deal = await made({ ownerId: dan.id, registeredAt: daysAgo(60), estimatedAmountMinor: 1_000 });
    const params = { dealId: deal.id };
    await settle();
    expect(await listed(ana.call)).toEqual([]);
    await dan.call.changeDeal({ params, body: { participantIds: [ana.id] } });
    await settle();
    expect(await listed(ana.call)).toEqual([deal.id]);
    expect(await listed(ana.call, { state: "open", type: "sale" })).toEqual([deal.id]);
    expect(await onBoard(ana.call, "interest")).toEqual([deal.id]);
    const overdue = await ana.call.listOverdueDeals({ query: { type: "sale" } });
    expect(overdue.items.map(({ id }) => id)).toEqual([deal.id]);
    expect(await counted(ana.call)).toMatchObject({
      rows: [[dan.id, 1]],
      count: 1,
      amounts: [{ openMinor: 1_000 }],
    });

    await ana.call.moveDeal({ params, body: { stageId: "qualified" } });
    await settle();
    expect(await onBoard(ana.call, "interest")).toEqual([]);
    expect(await onBoard(ana.call, "qualified")).toEqual([deal.id]);
    await ana.call.loseDeal({ params, body: { reasonId: "price" } });
    await settle();
    expect(await listed(ana.call, { state: "open" })).toEqual([]);
    expect(await listed(ana.call, { state: "lost" })).toEqual([deal.id]);
    expect(await counted(ana.call, { state: "lost" })).toMatchObject({ count: 1 });

    await dan.call.changeDeal({ params, body: { participantIds: [] } });
    // At once, whatever the list still points at.
    expect(await listed(ana.call)).toEqual([]);
    await settle();
    expect(await listed(ana.call)).toEqual([]);
    expect(await counted(ana.call)).toMatchObject({ count: 0 });
    expect(await listed(dan.call)).toEqual([deal.id]);
  });

  test("comes in one order with her own, once, whatever the pages", async () => {
    const [ana, dan] = [await here.hire("manager"), await here.hire("manager")];
    const deals = [];
    for (let n = 0; n < 14; n++) {
      const outcome =
        n % 3 === 0 ? { outcome: { state: "lost", reasonId: "price", at: daysAgo(3 * n + 1) } } : {};
      deals.push(
        await made({
          ...{ registeredAt: daysAgo(100 - n), ...outcome },
          ...(n % 2 === 0 ? { ownerId: ana.id } : { ownerId: dan.id, participantIds: [ana.id, dan.id] }),
        }),
      );
    }
    await made({ ownerId: dan.id });
    await settle();
    const open = deals.filter(({ state }) => state === "open");
    const lost = deals
      .filter(({ state }) => state === "lost")
      .sort((a, b) => ((a.closedAt ?? "") > (b.closedAt ?? "") ? -1 : 1));
    // The longest in their stage are the most urgent.
    const inOrder = [...open, ...lost].map(({ id }) => id);
    for (const limit of [1, 3, 200]) expect(await listed(ana.call, { limit })).toEqual(inOrder);
    expect(await listed(ana.call, { owner: ana.id, state: "open" })).toEqual(
      open.filter(({ ownerId }) => ownerId === ana.id).map(({ id }) => id),
    );
    expect(await listed(ana.call, { owner: dan.id, state: "open" })).toEqual(
      open.filter(({ ownerId }) => ownerId === dan.id).map(({ id }) => id),
    );
    expect(await counted(ana.call)).toMatchObject({ count: 14 });
    expect(await counted(ana.call, { owner: dan.id })).toMatchObject({ rows: [[dan.id, 7]], count: 7 });
    // Her colleague, who takes part in what he owns, has nothing twice.
    expect(await counted(dan.call)).toMatchObject({ rows: [[dan.id, 8]], count: 8 });
  });

  test("counts once for the team, the head who takes part, and the whole company", async () => {
    const own = await company();
    const [east, west] = [await own.team("East"), await own.team("West")];
    const head = await own.hire("head", east);
    const [ana, dan] = [await own.hire("manager", east), await own.hire("manager", west)];
    const deal = (input: Record<string, unknown>) =>
      own.admin.createDeal({ body: { title: "Roof", typeId: "order", ...input } });
    const ofHead = await deal({ ownerId: head.id });
    const ofTeam = await deal({ ownerId: ana.id, participantIds: [head.id] });
    const ofOthers = await deal({ ownerId: dan.id, participantIds: [head.id] });
    const unseen = await deal({ ownerId: dan.id });
    await settle();
    const seen = [ofHead, ofTeam, ofOthers].map(({ id }) => id).sort();
    for (const limit of [1, 200]) {
      const found = await listed(head.call, { limit });
      expect([...new Set(found)].sort()).toEqual(seen);
      expect(found).toHaveLength(3);
    }
    expect((await onBoard(head.call, "-", "order")).sort()).toEqual(seen);
    expect(await counted(head.call)).toMatchObject({ count: 3 });
    expect((await listed(head.call, { team: east })).sort()).toEqual([ofHead.id, ofTeam.id].sort());
    expect(await listed(head.call, { team: west })).toEqual([ofOthers.id]);
    expect(await counted(head.call, { team: west })).toMatchObject({ count: 1 });
    // A head who changes the team keeps what is their own.
    await own.admin.changeMember({ params: { memberId: head.id }, body: { teamId: west } });
    await settle();
    expect((await listed(head.call)).sort()).toEqual([...seen, unseen.id].sort());
    expect(await counted(own.admin)).toMatchObject({ count: 4 });
  });

  test("passes to the successor when she is dismissed, and is theirs once", async () => {
    const [ana, dan, eva] = [
      await here.hire("manager"),
      await here.hire("manager"),
      await here.hire("manager"),
    ];
    const open = await made({ ownerId: dan.id, participantIds: [ana.id] });
    const both = await made({ ownerId: dan.id, participantIds: [eva.id, ana.id] });
    const ofEva = await made({ ownerId: eva.id, participantIds: [ana.id] });
    const owned = await made({ ownerId: ana.id, participantIds: [eva.id] });
    const won = await made({
      ...{ typeId: "order", ownerId: dan.id, participantIds: [ana.id] },
      ...{ registeredAt: daysAgo(9), outcome: { state: "won", at: daysAgo(1) } },
    });
    await settle();
    const params = { memberId: ana.id };
    await here.admin.dismissMember({ params, body: { handOverTo: eva.id } });
    await settle();
    expect(await here.admin.readMember({ params })).toMatchObject({
      handover: { status: "done", deals: 1, participations: 3 },
    });
    const read = async ({ id }: { id: string }) => here.admin.readDeal({ params: { dealId: id } });
    expect((await read(open)).participantIds).toEqual([eva.id]);
    expect((await read(both)).participantIds).toEqual([eva.id]);
    expect((await read(ofEva)).participantIds).toEqual([]);
    expect(await read(owned)).toMatchObject({ ownerId: eva.id, participantIds: [] });
    expect((await read(won)).participantIds).toEqual([ana.id]);
    expect((await listed(eva.call)).sort()).toEqual([open, both, ofEva, owned].map(({ id }) => id).sort());
    expect(await counted(eva.call)).toMatchObject({ count: 4 });
  });
});
