import * as z from "zod";
import { Id } from "../../domain/kernel/id.ts";
import { PageQuery, pageOf } from "../../domain/kernel/page.ts";
import { NewProduct, Product, ProductChange } from "../../domain/products/product.ts";
import { route } from "../kit/route.ts";

const params = z.strictObject({ productId: Id("product") });
const shared = { feature: "products" } as const;

export const productRoutes = {
  createProduct: route({
    ...shared,
    method: "POST",
    path: "/v1/products",
    summary: "Add a product to the range",
    permission: "product:write",
    body: NewProduct,
    status: 201,
    output: Product,
    versioned: true,
    failures: ["product.code-taken", "product.prices-overlap"],
  }),
  listProducts: route({
    ...shared,
    method: "GET",
    path: "/v1/products",
    summary: "The range, by code",
    permission: "product:read",
    query: z.strictObject({
      ...PageQuery,
      code: z.string().max(60).optional().meta({ description: "Only the product with this code" }),
    }),
    status: 200,
    output: pageOf(Product),
  }),
  readProduct: route({
    ...shared,
    method: "GET",
    path: "/v1/products/{productId}",
    summary: "A product",
    permission: "product:read",
    params,
    status: 200,
    output: Product,
    versioned: true,
  }),
  changeProduct: route({
    ...shared,
    method: "PATCH",
    path: "/v1/products/{productId}",
    summary: "Change a product",
    description: "Only what the body names is changed; `prices` is replaced as a whole.",
    permission: "product:write",
    params,
    body: ProductChange,
    status: 200,
    output: Product,
    versioned: true,
    failures: ["product.prices-overlap"],
  }),
};
