import { type Company, fresh } from "../company.ts";
import type { Requests, Variants } from "../request.ts";
import { someGoods } from "./stock.ts";

const anotherDeal = (
  { call }: Company,
  more: Partial<Parameters<Company["call"]["createDeal"]>[0]["body"]> = {},
) => call.createDeal({ body: { title: `Deal ${fresh()}`, typeId: "sale", ...more } });

/** A deal with an order that is drawn up. */
const orderedDeal = async (company: Company) => {
  const { cli: clientId = "", cpt: counterpartyId = "" } = company.ids;
  const { id: dealId } = await anotherDeal(company, { clientId });
  const lines = [{ ...(await someGoods(company)), quantity: 10, unitPriceMinor: 100 }];
  const { id: orderId } = await company.call.createOrder({
    body: { clientId, counterpartyId, dealId, lines },
  });
  return { dealId, orderId };
};

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
    const { dealId, orderId } = await orderedDeal(company);
    return { params: { dealId }, body: { from: { orderId }, stageId: "qualified", memo: "By lorry" } };
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

export const dealVariants: Variants = {
  shipDeal: [
    async (company) => {
      const { cli: clientId = "", cpt: counterpartyId = "" } = company.ids;
      const { id: dealId } = await anotherDeal(company, { clientId });
      const lines = [{ ...(await someGoods(company)), quantity: 10 }];
      const { id: reservationId } = await company.call.reserveStock({ body: { dealId, lines } });
      return { params: { dealId }, body: { from: { reservationId, counterpartyId } } };
    },
    async (company) => {
      const { cli: clientId = "", cpt: counterpartyId = "" } = company.ids;
      const { productId, warehouseId } = await someGoods(company);
      const items = [{ productId, quantity: 10, unitPriceMinor: 100 }];
      const { id: dealId } = await anotherDeal(company, { clientId, items, currency: "EUR" });
      return { params: { dealId }, body: { from: { warehouseId, counterpartyId } } };
    },
  ],
};
