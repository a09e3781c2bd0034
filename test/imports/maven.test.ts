import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Member, Team } from "../../domain/access/records.ts";
import type { Deal } from "../../domain/deals/deal.ts";
import { type Profile, parseProfile, settingsFor } from "../../domain/imports/profile.ts";
import { teamsOf } from "../../functions/access/changes.ts";
import { clientEntity } from "../../functions/clients/store.ts";
import { dealEntity } from "../../functions/deals/store.ts";
import { identityDigest, importedRowEntity } from "../../functions/imports/store.ts";
import { memberEntity } from "../../functions/kit/records.ts";
import { serve } from "../../functions/kit/serve.ts";
import { loadSettings } from "../../functions/kit/settings.ts";
import { settingsHandlers } from "../../functions/settings/handlers.ts";
import { settingsRoutes } from "../../functions/settings/routes.ts";
import { caller } from "../access/ground.ts";
import { startWorld, type World } from "./world.ts";

const folder = new URL("../../../shared/data/maven-crm/", import.meta.url);
const there = existsSync(folder);
if (!there) console.log("skipped: ../shared/data/maven-crm is not there");

const profileText = readFileSync(
  new URL("../../functions/imports/profiles/maven-crm.json", import.meta.url),
  "utf8",
);

describe("a profile", () => {
  it("has its places filled in, and says which value it lacks", () => {
    const profile = parseProfile(profileText, { domain: "other.example" });
    expect(JSON.stringify(profile)).toContain("@other.example");
    expect(() => parseProfile(profileText.replace('"domain": "maven.example"', ""), {})).toThrow(
      "needs a value for domain",
    );
    expect(() => parseProfile('{"name":"x"}', {})).toThrow("the profile is wrong");
  });
});

describe.runIf(there)("the profile maven-crm on the files as they were published", () => {
  let world: World;
  let profile: Profile;
  beforeAll(async () => {
    world = await startWorld(65_536);
    profile = parseProfile(profileText, {});
    const as = { tenantId: world.tenantId, memberId: world.adminId };
    const settings = caller(serve(settingsRoutes, settingsHandlers, world.ground));
    const { settings: before } = await loadSettings(world.store);
    const { dealTypes, lossReasons, fields } = settingsFor(before, profile.setup);
    for (const [route, body] of [
      ["PUT /v1/settings/deal-types", { dealTypes }],
      ["PUT /v1/settings/loss-reasons", { lossReasons }],
      ["PATCH /v1/settings/fields", fields],
    ] as const) {
      const answer = await settings(as, { route, body });
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    }
  });
  afterAll(() => world.ground.stop());

  const run = async () => {
    const counts: Record<string, unknown> = {};
    for (const { title, file, mapping } of profile.files) {
      const done = await world.import(readFileSync(new URL(file, folder), "utf8"), mapping);
      const { rows, made, there: known, faulty } = done.counts;
      counts[title] = { status: done.status, rows, made, there: known, faulty };
    }
    return counts;
  };

  it("makes 6 managers with teams, 35 agents, 7 products, 85 clients and 8,800 deals, and then nothing", async () => {
    const expected = {
      Managers: { rows: 35, made: 6 },
      Teams: { rows: 35, made: 6 },
      Agents: { rows: 35, made: 35 },
      Products: { rows: 7, made: 7 },
      Clients: { rows: 85, made: 85 },
      Deals: { rows: 8_800, made: 8_800 },
    };
    const entries = Object.entries(expected);
    expect(await run()).toEqual(
      Object.fromEntries(
        entries.map(([title, { rows, made }]) => [
          title,
          { status: "done", rows, made, there: rows - made, faulty: 0 },
        ]),
      ),
    );
    expect(await run()).toEqual(
      Object.fromEntries(
        entries.map(([title, { rows }]) => [
          title,
          { status: "done", rows, made: 0, there: rows, faulty: 0 },
        ]),
      ),
    );
  });

  const imported = async (
    kind: "members" | "clients" | "deals",
    names: readonly string[],
  ): Promise<string[]> => {
    const marks = await world.store.getAll(
      importedRowEntity,
      names.map((name) => ({ kind, identity: identityDigest([name]) })),
    );
    return marks.map((mark) => mark?.recordId ?? "");
  };
  const columns = (file: string): string[][] =>
    readFileSync(new URL(file, folder), "utf8")
      .trim()
      .split("\r\n")
      .slice(1)
      .map((line) => line.split(","));

  it("has the known figures", async () => {
    const rows = columns("sales_pipeline.csv");
    const ids = await imported(
      "deals",
      rows.map(([id = ""]) => id),
    );
    const deals = (
      await world.store.getAll(
        dealEntity,
        ids.map((id) => ({ id })),
      )
    ).filter((deal): deal is Deal => deal !== undefined);
    const of = (state: string, stageId?: string) =>
      deals.filter((deal) => deal.state === state && (stageId === undefined || deal.stageId === stageId));
    const amount = (some: readonly Deal[]) => some.reduce((sum, deal) => sum + (deal.amountMinor ?? 0), 0);
    expect(
      [of("won"), of("lost"), of("open", "engaging"), of("open", "prospecting")].map((some) => some.length),
    ).toEqual([4_238, 2_473, 1_589, 500]);
    expect(amount(of("won"))).toBe(1_000_553_400);
    const [darcel] = await imported("members", ["Darcel Schlecht"]);
    expect(amount(of("won").filter(({ ownerId }) => ownerId === darcel))).toBe(115_321_400);
    const [kanCode] = await imported("clients", ["Kan-code"]);
    expect(amount(of("won").filter(({ clientId }) => clientId === kanCode))).toBe(34_145_500);
    expect(deals.filter(({ clientId }) => clientId === undefined)).toHaveLength(1_425);
    expect(deals.find(({ externalId }) => externalId === "1C1I7A6R")).toMatchObject({
      title: "GTX Plus Basic for Cancity",
      state: "won",
      registeredAt: "2016-10-20T00:00:00.000Z",
      closedAt: "2017-03-01T00:00:00.000Z",
      amountMinor: 105_400,
      currency: "USD",
    });
  });

  it("puts agents into the teams of their managers, and subsidiaries under their parents", async () => {
    const rows = columns("sales_teams.csv");
    const teams: Team[] = await teamsOf(world.store);
    expect(teams.map(({ members }) => members).reduce((sum, each) => sum + each)).toBe(41);
    for (const [agent = "", manager = ""] of rows) {
      const [agentId = "", managerId = ""] = await imported("members", [agent, manager]);
      const member: Member | undefined = await world.store.get(memberEntity, { id: agentId });
      const team = teams.find(({ id }) => id === member?.teamId);
      expect(team?.headId).toBe(managerId);
    }
    const accounts = columns("accounts.csv");
    const clients = await world.store.getAll(
      clientEntity,
      (
        await imported(
          "clients",
          accounts.map(([name = ""]) => name),
        )
      ).map((id) => ({ id })),
    );
    const byId = new Map(clients.map((client) => [client?.id, client]));
    for (const [at, account] of accounts.entries()) {
      const client = clients[at];
      expect(client?.parentId === undefined ? "" : byId.get(client.parentId)?.name).toBe(account[6]);
    }
    expect(clients.filter((client) => client?.parentId)).toHaveLength(15);
    expect(clients.find((client) => client?.name === "Hottechi")).toMatchObject({
      country: "KR",
      fields: { sector: "technology", foundedInYear: 1997, revenueUsd: 8_170_380_000, employees: 16_499 },
    });
  });
});
