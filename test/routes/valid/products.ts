import { type Company, fresh } from "../company.ts";
import type { Requests } from "../request.ts";

export const anotherProduct = ({ call }: Company) =>
  call.createProduct({ body: { code: fresh(), name: "GTX Plus" } });

export const products: Requests = {
  createProduct: async () => ({
    body: { code: fresh(), name: "GTX", prices: [{ currency: "EUR", unitPriceMinor: 100 }] },
  }),
  changeProduct: async (company) => ({
    params: { productId: (await anotherProduct(company)).id },
    body: { name: "GTX Ultra", category: null },
  }),
};
