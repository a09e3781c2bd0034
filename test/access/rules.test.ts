import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { masked, maskFor } from "../../domain/access/masks.ts";
import {
  adminsAfter,
  changedMember,
  checkAssignable,
  dismissedMember,
  invitedMember,
  reinstatedMember,
  touchesAdmins,
} from "../../domain/access/member.ts";
import { permissions, rightsByRole, roles, scopeOf } from "../../domain/access/permissions.ts";
import type { AdminCount, Member, Team } from "../../domain/access/records.ts";
import { led, newTeam, teamsAfter } from "../../domain/access/team.ts";
import { founded } from "../../domain/access/tenant.ts";
import { Failure } from "../../domain/kernel/errors.ts";

const now = "2026-11-23T18:00:00.000Z";
const admin = founded(
  {
    name: "Exemplu",
    adminEmail: "admin@example.com",
    preset: "full",
    currency: "EUR",
    timeZone: "Europe/Bucharest",
    country: "RO",
  },
  { tenantId: "ten_1", memberId: "m0" },
  now,
).admin;

/** A company as the handlers keep it: what the pure rules say is what is written. */
class Staff {
  members: Member[] = [admin];
  teams: Team[] = ["t0", "t1", "t2"].map((id) => newTeam(id, id, now));
  count: AdminCount = { version: 1, admins: 1 };

  become(before: Member | undefined, after: Member): void {
    const teams = teamsAfter(this.teams, before, after, now);
    const count = touchesAdmins(before, after) ? adminsAfter(this.count, after) : this.count;
    this.replace(teams);
    this.count = count;
    this.members = [...this.members.filter(({ id }) => id !== after.id), after];
  }

  lead(team: Team, head: Member | undefined): void {
    const after = led({ ...team, version: team.version + 1 }, this.teams, head, now);
    this.replace([after.team, ...after.others]);
    this.members = [...this.members.filter(({ id }) => id !== after.head.id), after.head];
  }

  replace(teams: readonly Team[]): void {
    this.teams = this.teams.map((team) => teams.find(({ id }) => id === team.id) ?? team);
  }
}

const role = fc.constantFrom(...roles);
const teamId = fc.option(fc.constantFrom("t0", "t1", "t2"), { nil: undefined });
const some = fc.nat({ max: 20 });
const step = fc.oneof(
  fc.record({ kind: fc.constant("invite" as const), role, teamId }),
  fc.record({ kind: fc.constant("change" as const), which: some, role, teamId }),
  fc.record({ kind: fc.constant("dismiss" as const), which: some, by: some }),
  fc.record({ kind: fc.constant("reinstate" as const), which: some }),
  fc.record({ kind: fc.constant("lead" as const), which: some, team: some }),
);

type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

const invited = (staff: Staff, one: Extract<Step, { kind: "invite" }>): Member => {
  const id = `m${staff.members.length}`;
  const email = `${id}@example.com`;
  return invitedMember({ email, name: id, role: one.role, teamId: one.teamId }, id, now);
};

const take = (staff: Staff, one: Step): void => {
  const pick = (which: number): Member => staff.members[which % staff.members.length] ?? admin;
  if (one.kind === "invite") staff.become(undefined, invited(staff, one));
  else {
    const member = pick(one.which);
    const team = one.kind === "lead" ? staff.teams[one.team % staff.teams.length] : undefined;
    if (team) staff.lead(team, member);
    else if (one.kind === "dismiss") staff.become(member, dismissedMember(member, pick(one.by).id, now));
    else if (one.kind === "reinstate") staff.become(member, reinstatedMember(member, true, now));
    else if (one.kind === "change")
      staff.become(member, changedMember(member, { role: one.role, teamId: one.teamId ?? null }, now));
  }
};

describe("whatever is done to members and teams", () => {
  it("an admin is left, teams count their active members, and heads are fit", () => {
    const refused = new Set<string>();
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const staff = new Staff();
        for (const one of steps) {
          try {
            take(staff, one);
          } catch (error) {
            if (!(error instanceof Failure)) throw error;
            refused.add(error.code);
          }
          const active = staff.members.filter(({ status }) => status === "active");
          const admins = active.filter((member) => member.role === "admin").length;
          expect(staff.count.admins).toBe(admins);
          expect(admins).toBeGreaterThan(0);
          for (const team of staff.teams) {
            expect(team.members).toBe(active.filter((member) => member.teamId === team.id).length);
            const head = active.find(({ id }) => id === team.headId);
            expect(team.headId).toBe(head?.id);
            if (head?.role !== "admin" && head) expect(head).toMatchObject({ role: "head", teamId: team.id });
          }
        }
      }),
      { seed: 20261123, numRuns: 300 },
    );
    expect([...refused].sort()).toEqual([
      "member.dismissed",
      "member.heads-team",
      "member.last-admin",
      "member.not-assignable",
      "member.not-dismissed",
      "member.self-dismissal",
      "team.head-unfit",
    ]);
  });
});

describe("rights", () => {
  it("of an admin are all, of an auditor all reading and no writing", () => {
    expect(permissions.every((permission) => scopeOf("admin", permission) === "all")).toBe(true);
    expect(Object.keys(rightsByRole.auditor).sort()).toEqual(
      permissions.filter((permission) => permission.endsWith(":read")).sort(),
    );
  });

  it("over members are given by no role but admin", () => {
    expect(roles.filter((one) => scopeOf(one, "member:write"))).toEqual(["admin"]);
    expect(roles.filter((one) => scopeOf(one, "tenant:write"))).toEqual(["admin"]);
  });
});

describe("masks", () => {
  it("hide legal and bank details from a marketer and leave the rest", () => {
    const counterparty = { legalName: "Exemplu SRL", taxId: "RO1234567", iban: "RO49AAAA1B31007593840000" };
    expect(masked(counterparty, maskFor("marketer").counterparty)).toEqual({
      legalName: "Exemplu SRL",
      taxId: undefined,
      iban: undefined,
    });
    expect(masked(counterparty, maskFor("accountant").counterparty)).toBe(counterparty);
  });
});

describe("work", () => {
  it("is given to those who work here, and to nobody else", () => {
    expect(checkAssignable(admin)).toBe(admin);
    expect(() => checkAssignable(undefined, "/participantIds/0")).toThrow(
      expect.objectContaining({
        code: "reference.unknown",
        fields: [expect.objectContaining({ pointer: "/participantIds/0" })],
      }),
    );
    expect(() => checkAssignable({ ...admin, status: "dismissed" })).toThrow(
      expect.objectContaining({ code: "member.not-assignable" }),
    );
  });
});
