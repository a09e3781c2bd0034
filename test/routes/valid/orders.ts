import type { Company } from "../company.ts";
import type { Requests } from "../request.ts";
import { someGoods } from "./stock.ts";

const draftOrder = async (company: Company) => {
  const { cli: clientId = "", cpt: counterpartyId = "", deal: dealId = "" } = company.ids;
  const goods = await someGoods(company);
  const lines = [{ ...goods, quantity: 10, unitPriceMinor: 100 }];
  const { id } = await company.call.createOrder({ body: { clientId, counterpartyId, dealId, lines } });
  return { orderId: id };
};

const confirmedOrder = async (company: Company) => {
  const params = await draftOrder(company);
  await company.call.confirmOrder({ params });
  return params;
};

const shippedOrder = async (company: Company) => {
  const params = await confirmedOrder(company);
  const { shipments } = await company.call.shipOrder({ params, body: {} });
  return { params, shipmentId: shipments[0]?.documentId ?? "" };
};

export const orders: Requests = {
  createOrder: async (company) => ({
    body: {
      clientId: company.ids.cli,
      counterpartyId: company.ids.cpt,
      dealId: company.ids.deal,
      contractId: company.ids.ctr,
      lines: [
        {
          ...{ productId: company.ids.prd, warehouseId: company.ids.whs },
          ...{ quantity: 3, unitPriceMinor: 100, discount: { basisPoints: 500 } },
        },
      ],
    },
  }),
  changeOrder: async (company) => ({
    params: await draftOrder(company),
    body: {
      counterpartyId: company.ids.cpt,
      dealId: company.ids.deal,
      contractId: company.ids.ctr,
      lines: [
        {
          ...{ productId: company.ids.prd, warehouseId: company.ids.whs },
          ...{ quantity: 2, unitPriceMinor: 90, discount: { amountMinor: 5 } },
        },
      ],
    },
  }),
  confirmOrder: async (company) => ({ params: await draftOrder(company) }),
  shipOrder: async (company) => ({
    params: await confirmedOrder(company),
    body: { lines: [{ line: 0, quantity: 4 }] },
  }),
  invoiceOrder: async (company) => ({ params: (await shippedOrder(company)).params, body: {} }),
  returnOfOrder: async (company) => {
    const { params, shipmentId } = await shippedOrder(company);
    await company.call.invoiceOrder({ params, body: {} });
    return { params, body: { shipmentId, reason: "Broken", lines: [{ line: 0, quantity: 2 }] } };
  },
  cancelOrder: async (company) => ({
    params: await confirmedOrder(company),
    body: { lines: [{ line: 0, quantity: 4 }] },
  }),
};
