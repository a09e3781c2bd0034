import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, StackProcess } from "../crash/process.ts";
import { until } from "../support/until.ts";

const folder = mkdtempSync(path.join(tmpdir(), "clientela-contracts-"));
const stack = new StackProcess(folder);
let api: Api;

const signIn = async (): Promise<void> => {
  api = await stack.api("admin@demo.example");
};
beforeAll(async () => {
  await stack.start();
  await signIn();
});
afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Moves the clock; tokens expire by it. */
const advance = async (duration: string): Promise<void> => {
  await stack.local("POST", "clock", { advance: duration });
  await signIn();
};
const dayIn = async (days: number): Promise<string> => {
  const { now } = Object(await stack.local("GET", "clock"));
  return new Date(Date.parse(now) + days * 86_400_000).toISOString().slice(0, 10);
};

const reminders = async (contractId: string) =>
  (await stack.events())
    .filter(({ type, detail }) => type === "contract.expiring" && detail.data.contractId === contractId)
    .map(({ detail }) => detail.data.endsOn);

test("a contract reminds by itself when its day has come, once, also after failing runs and a kill", async () => {
  const client = await api.createClient({
    body: { name: "Reminded", counterparties: [{ legalName: "Reminded SRL" }] },
  });
  const whole = await api.readClient({ params: { clientId: client.id } });
  const validTo = await dayIn(40);
  const contract = await api.createContract({
    body: {
      number: "REMIND-1",
      kind: "frame",
      clientId: client.id,
      counterpartyId: whole.counterparties[0]?.id ?? "",
      validFrom: await dayIn(-10),
      validTo,
      remindDaysBefore: 30,
    },
  });
  const params = { contractId: contract.id };
  await api.signContract({ params, body: { signedOn: await dayIn(-10) } });
  await advance("P5D");
  await stack.settle();
  expect(await reminders(contract.id)).toEqual([]);
  await stack.local("POST", "faults", { function: "contract-reminders", failures: 1 });
  await advance("P6D");
  await stack.kill({ database: true });
  await stack.start();
  await signIn();
  await until("it reminds", async () => {
    await advance("PT1H");
    await stack.settle();
    return (await reminders(contract.id)).length > 0;
  });
  await advance("P3D");
  await stack.settle();
  expect(await reminders(contract.id)).toEqual([validTo]);
  expect((await api.readContract({ params })).remindedOf).toEqual([validTo]);
});
