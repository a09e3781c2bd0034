import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { clientOf } from "../../functions/client.ts";
import { allRoutes } from "../../functions/routes.ts";
import { newTenant, stackUrl, type TestTenant } from "../support/client.ts";

/** As the published file is written: one client's purchases together, days without dashes, amounts without zeros. */
const file = [
  "ID,Date,Amount",
  "1,20170101,11.77",
  "2,20170112,12",
  "2,20170112,77",
  "3,20170102,20.76",
  "3,20170102,20.76",
  "3,20180630,0.5",
  "4,20170105,0",
  "5,20170105,2500.15",
  "",
].join("\r\n");
const soldMinor = 1_177 + 1_200 + 7_700 + 2_076 * 2 + 50 + 250_015;

let folder: string;
let tenant: TestTenant;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "clientela-cdnow-"));
  writeFileSync(path.join(folder, "cdnow_master.csv"), file);
  tenant = await newTenant({ currency: "USD" });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (): Promise<{ code: number | null; output: string }> =>
  new Promise((resolve, reject) => {
    const cli = path.resolve(import.meta.dirname, "../../functions/imports/cli.ts");
    const args = ["--profile", "cdnow", folder, "--url", stackUrl(), "--token", tenant.token];
    const child = spawn(process.execPath, [cli, ...args], { stdio: "pipe" });
    let output = "";
    child.stdout.on("data", (text) => (output += text));
    child.stderr.on("data", (text) => (output += text));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
const lineOf = (output: string, title: string): string[] =>
  output
    .split("\n")
    .find((line) => line.startsWith(`${title} `))
    ?.trim()
    .split(/\s+/)
    .slice(1, 7) ?? [];

it("the profile cdnow makes clients and their sales once, and their sums agree in all places", async () => {
  const api = clientOf(allRoutes, { baseUrl: stackUrl(), token: tenant.token });
  const figures = async () => {
    const trial = await api.readTrialBalance({ query: {} });
    const years = await Promise.all(
      [2017, 2018].map((year) => api.listClientTurnover({ query: { year, limit: 100 } })),
    );
    const turnover = years.flatMap(({ items }) => items);
    return {
      accounts: Object.fromEntries(
        trial.items.map(({ account, debit, credit }) => [account, debit - credit]),
      ),
      turnover: turnover.reduce((sum, { revenue }) => sum + revenue, 0),
      sales: turnover.reduce((sum, { sales }) => sum + sales, 0),
      clients: new Set(turnover.map(({ id }) => id)).size,
    };
  };
  const expected = {
    accounts: { cash: soldMinor, revenue: -soldMinor },
    turnover: soldMinor,
    sales: 7,
    clients: 4,
  };

  const first = await run();
  expect(first).toMatchObject({ code: 0 });
  expect(lineOf(first.output, "Clients")).toEqual(["done", "8", "5", "3", "0", "0"]);
  expect(lineOf(first.output, "Sales")).toEqual(["done", "8", "7", "0", "0", "1"]);
  expect(first.output).toContain('line 8, Amount: "0" is 0, and a posting of 0 does not exist');
  expect(await figures()).toEqual(expected);

  const second = await run();
  expect(lineOf(second.output, "Clients")).toEqual(["done", "8", "0", "8", "0", "0"]);
  expect(lineOf(second.output, "Sales")).toEqual(["done", "8", "0", "7", "0", "1"]);
  expect(await figures()).toEqual(expected);
});
