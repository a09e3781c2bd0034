import { randomUUID } from "node:crypto";
import { inject } from "vitest";
import * as z from "zod";
import { companyZone } from "./days.ts";

/** The address of the stack that the tests of this run share. */
export const stackUrl = (): string => inject("stackUrl");

const post = async (path: string, body: unknown): Promise<unknown> => {
  const response = await fetch(`${stackUrl()}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${JSON.stringify(answer)}`);
  return answer;
};

const Token = z.object({ token: z.string() });
const Tenant = z.object({ tenantId: z.string(), adminMemberId: z.string() });

/** An access token of a member, as a sign-in would give. */
export const tokenFor = async (email: string): Promise<string> =>
  Token.parse(await post("/_local/token", { email })).token;

export interface TestTenant {
  readonly tenantId: string;
  readonly adminMemberId: string;
  readonly adminEmail: string;
  /** Of the admin. */
  readonly token: string;
}

export interface TenantWishes {
  readonly name?: string;
  readonly preset?: "light" | "full";
  readonly currency?: string;
  readonly timeZone?: string;
  readonly country?: string;
}

/** A tenant of the test's own, empty but for its admin. */
export const newTenant = async (wishes: TenantWishes = {}): Promise<TestTenant> => {
  const adminEmail = `admin-${randomUUID()}@test.example`;
  const made = await post("/_local/tenants", {
    name: "Test",
    preset: "full",
    timeZone: companyZone,
    ...wishes,
    adminEmail,
  });
  return { ...Tenant.parse(made), adminEmail, token: await tokenFor(adminEmail) };
};

/** Makes the next invocations of a function fail, to see its retries and its dead-letter queue. */
export const failNext = async (functionName: string, failures: number): Promise<void> => {
  await post("/_local/faults", { function: functionName, failures });
};

/** Waits until what happens behind the requests (stream, events, subscribers) has happened. */
export const settle = async (): Promise<void> => {
  await post("/_local/settle", {});
};
