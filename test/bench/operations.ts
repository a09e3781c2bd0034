import type { Caller } from "./load.ts";

/** What the operations are asked of: ids of records that the load has made. */
export interface Field {
  readonly caller: Caller;
  readonly managerId: string;
  readonly productIds: readonly string[];
  readonly clientIds: readonly string[];
  /** Open deals, with the stage that each stands in: its place in the type's order. */
  readonly deals: Map<string, number>;
}

interface Made {
  readonly id: string;
}

/** A number series that is the same in every run. */
export const series = (seed: number) => {
  let state = seed >>> 0;
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

const pick = <T>(all: readonly T[], next: (below: number) => number): T => {
  const one = all[next(all.length)];
  if (one === undefined) throw new Error("nothing to pick from");
  return one;
};

const givenNames = ["Ștefan", "Ioana", "Zoë", "Łukasz", "Ana", "Mihai", "Elena", "Čeněk", "Jürgen", "Ilinca"];
const familyNames = ["Țepeș", "Popescu", "Nowak", "Dvořák", "Müller", "Ionescu", "Kovács", "Şahin"];
const trades = ["Construct", "Textil", "Agro", "Software", "Metal", "Farma", "Logistic", "Energo"];
const forms = ["SRL", "SA", "GmbH", "s.r.o.", "Kft."];

/** A client with one contact and one counterparty. */
export const clientBody = (n: number) => {
  const next = series(n + 1);
  const family = pick(familyNames, next);
  const name = `${family} ${pick(trades, next)} ${n}`;
  return {
    name,
    country: "RO",
    contacts: [
      {
        name: `${pick(givenNames, next)} ${family}`,
        roles: ["decider"],
        phones: [`+4072${String(1_000_000 + (n % 9_000_000))}`],
        emails: [`office${n}@example.com`],
      },
    ],
    counterparties: [
      { legalName: `${name} ${pick(forms, next)}`, taxId: `RO${10_000_000 + n}`, country: "RO" },
    ],
  };
};

/** The names of the first clients. */
export const clientNames = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => clientBody(n).name);

/** A deal of one line at the product's price. */
export const dealBody = (n: number, field: Pick<Field, "clientIds" | "productIds">) => {
  const next = series(n + 7);
  return {
    title: `Offer ${n}`,
    typeId: "sale",
    clientId: pick(field.clientIds, next),
    items: [{ productId: pick(field.productIds, next), quantity: 1 + next(9) }],
  };
};

const stages = ["interest", "qualified", "proposal", "negotiation"];

/** The operations that are measured, each as one HTTP request. */
export const operationsOf = (field: Field, firstNew: number) => {
  const next = series(firstNew);
  let made = firstNew;
  const order = [...field.deals.keys()];
  let turn = 0;
  return {
    "create client": () => field.caller.json<Made>("POST", "/v1/clients", clientBody(made++)),
    "read client whole": () => field.caller.json("GET", `/v1/clients/${pick(field.clientIds, next)}`),
    "create deal": () => field.caller.json<Made>("POST", "/v1/deals", dealBody(made++, field)),
    "move stage": () => {
      // Every deal in turn: three steps forward, then back to the first, and again.
      const id = order[turn++ % order.length] ?? "";
      const to = ((field.deals.get(id) ?? 0) + 1) % stages.length;
      field.deals.set(id, to);
      return field.caller.json("POST", `/v1/deals/${id}/moves`, { stageId: stages[to] });
    },
    "list a manager's 50 open deals": () =>
      field.caller.json("GET", `/v1/deals?owner=${field.managerId}&state=open&limit=50`),
    "draw the summary": () => field.caller.json("GET", "/v1/deals/summary?by=stage"),
  };
};
export type OperationName = keyof ReturnType<typeof operationsOf>;

/** What Tryton 6.0 does with PostgreSQL and four server processes, asked by 16 clients, on two such cores: a second. */
export const trytonPerSecond: Readonly<Record<OperationName, { few: number; many?: number; goal: number }>> =
  {
    "create client": { few: 38, goal: 10 },
    "read client whole": { few: 136, goal: 5 },
    "create deal": { few: 97, goal: 10 },
    "move stage": { few: 113, goal: 10 },
    "list a manager's 50 open deals": { few: 122, goal: 5 },
    "draw the summary": { few: 66, many: 7.5, goal: 5 },
  };
