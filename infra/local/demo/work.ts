import type * as z from "zod";
import type { NewTimeEntry } from "../../../domain/people/entry.ts";
import { Chance } from "./chance.ts";
import type { DemoDeal } from "./deals.ts";
import { daysFrom } from "./past.ts";
import type { DemoMemberKey } from "./people.ts";

/** What an hour of the members costs who write their time down, in cents; a raise came with this year. */
export const demoPositions = (year: number) =>
  [
    { key: "seller", name: "Sales", rates: [1_650, 1_800], members: ["ana", "razvan", "zofia"] },
    { key: "head", name: "Head of sales", rates: [2_700, 2_950], members: ["ileana"] },
  ].map(({ key, name, rates: [before = 0, now = 0], members }) => ({
    key,
    body: {
      name,
      rates: [
        { hourlyRateMinor: before, validTo: `${year - 1}-12-31` },
        { hourlyRateMinor: now, validFrom: `${year}-01-01` },
      ],
    },
    members: members.filter(isWorker),
  }));

const workers = ["ana", "razvan", "zofia", "ileana"] as const satisfies readonly DemoMemberKey[];
const isWorker = (name: string): name is (typeof workers)[number] => workers.some((one) => one === name);
const done = [
  "Tasting at their place",
  "Visit, with the technician",
  "Ofertă refăcută",
  "Call about the delivery",
  "Instruire barista",
] as const;
const entriesEach = 4;

export interface DemoTime {
  readonly member: DemoMemberKey;
  readonly body: z.input<typeof NewTimeEntry>;
}

/** Time of the last weeks, for deals of those who spent it: nobody without deals writes any down. */
export const demoTime = (
  seed: string,
  nowMs: number,
  deals: readonly DemoDeal[],
  dealIds: readonly string[],
): DemoTime[] =>
  workers.flatMap((member) => {
    const own = deals.flatMap(({ owner, body }, at) => {
      const id = dealIds[at];
      return owner === member && body.clientId && id ? [id] : [];
    });
    return Array.from({ length: own.length === 0 ? 0 : entriesEach }, (_, n): DemoTime => {
      const chance = new Chance(`${seed} time ${member} ${n}`);
      return {
        member,
        body: {
          on: daysFrom(nowMs, -chance.between(1, 27)),
          minutes: chance.between(2, 14) * 15,
          dealId: chance.of(own),
          memo: chance.of(done),
        },
      };
    });
  });
