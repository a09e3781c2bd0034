import { expect, test } from "vitest";
import { settle } from "../support/client.ts";
import { company } from "./company.ts";

test("a summary over closing months counts to the last month there is, and nothing in months of the wrong order", async () => {
  const { admin, adminMemberId } = await company();
  const { id } = await admin.createDeal({ body: { title: "Order", typeId: "order" } });
  await admin.winDeal({ params: { dealId: id } });
  await settle();
  const counted = async (query: { closedFrom: string; closedTo: string; owner?: string }) =>
    (await admin.summarizeDeals({ query: { by: "closed-month", ...query } })).totals.count;
  for (const whose of [{}, { owner: adminMemberId }]) {
    expect(await counted({ closedFrom: "0000-01", closedTo: "9999-12", ...whose })).toBe(1);
    expect(await counted({ closedFrom: "9999-12", closedTo: "9999-12", ...whose })).toBe(0);
    expect(await counted({ closedFrom: "2027-05", closedTo: "2020-01", ...whose })).toBe(0);
  }
});
