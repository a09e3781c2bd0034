import { type Company, fresh } from "../company.ts";
import type { Requests } from "../request.ts";
import { anotherMember } from "./access.ts";

const anotherPosition = ({ call }: Company) =>
  call.createPosition({ body: { name: `Position ${fresh()}`, rates: [{ hourlyRateMinor: 100 }] } });

/** Of the admin, who works for the client and deal of the company. */
const anotherTime = async ({ call, ids }: Company) => {
  const body = { on: "2026-06-01", minutes: 1, clientId: ids.cli };
  return { timeEntryId: (await call.postTime({ body })).id };
};

export const people: Requests = {
  createPosition: async () => ({
    body: { name: `Position ${fresh()}`, rates: [{ hourlyRateMinor: 4200, validFrom: "2026-01-01" }] },
  }),
  changePosition: async (company) => ({
    params: { positionId: (await anotherPosition(company)).id },
    body: { name: `Position ${fresh()}`, active: false },
  }),
  setMemberPosts: async (company) => ({
    params: { memberId: (await anotherMember(company)).id },
    body: { posts: [{ positionId: company.ids.pos, validFrom: "2026-01-01" }] },
  }),
  postTime: async ({ ids }) => ({
    body: { on: "2026-06-01", minutes: 1, memberId: ids.mem, clientId: ids.cli, dealId: ids.deal },
  }),
  reverseTime: async (company) => ({
    params: await anotherTime(company),
    body: { memo: "Entered for another client" },
  }),
};
