import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MappingInput } from "../../domain/imports/mapping.ts";
import { emailClaiming } from "../../functions/access/claims.ts";
import type { Meter } from "../../functions/kit/table/database.ts";
import { withClaims } from "../../functions/pre-token/pre-token.ts";
import { provision } from "../../functions/provision/provision.ts";
import { startWorld, type World } from "../imports/world.ts";
import { callerOn, freshEmail, idOf, openCompany, unknownId } from "./fixture.ts";
import { startGround, type TestGround } from "./ground.ts";
import { signIn } from "./sign-in.ts";

let ground: TestGround;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.stop());

type Company = Awaited<ReturnType<typeof openCompany>>;

const invite = ({ admin }: Pick<Company, "admin">, email: string) =>
  admin({ route: "POST /v1/members", body: { email, name: "Ana", role: "manager" } });

/** For which company and member a sign-in of an address gives a token. */
const enteredBy = async (email: string): Promise<Record<string, unknown> | undefined> => {
  const { response } = await withClaims(signIn(email), ground);
  return response.claimsAndScopeOverrideDetails?.accessTokenGeneration?.claimsToAddOrOverride;
};

const companiesOf = async (company: Company, memberId: string) =>
  (await company.as(memberId)({ route: "GET /v1/me/companies" })).body.items;

/** Enters another company with the token of this one. */
const enter = (company: Company, memberId: string, tenantId: string) =>
  company.as(memberId)({ route: "POST /v1/me/companies/{tenantId}/entry", params: { tenantId } });

/** A person invited by two companies, the second a day after the first. */
const invitedTwice = async () => {
  const [first, second] = [await openCompany(ground), await openCompany(ground)];
  const email = freshEmail();
  const firstId = idOf(await invite(first, email));
  ground.advance(86_400_000);
  const secondId = idOf(await invite(second, email));
  return { email, first, second, firstId, secondId };
};

