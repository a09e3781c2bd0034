import type { ProblemError } from "../../functions/client.ts";
import { type FinanceCompany, newFinanceCompany } from "../finance/company.ts";

/** A company with a warehouse, in which lie since 2020 100 pieces of each of two products that cost 2.00 a piece. */
export const newSellingCompany = async () => {
  const company = await newFinanceCompany();
  const { call } = company;
  const warehouse = await call.createWarehouse({ body: { name: "Ghencea" } });
  const product = async (code: string) => {
    const { id } = await call.createProduct({
      body: { code, name: code, prices: [{ currency: "RON", unitPriceMinor: 1_000 }] },
    });
    const goods = { productId: id, warehouseId: warehouse.id };
    await call.postReceipt({
      body: { effectiveOn: "2020-01-01", lines: [{ ...goods, quantity: 100, costMinor: 20_000 }] },
    });
    return goods;
  };
  return { ...company, flour: await product("FLOUR"), sugar: await product("SUGAR") };
};
export type SellingCompany = Awaited<ReturnType<typeof newSellingCompany>>;

type Body = Parameters<FinanceCompany["call"]["createOrder"]>[0]["body"];

/** A confirmed order of 10 of flour and 20 of sugar. */
export const confirmedOrder = async (
  { call, clientId, first, flour, sugar }: SellingCompany,
  more: Partial<Body> = {},
) => {
  const { id } = await call.createOrder({
    body: {
      ...{ clientId, counterpartyId: first },
      lines: [
        { ...flour, quantity: 10 },
        { ...sugar, quantity: 20, discount: { amountMinor: 1_000 } },
      ],
      ...more,
    },
  });
  const params = { orderId: id };
  return { params, order: await call.confirmOrder({ params }) };
};

/** What lies there of a product, and what of it is reserved. */
export const stockOf = async ({ call }: SellingCompany, { productId }: { productId: string }) => {
  const { quantity, reserved } = await call.readStockOfProduct({ params: { productId } });
  return { quantity, reserved };
};

/** What a refused call says. */
export const refusal = (status: number, code: string): Partial<ProblemError> => ({ status, code });

/** Does so many at once of what is to be done with each. */
export const eachOf = async <T, R>(
  all: readonly T[],
  atOnce: number,
  work: (one: T) => Promise<R>,
): Promise<R[]> => {
  const results: R[] = [];
  for (let at = 0; at < all.length; at += atOnce)
    results.push(...(await Promise.all(all.slice(at, at + atOnce).map(work))));
  return results;
};
