import nodePath from "node:path";
import { costOf, linesOf } from "./costs.ts";
import { Caller, type Measured, measure, tableOf } from "./load.ts";
import { series } from "./operations.ts";
import type { BenchStack } from "./stack.ts";

const writers = 16;
const accounts = 1000;

export interface LedgerSizes {
  /** Postings of one line, one request each. */
  readonly singles: number;
  /** Rows sent in bulk. */
  readonly bulk: number;
  /** Postings on the account that is read, few and many. */
  readonly few: number;
  readonly many: number;
}

const path = (n: number) => `bench:a${n}`;
const day = (n: number) =>
  `2026-${String(1 + (n % 10)).padStart(2, "0")}-${String(1 + (n % 28)).padStart(2, "0")}`;
const moved = (id: string, from: string, to: string, n: number) => ({
  id,
  kind: "sale",
  effectiveOn: day(n),
  postings: [
    { account: to, commodity: "EUR", amount: 100 + n },
    { account: from, commodity: "EUR", amount: -100 - n },
  ],
});

/** The accounts that are posted to, opened with a first posting each. */
const opened = async (caller: Caller): Promise<void> => {
  const paths = Array.from({ length: accounts }, (_, n) => path(n));
  const transactions = paths.map((to, n) => moved(`open-${n}`, "opening", to, n));
  const opens = paths.map((one) => ({ path: one, type: "asset" }));
  const { posted } = await caller.json<{ posted: number }>("POST", "/v1/ledger/bulk", {
    transactions,
    opens,
  });
  if (posted !== accounts) throw new Error(`${posted} of ${accounts} accounts were opened`);
};

const single = (caller: Caller, body: unknown) => caller.json("POST", "/v1/ledger/transactions", body);

const bulkOf = async (caller: Caller, name: string, rows: number, row: (n: number) => unknown) => {
  const size = 1000;
  const calls = Math.ceil(rows / size);
  return measure(name, calls, 1, async (call) => {
    const transactions = Array.from({ length: Math.min(size, rows - call * size) }, (_, n) =>
      row(call * size + n),
    );
    const { posted } = await caller.json<{ posted: number }>("POST", "/v1/ledger/bulk", { transactions });
    if (posted !== transactions.length) throw new Error(`${posted} of ${transactions.length} were posted`);
  });
};

const rowOf = (measured: Measured, perSecond = measured.perSecond) => [
  measured.name,
  measured.concurrency,
  perSecond.toFixed(0),
  measured.p50Ms.toFixed(1),
  measured.p99Ms.toFixed(1),
];

/** Round trips (the principal's included) and capacity units of requests whose accounts are known already. */
const costsOf = async (stack: BenchStack, caller: Caller): Promise<string> => {
  const client = await caller.json<{ id: string }>("POST", "/v1/clients", { name: "Client" });
  const receivable = `clients:${client.id}:deposit`;
  const sale = (id: string) => ({
    ...moved(id, "revenue", receivable, 1),
    links: { clientId: client.id },
    opens: [{ path: receivable, type: "asset" }],
  });
  const requests: Record<string, (n: number) => Promise<unknown>> = {
    "transaction between two common accounts": (n) => single(caller, moved(`cost-${n}`, path(1), path(2), 1)),
    "sale of one line to a client": (n) => single(caller, sale(`sale-${n}`)),
    "the same sale sent again": () => single(caller, sale("sale-0")),
    "balance of an account": () => caller.json("GET", "/v1/ledger/balances?account=revenue&commodity=EUR"),
  };
  const rows: (string | number)[][] = [];
  for (const [name, request] of Object.entries(requests)) {
    for (const n of [0, 1, 2]) await request(n);
    caller.headers["x-correlation-id"] = `bench-ledger-${process.pid}-${rows.length}`;
    await request(3);
    const { trips, readUnits, writeUnits } = await costOf(
      stack.dataFolder,
      "ledger",
      caller.headers["x-correlation-id"],
    );
    delete caller.headers["x-correlation-id"];
    rows.push([name, trips, readUnits, writeUnits]);
  }
  return tableOf(["request", "round trips", "read units", "write units"], rows);
};

