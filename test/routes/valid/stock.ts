import { type Company, fresh } from "../company.ts";
import type { Requests } from "../request.ts";
import { anotherProduct } from "./products.ts";

/** A hundred pieces of a product of its own, in a warehouse of its own with two places. */
export const someGoods = async (company: Company) => {
  const { call } = company;
  const [product, warehouse] = await Promise.all([
    anotherProduct(company),
    call.createWarehouse({ body: { name: `Warehouse ${fresh()}`, places: [{ code: "A-1" }] } }),
  ]);
  const goods = { productId: product.id, warehouseId: warehouse.id };
  await call.postReceipt({ body: { lines: [{ ...goods, quantity: 100, costMinor: 1000 }] } });
  return goods;
};

const someReservation = async (company: Company) => {
  const goods = await someGoods(company);
  const body = { dealId: company.ids.deal ?? "", lines: [{ ...goods, quantity: 10 }] };
  const { id } = await company.call.reserveStock({ body });
  return { params: { reservationId: id }, lines: [{ ...goods, quantity: 4 }] };
};

export const stock: Requests = {
  createWarehouse: async () => ({ body: { name: `Warehouse ${fresh()}`, places: [{ code: "A-1" }] } }),
  changeWarehouse: async ({ call }) => ({
    params: { warehouseId: (await call.createWarehouse({ body: { name: "Old" } })).id },
    body: { name: `Warehouse ${fresh()}`, places: [{ code: "B-2", name: "Ramp" }] },
  }),
  postReceipt: async (company) => ({
    body: { lines: [{ ...(await someGoods(company)), quantity: 3, costMinor: 100 }], memo: "Bought" },
  }),
  postTransfer: async (company) => {
    const goods = await someGoods(company);
    return { body: { lines: [{ ...goods, quantity: 3, toWarehouseId: goods.warehouseId, toPlace: "A-1" }] } };
  },
  postWriteOff: async (company) => ({
    body: { lines: [{ ...(await someGoods(company)), quantity: 3 }], memo: "Broken" },
  }),
  postCount: async (company) => ({
    body: { lines: [{ ...(await someGoods(company)), countedQuantity: 99 }] },
  }),
  postShipment: async (company) => ({
    body: {
      lines: [{ ...(await someGoods(company)), quantity: 3 }],
      clientId: company.ids.cli,
      counterpartyId: company.ids.cpt,
      dealId: company.ids.deal,
    },
  }),
  postReturn: async (company) => {
    const lines = [{ ...(await someGoods(company)), quantity: 3 }];
    const { id } = await company.call.postShipment({ body: { lines } });
    return {
      params: { documentId: id },
      body: { lines: [{ line: 0, quantity: 1, warehouseId: company.ids.whs, place: "main" }] },
    };
  },
  reserveStock: async (company) => ({
    body: { lines: [{ ...(await someGoods(company)), quantity: 3 }], dealId: company.ids.deal },
  }),
  releaseReservation: async (company) => {
    const { params, lines } = await someReservation(company);
    return { params, body: { lines } };
  },
  shipReservation: async (company) => {
    const { params, lines } = await someReservation(company);
    return { params, body: { lines } };
  },
};
