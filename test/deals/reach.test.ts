import { beforeAll, describe, expect, it } from "vitest";
import { type Company, company, failure } from "./company.ts";

let here: Company;
let api: Company["admin"];
beforeAll(async () => {
  here = await company();
  api = here.admin;
});

const made = (input: Record<string, unknown> = {}) =>
  api.createDeal({ body: { title: "Roof", typeId: "sale", ...input } });
const at = (deal: { id: string }) => ({ dealId: deal.id });

describe("who may", () => {
  it("give a deal to another does so within reach, and the deal leaves the former owner's sight", async () => {
    const team = await here.team("West");
    const [first, second] = [await here.hire("manager", team), await here.hire("manager", team)];
    const stranger = await here.hire("manager");
    const deal = await first.call.createDeal({ body: { title: "Mine", typeId: "sale" } });
    expect(deal).toMatchObject({ ownerId: first.id, teamId: team });
    const params = at(deal);
    await expect(first.call.changeDeal({ params, body: { ownerId: stranger.id } })).rejects.toMatchObject(
      failure("access.forbidden", 403, "/ownerId"),
    );
    const given = await first.call.changeDeal({ params, body: { ownerId: second.id, title: "Yours" } });
    expect(given).toMatchObject({
      ownerId: second.id,
      title: "Yours",
      version: 2,
      assignment: { fromId: first.id, by: first.id },
    });
    await expect(first.call.readDeal({ params })).rejects.toMatchObject(failure("record.not-found", 404));
    await expect(
      first.call.createDeal({ body: { title: "x", typeId: "sale", ownerId: stranger.id } }),
    ).rejects.toMatchObject(failure("access.forbidden", 403, "/ownerId"));
  });

  it("only takes part in a deal works on it and cannot take it", async () => {
    const partner = await here.hire("manager");
    const params = at(await made({ participantIds: [partner.id] }));
    expect(await partner.call.changeDeal({ params, body: { title: "Ours" } })).toMatchObject({
      title: "Ours",
    });
    await expect(partner.call.changeDeal({ params, body: { ownerId: partner.id } })).rejects.toMatchObject(
      failure("access.forbidden", 403, "/ownerId"),
    );
  });

  it("not see a deal finds nothing there, whatever is tried", async () => {
    const deal = await made();
    const stranger = await here.hire("manager");
    const elsewhere = await company();
    const params = at(deal);
    for (const call of [stranger.call, elsewhere.admin])
      for (const attempt of [
        () => call.readDeal({ params }),
        () => call.changeDeal({ params, body: { title: "x" } }),
        () => call.moveDeal({ params, body: { stageId: "qualified" } }),
        () => call.winDeal({ params }),
        () => call.loseDeal({ params, body: { reasonId: "price" } }),
        () => call.reopenDeal({ params }),
        () => call.listDealMoves({ params }),
      ])
        await expect(attempt()).rejects.toMatchObject(failure("record.not-found", 404));
  });

  it("only read is refused to write, and who has nothing to do with deals to read", async () => {
    const deal = await made();
    const [auditor, warehouse] = [await here.hire("auditor"), await here.hire("warehouse")];
    const params = at(deal);
    const forbidden = failure("access.forbidden", 403);
    expect(await auditor.call.readDeal({ params })).toEqual(deal);
    for (const attempt of [
      () => auditor.call.createDeal({ body: { title: "x", typeId: "sale" } }),
      () => auditor.call.changeDeal({ params, body: { title: "x" } }),
      () => auditor.call.moveDeal({ params, body: { stageId: "qualified" } }),
      () => auditor.call.winDeal({ params }),
      () => auditor.call.loseDeal({ params, body: { reasonId: "price" } }),
      () => auditor.call.reopenDeal({ params }),
      () => warehouse.call.readDeal({ params }),
      () => warehouse.call.listDeals(),
      () => warehouse.call.listDealMoves({ params }),
      () => warehouse.call.readDealBoard({ query: { type: "sale" } }),
      () => warehouse.call.listOverdueDeals({ query: { type: "sale" } }),
      () => warehouse.call.summarizeDeals({ query: { by: "stage" } }),
    ])
      await expect(attempt()).rejects.toMatchObject(forbidden);
  });
});
