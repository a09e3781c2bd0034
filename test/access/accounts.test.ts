import {
  CognitoIdentityProviderClient,
  UserNotFoundException,
  UsernameExistsException,
} from "@aws-sdk/client-cognito-identity-provider";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keepLogin, type Logins, poolLogins } from "../../functions/accounts/accounts.ts";
import { listen } from "../../functions/kit/listen.ts";
import { memberEntity } from "../../functions/kit/records.ts";
import { newMeter } from "../../functions/kit/table/database.ts";
import { type Company, openCompany } from "./fixture.ts";
import { startGround, type TestGround } from "./ground.ts";

let ground: TestGround;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.stop());

/** A user pool with one thing that matters: who may sign in. */
const pool = () => {
  const enabled = new Map<string, boolean>();
  const said: string[] = [];
  const logins: Logins = {
    async create(email) {
      said.push("create");
      if (!enabled.has(email)) enabled.set(email, true);
    },
    async enable(email) {
      said.push("enable");
      enabled.set(email, true);
    },
    async disable(email) {
      said.push("disable");
      if (enabled.has(email)) enabled.set(email, false);
    },
  };
  return { enabled, said, logins };
};

const hear = (company: Company, type: string, data: unknown, logins: Logins) =>
  listen(
    (heard, listening) => keepLogin(heard, listening, logins, ground.database(newMeter())),
    undefined,
    ground,
  )(
    {
      version: "0",
      id: "1",
      source: "clientela",
      account: "000000000000",
      time: "",
      region: "eu-central-1",
      resources: [],
      "detail-type": type,
      detail: {
        eventId: "evt_1",
        version: 1,
        tenant: company.tenantId,
        occurredAt: "2026-11-23T18:00:00.000Z",
        actor: "system",
        correlationId: "c",
        data,
      },
    },
    { getRemainingTimeInMillis: () => 60_000, awsRequestId: "test" },
  );

const invited = async () => {
  const company = await openCompany(ground);
  const id = await company.invite();
  const member = await company.store.get(memberEntity, { id });
  if (!member) throw new Error("no member");
  const dismissal = {
    memberId: id,
    startedAt: "2026-11-23T18:00:00.000Z",
    handOverTo: company.adminMemberId,
  };
  return { company, member, dismissal };
};

describe("a login", () => {
  it("is made on invitation, shut on dismissal and opened on reinstatement, however often it is heard", async () => {
    const { company, member, dismissal } = await invited();
    const { enabled, logins } = pool();
    for (let n = 0; n < 2; n++) await hear(company, "member.invited", member, logins);
    expect(enabled.get(member.email)).toBe(true);
    await company.dismiss(member.id, company.adminMemberId);
    for (let n = 0; n < 2; n++) await hear(company, "member.dismissed", dismissal, logins);
    expect(enabled.get(member.email)).toBe(false);
    await company.admin({
      route: "POST /v1/members/{memberId}/reinstatement",
      params: { memberId: member.id },
    });
    await hear(company, "member.reinstated", member, logins);
    expect(enabled.get(member.email)).toBe(true);
  });

  it("stays open as long as another company has its person, and is shut with the last", async () => {
    const { company, member, dismissal } = await invited();
    const other = await openCompany(ground);
    const { enabled, logins } = pool();
    const { body } = await other.admin({
      route: "POST /v1/members",
      body: { email: member.email, name: "Ana", role: "manager" },
    });
    await hear(company, "member.invited", member, logins);
    await hear(other, "member.invited", body, logins);
    const there = { ...dismissal, memberId: String(body.id), handOverTo: other.adminMemberId };
    await other.dismiss(there.memberId, other.adminMemberId);
    await hear(other, "member.dismissed", there, logins);
    expect(enabled.get(member.email)).toBe(true);
    await company.dismiss(member.id, company.adminMemberId);
    await hear(company, "member.dismissed", dismissal, logins);
    expect(enabled.get(member.email)).toBe(false);
  });

  it("stays shut when the invitation is heard after the dismissal", async () => {
    const { company, member, dismissal } = await invited();
    const { enabled, logins } = pool();
    enabled.set(member.email, true);
    await company.dismiss(member.id, company.adminMemberId);
    await hear(company, "member.dismissed", dismissal, logins);
    await hear(company, "member.invited", member, logins);
    expect(enabled.get(member.email)).toBe(false);
  });

  it("is shut when the dismissal comes while it is being made", async () => {
    const { company, member } = await invited();
    const { enabled, logins } = pool();
    let dismissed = false;
    await hear(company, "member.invited", member, {
      ...logins,
      async enable(email) {
        if (!dismissed) await company.dismiss(member.id, company.adminMemberId);
        dismissed = true;
        await logins.enable(email);
      },
    });
    expect(enabled.get(member.email)).toBe(false);
  });
});

describe("the user pool", () => {
  const recording = (refuse: (command: object) => Error | undefined = () => undefined) => {
    const sent: unknown[] = [];
    const client = new CognitoIdentityProviderClient({ region: "eu-central-1" });
    client.middlewareStack.add(
      (_, context) => async (args) => {
        const command = args.input;
        sent.push([context.commandName, command]);
        const error = refuse(command);
        if (error) throw error;
        return { output: { $metadata: {} }, response: {} };
      },
      { step: "initialize" },
    );
    return { sent, logins: poolLogins(client, "pool") };
  };
  const named = { UserPoolId: "pool", Username: "ana@example.com" };

  it("gets a user with a verified address; one that is there already is no error", async () => {
    const exists = new UsernameExistsException({ $metadata: {}, message: "there" });
    for (const error of [undefined, exists]) {
      const { sent, logins } = recording(() => error);
      await logins.create("ana@example.com");
      expect(sent).toMatchObject([
        [
          "AdminCreateUserCommand",
          {
            ...named,
            UserAttributes: [
              { Name: "email", Value: "ana@example.com" },
              { Name: "email_verified", Value: "true" },
            ],
          },
        ],
      ]);
    }
  });

  it("disables a user and ends the sessions; one that is not there is no error, anything else is", async () => {
    const { sent, logins } = recording();
    await logins.disable("ana@example.com");
    expect(sent).toEqual([
      ["AdminDisableUserCommand", named],
      ["AdminUserGlobalSignOutCommand", named],
    ]);
    const missing = recording(() => new UserNotFoundException({ $metadata: {}, message: "none" }));
    await missing.logins.disable("ana@example.com");
    const failing = recording(() => new Error("unreachable"));
    await expect(failing.logins.disable("ana@example.com")).rejects.toThrow("unreachable");
    await expect(failing.logins.create("ana@example.com")).rejects.toThrow("unreachable");
  });
});