/** Round trips of a posting while sixteen post at once: what is above two is lost races and first readings. */
const tripsUnderLoad = (stack: BenchStack): number => {
  const trips = linesOf(nodePath.join(stack.dataFolder, "logs", "ledger.log"))
    .filter((line) => line.message === "request" && line.route === "postTransaction")
    .map((line) => Number(line.trips));
  return trips.reduce((sum, one) => sum + one, 0) / trips.length;
};

/**
 * Postings a second over many accounts, with one side always the same, and in bulk; reads of an account with few
 * and with many postings.
 */
export const measureLedger = async (stack: BenchStack, sizes: LedgerSizes): Promise<string> => {
  const caller = new Caller(stack.url, await stack.newTenant("ledger@bench.example"), writers);
  await opened(caller);
  const costs = await costsOf(stack, caller);
  console.log(costs);
  const rows: (string | number)[][] = [];
  const keep = (row: (string | number)[]) => {
    rows.push(row);
    console.log(row.join(" | "));
  };
  const next = series(7);
  const spread = (name: string) => (n: number) => {
    const from = next(accounts);
    return single(
      caller,
      moved(`${name}-${n}`, path(from), path((from + 1 + next(accounts - 1)) % accounts), n),
    );
  };
  const hot = (name: string) => (n: number) =>
    single(caller, moved(`${name}-${n}`, "revenue", path(next(accounts)), n));

  await measure("warm", Math.ceil(sizes.singles / 10), writers, spread("warm"));
  await stack.settle();
  // In turns, for the machine is not the same from one minute to the next.
  const spreads: Measured[] = [];
  const hots: Measured[] = [];
  for (const turn of [0, 1, 2]) {
    const part = Math.ceil(sizes.singles / 3);
    spreads.push(
      await measure(`${writers} writers, ${accounts} accounts`, part, writers, spread(`s${turn}`)),
    );
    await stack.settle();
    hots.push(await measure(`${writers} writers, one side always revenue`, part, writers, hot(`h${turn}`)));
    await stack.settle();
  }
  const mean = (all: readonly Measured[]) =>
    all.length / all.reduce((sum, one) => sum + 1 / one.perSecond, 0);
  const [spreadPerSecond, hotPerSecond] = [mean(spreads), mean(hots)];
  for (const [all, perSecond] of [
    [spreads, spreadPerSecond],
    [hots, hotPerSecond],
  ] as const)
    if (all[0]) keep(rowOf(all[0], perSecond));
  const bulk = await bulkOf(caller, "bulk, one caller, 1,000 a call", sizes.bulk, (n) =>
    moved(`bulk-${n}`, "revenue", path(n % accounts), n),
  );
  await stack.settle();
  const bulkPerSecond = bulk.perSecond * 1000;
  keep(rowOf(bulk, bulkPerSecond));

  const reads: string[][] = [];
  for (const [account, postings] of [
    ["bench:few", sizes.few],
    ["bench:many", sizes.many],
  ] as const) {
    await caller.json("POST", "/v1/ledger/accounts", { path: account, type: "asset" });
    await bulkOf(caller, account, postings, (n) => moved(`${account}-${n}`, "opening", account, n));
    await stack.settle();
    const read = (name: string, query: string) =>
      measure(`${name}, ${postings.toLocaleString("en")} postings`, 100, 1, () =>
        caller.json("GET", `/v1/ledger/${query}`),
      );
    for (const measured of [
      await read("balance now", `balances?account=${account}&commodity=EUR`),
      await read("balance as of a day", `balances?account=${account}&commodity=EUR&asOf=2026-06-15`),
      await read(
        "statement, 50 lines",
        `statement?account=${account}&commodity=EUR&from=2026-06-01&limit=50`,
      ),
    ])
      reads.push([measured.name, measured.p50Ms.toFixed(1), measured.p99Ms.toFixed(1)]);
  }
  caller.close();
  return [
    tableOf(["postings of two lines", "at once", "transactions a second", "p50 ms", "p99 ms"], rows),
    `\nThe hot account costs ${((1 - hotPerSecond / spreadPerSecond) * 100).toFixed(0)} % (to reach: at most 20); bulk is ` +
      `${(bulkPerSecond / spreadPerSecond).toFixed(1)} times single (to reach: 5). ` +
      `A single posting takes ${tripsUnderLoad(stack).toFixed(2)} round trips in the mean, the principal's included.\n`,
    tableOf(["read", "p50 ms", "p99 ms"], reads),
    `\n${costs}`,
  ].join("\n");
};