describe("an invitation", () => {
  it("is answered alike and does the same work, whatever else the address belongs to", async () => {
    const [here, elsewhere] = [await openCompany(ground), await openCompany(ground)];
    const admins = freshEmail();
    await provision({ name: "Third", adminEmail: admins }, ground);
    const members = freshEmail();
    await invite(elsewhere, members);
    const fresh = freshEmail();
    const seen = [];
    for (const email of [fresh, members, admins]) {
      const work: unknown[] = [];
      const watched = {
        ...ground,
        database: (meter: Meter) => {
          const database = ground.database(meter);
          const noting =
            <Args extends unknown[], R>(name: string, act: (...args: Args) => R) =>
            (...args: Args): R => {
              work.push([name, Array.isArray(args[0]) ? args[0].length : 1]);
              return act(...args);
            };
          return {
            ...database,
            get: noting("get", database.get),
            query: noting("query", database.query),
            batchGet: noting("batchGet", database.batchGet),
            transact: noting("transact", database.transact),
            put: noting("put", database.put),
          };
        },
      };
      const answer = await invite({ admin: callerOn(watched, here) }, email);
      const { id, email: _, ...body } = answer.body;
      const { "x-correlation-id": __, ...headers } = answer.headers;
      seen.push({ status: answer.status, body, headers, work });
      expect(id).toMatch(/^mem_/);
    }
    expect(seen[0]).toMatchObject({ status: 201, body: { status: "active" } });
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
  });

  it("of one address at the same moment, in two companies, succeeds in both", async () => {
    const companies = await Promise.all([openCompany(ground), openCompany(ground)]);
    const email = freshEmail();
    const answers = await Promise.all(companies.map((company) => invite(company, email)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  });

  it("of one address at the same moment, in one company, succeeds once", async () => {
    const company = await openCompany(ground);
    const email = freshEmail();
    const answers = await Promise.all(Array.from({ length: 5 }, () => invite(company, email)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
  });

  it("of a member or the admin of the company itself is refused, also from before this day", async () => {
    const company = await openCompany(ground);
    const [former, others] = [freshEmail(), freshEmail()];
    const claim = { memberId: unknownId("member"), tenantId: company.tenantId };
    await company.store.write([emailClaiming({ ...claim, email: former }, "/email")], "chg_1");
    const another = { ...claim, tenantId: (await openCompany(ground)).tenantId };
    await company.store.write([emailClaiming({ ...another, email: others }, "/email")], "chg_2");
    expect(await invite(company, former)).toMatchObject({
      status: 409,
      body: { code: "member.email-taken", errors: [{ pointer: "/email" }] },
    });
    expect(await invite(company, others)).toMatchObject({ status: 201 });
  });

  it("does not keep an operator from making a company with the address", async () => {
    const email = freshEmail();
    await invite(await openCompany(ground), email);
    const order = { name: "Own", adminEmail: email };
    const made = await provision(order, ground);
    expect(await provision(order, ground)).toEqual(made);
    await expect(provision({ ...order, name: "Other" }, ground)).rejects.toMatchObject({
      code: "member.email-taken",
    });
  });
});

describe("a person in two companies", () => {
  it("enters the one they have been in the longest, until they choose", async () => {
    const { email, first, second, firstId, secondId } = await invitedTwice();
    expect(await enteredBy(email)).toEqual({ tenant: first.tenantId, member: firstId });
    expect(await companiesOf(first, firstId)).toMatchObject([
      { tenantId: first.tenantId, memberId: firstId, role: "manager", isEntered: true },
      { tenantId: second.tenantId, memberId: secondId, isEntered: false },
    ]);
    expect(await enter(first, firstId, second.tenantId)).toMatchObject({
      status: 200,
      body: { tenantId: second.tenantId, memberId: secondId, isEntered: true },
    });
    expect(await enteredBy(email.toUpperCase())).toEqual({ tenant: second.tenantId, member: secondId });
    expect(await companiesOf(second, secondId)).toMatchObject([
      { tenantId: second.tenantId, isEntered: true },
      { tenantId: first.tenantId, isEntered: false },
    ]);
    await enter(second, secondId, first.tenantId);
    expect(await enteredBy(email)).toEqual({ tenant: first.tenantId, member: firstId });
  });

  it("is not moved by the invitation or the dismissal of the other company", async () => {
    const { email, first, second, firstId, secondId } = await invitedTwice();
    await second.dismiss(secondId, second.adminMemberId);
    expect(await enteredBy(email)).toEqual({ tenant: first.tenantId, member: firstId });
    expect(await companiesOf(first, firstId)).toMatchObject([{ tenantId: first.tenantId }]);
    expect(await enter(first, firstId, second.tenantId)).toMatchObject({ status: 404 });
  });

  it("enters the other one when the chosen one has dismissed them", async () => {
    const { email, first, second, firstId, secondId } = await invitedTwice();
    await enter(first, firstId, second.tenantId);
    await second.dismiss(secondId, second.adminMemberId);
    expect(await enteredBy(email)).toEqual({ tenant: first.tenantId, member: firstId });
    await first.dismiss(firstId, first.adminMemberId);
    await expect(enteredBy(email)).rejects.toThrow("may not sign in");
  });

  it("chooses only among their own companies", async () => {
    const { first, firstId } = await invitedTwice();
    const stranger = await openCompany(ground);
    for (const tenantId of [stranger.tenantId, "ten_01JD8Z5T2V9Q4R6W8Y0A1B3C5D"])
      expect(await enter(first, firstId, tenantId)).toMatchObject({
        status: 404,
        body: { code: "record.not-found" },
      });
  });

  it("chooses many times at once and ends in one of the two", async () => {
    const { email, first, second, firstId } = await invitedTwice();
    const both = [first.tenantId, second.tenantId];
    const answers = await Promise.all(
      [...both, ...both, ...both].map((tenantId) => enter(first, firstId, tenantId)),
    );
    for (const { status } of answers) expect([200, 409]).toContain(status);
    expect(both).toContain((await enteredBy(email))?.tenant);
  });
});

describe("an import of members", () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.ground.stop());

  it("tells addresses of the company apart, and none of another", async () => {
    await provision({ name: "Other", adminEmail: "boss@other.example" }, world.ground);
    const mapping: MappingInput = {
      entity: "members",
      format: {},
      identifiedBy: ["email"],
      fields: [
        { to: "email", from: "email" },
        { to: "name", from: "email" },
        { to: "role", constant: "manager" },
      ],
    };
    const file = "email\nadmin@test.example\nboss@other.example\nnew@test.example\n";
    for (const dryRun of [true, false]) {
      const job = await world.import(file, mapping, { dryRun });
      expect(job.counts).toMatchObject({ made: 2, faulty: 1 });
      expect(await world.faults(job.id)).toMatchObject([{ line: 2 }]);
    }
  });
});
