import { type Company, fresh } from "../company.ts";
import type { Requests } from "../request.ts";
import { someGoods } from "./stock.ts";

const anotherDeal = (
  { call }: Company,
  more: Partial<Parameters<Company["call"]["createDeal"]>[0]["body"]> = {},
) => call.createDeal({ body: { title: `Deal ${fresh()}`, typeId: "sale", ...more } });

export const deals: Requests = {
  createDeal: async ({ ids, adminMemberId }) => ({
    body: {
      title: `Deal ${fresh()}`,
      typeId: "sale",
      clientId: ids.cli,
      contacts: [{ contactId: ids.con, roles: ["decider"], sharePercent: 100 }],
      ownerId: ids.mem,
      participantIds: [adminMemberId],
      items: [{ productId: ids.prd, quantity: 2, unitPriceMinor: 1000 }],
      currency: "EUR",
    },
  }),
  changeDeal: async (company) => ({
    params: { dealId: (await anotherDeal(company)).id },
    body: {
      clientId: company.ids.cli,
      contacts: [{ contactId: company.ids.con, roles: ["payer"] }],
      ownerId: company.ids.mem,
      participantIds: [company.adminMemberId],
      items: [{ productId: company.ids.prd, quantity: 3, unitPriceMinor: 500 }],
    },
  }),
  moveDeal: async (company) => ({
    params: { dealId: (await anotherDeal(company)).id },
    body: { stageId: "qualified" },
  }),
  winDeal: async (company) => ({ params: { dealId: (await anotherDeal(company, { typeId: "order" })).id } }),
  overrideDeal: async (company) => ({
    params: { dealId: (await anotherDeal(company, { typeId: "order" })).id },
    body: { reason: "Agreed on the phone" },
  }),
  shipDeal: async (company) => {
    const { cli: clientId = "", cpt: counterpartyId = "" } = company.ids;
    const deal = await anotherDeal(company, { clientId });
    const lines = [{ ...(await someGoods(company)), quantity: 10, unitPriceMinor: 100 }];
    await company.call.createOrder({ body: { clientId, counterpartyId, dealId: deal.id, lines } });
    return { params: { dealId: deal.id }, body: { stageId: "qualified", memo: "By lorry" } };
  },
  loseDeal: async (company) => ({
    params: { dealId: (await anotherDeal(company)).id },
    body: { reasonId: "price", competitor: "Rival SRL" },
  }),
  reopenDeal: async (company) => {
    const { id } = await anotherDeal(company, { typeId: "order" });
    await company.call.winDeal({ params: { dealId: id } });
    return { params: { dealId: id } };
  },
};
