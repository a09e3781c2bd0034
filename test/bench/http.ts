import { Caller, type Measured, measure, tableOf } from "./load.ts";
import {
  clientBody,
  dealBody,
  type Field,
  type OperationName,
  operationsOf,
  trytonPerSecond,
} from "./operations.ts";
import type { BenchStack } from "./stack.ts";

interface Made {
  readonly id: string;
}

const connections = 16;
/** Each operation is measured so many times, in turns with the others: one pause of the machine decides no figure. */
const rounds = 3;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const medianOf = (all: readonly Measured[]): Measured => {
  const [first] = all;
  if (!first) throw new Error("nothing was measured");
  const of = (figure: "perSecond" | "p50Ms" | "p95Ms" | "p99Ms") => median(all.map((one) => one[figure]));
  return { ...first, perSecond: of("perSecond"), p50Ms: of("p50Ms"), p95Ms: of("p95Ms"), p99Ms: of("p99Ms") };
};

/** Makes records over HTTP, sixteen at once, in order of their numbers. */
const load = async (caller: Caller, path: string, from: number, to: number, body: (n: number) => unknown) => {
  const ids: string[] = [];
  const measured = await measure(path, to - from, connections, async (n) => {
    ids.push((await caller.json<Made>("POST", path, body(from + n))).id);
  });
  return { ids, measured };
};

export interface Sizes {
  readonly clients: number;
  readonly deals: number;
  readonly manyClients: number;
  readonly operations: number;
}

/** `settling`: seconds until what follows from the operations (events, lookups, sums) was done as well. */
const rowOf = (clients: number, measured: Measured, settling: number) => {
  const { few, many, goal } = trytonPerSecond[measured.name as OperationName];
  const tryton = clients > 10_000 ? (many ?? few) : few;
  return [
    measured.name,
    clients.toLocaleString("en"),
    measured.concurrency,
    measured.perSecond.toFixed(0),
    (measured.operations / (measured.operations / measured.perSecond + settling)).toFixed(0),
    measured.p50Ms.toFixed(1),
    measured.p95Ms.toFixed(1),
    measured.p99Ms.toFixed(1),
    measured.concurrency === 1 ? "" : `${(measured.perSecond / tryton).toFixed(1)} of ${goal}`,
  ];
};

/** Loads a tenant: products, clients and deals of its admin. */
export const loadField = async (
  caller: Caller,
  sizes: Pick<Sizes, "clients" | "deals">,
): Promise<Field & { readonly clientIds: string[] }> => {
  const me = await caller.json<{ member: Made }>("GET", "/v1/me");
  const productIds = (
    await load(caller, "/v1/products", 0, 7, (n) => ({
      code: `P${n}`,
      name: `Product ${n}`,
      prices: [{ currency: "EUR", unitPriceMinor: 1_000 + 137 * n }],
    }))
  ).ids;
  const clients = await load(caller, "/v1/clients", 0, sizes.clients, clientBody);
  const clientIds = clients.ids;
  const deals = await load(caller, "/v1/deals", 0, sizes.deals, (n) =>
    dealBody(n, { clientIds, productIds }),
  );
  return {
    caller,
    managerId: me.member.id,
    productIds,
    clientIds,
    deals: new Map(deals.ids.map((id) => [id, 0])),
  };
};

/** Operations per second and their times over HTTP, on few and on many clients. */
export const measureHttp = async (stack: BenchStack, sizes: Sizes): Promise<string> => {
  const caller = new Caller(stack.url, await stack.tokenFor("admin@demo.example"), connections);
  const field = await loadField(caller, sizes);
  const rows: (string | number)[][] = [];
  const p99 = new Map<string, number>();
  const round = async (clientCount: number, firstNew: number) => {
    const operations = operationsOf(field, firstNew);
    for (const concurrency of [1, connections]) {
      const taken = new Map<string, { measured: Measured; settling: number }[]>();
      for (let turn = 0; turn < rounds; turn++)
        for (const [name, operation] of Object.entries(operations)) {
          await measure(name, Math.ceil(sizes.operations / 10), concurrency, operation); // warm
          await stack.settle();
          const measured = await measure(name, sizes.operations, concurrency, operation);
          const startedAt = performance.now();
          await stack.settle();
          const settling = (performance.now() - startedAt) / 1000;
          taken.set(name, [...(taken.get(name) ?? []), { measured, settling }]);
        }
      for (const [name, all] of taken) {
        const measured = medianOf(all.map((one) => one.measured));
        rows.push(rowOf(clientCount, measured, median(all.map(({ settling }) => settling))));
        p99.set(`${name} ${concurrency} ${clientCount}`, measured.p99Ms);
        console.log(rows.at(-1)?.join(" | "));
      }
    }
  };
  await round(sizes.clients, 1_000_000);
  const many = await load(caller, "/v1/clients", sizes.clients, sizes.manyClients, clientBody);
  field.clientIds.push(...many.ids);
  console.log(`loaded ${sizes.manyClients} clients, ${many.measured.perSecond.toFixed(0)} a second`);
  await round(sizes.manyClients, 2_000_000);

  const growth = Object.keys(trytonPerSecond).map((name) => [
    name,
    ...[1, connections].map((concurrency) => {
      const few = p99.get(`${name} ${concurrency} ${sizes.clients}`) ?? Number.NaN;
      const grown = p99.get(`${name} ${concurrency} ${sizes.manyClients}`) ?? Number.NaN;
      return (grown / few).toFixed(2);
    }),
  ]);
  caller.close();
  return [
    tableOf(
      ["operation", "clients", "at once", "a second", "settled", "p50 ms", "p95 ms", "p99 ms", "× Tryton"],
      rows,
    ),
    `\np99 with ${sizes.manyClients.toLocaleString("en")} clients ÷ p99 with ${sizes.clients.toLocaleString("en")} (to reach: 1.3)\n`,
    tableOf(["operation", "1 at once", `${connections} at once`], growth),
  ].join("\n");
};
