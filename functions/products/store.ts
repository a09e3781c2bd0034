import * as z from "zod";
import { Failure } from "../../domain/kernel/errors.ts";
import { codeKey, Product } from "../../domain/products/product.ts";
import { entity } from "../kit/table/entity.ts";
import { create, type Write } from "../kit/table/store.ts";

/** Access patterns: a product by id; the range by code (index `list`); a product by code (its claim). */
export const productEntity = entity<Product, { readonly id: string }>({
  name: "product",
  schema: Product,
  key: ({ id }) => ({ pk: `PRODUCT#${id}`, sk: "PRODUCT" }),
  indexes: (product) => ({ list: { pk: "PRODUCTS", sk: `${codeKey(product.code)}#${product.id}` } }),
});

const CodeClaim = z.object({ version: z.int(), code: z.string(), productId: z.string() });

/** Says that a code is taken, and by which product. */
export const codeClaimEntity = entity<z.infer<typeof CodeClaim>, { readonly code: string }>({
  name: "product-code",
  schema: CodeClaim,
  key: ({ code }) => ({ pk: `PRODUCT-CODE#${codeKey(code)}`, sk: "CLAIM" }),
});

/** What is written for a new product. */
export const productCreation = (product: Product): Write[] => [
  create(productEntity, product),
  create(codeClaimEntity, { version: 1, code: product.code, productId: product.id }, () => {
    return new Failure("product.code-taken", {
      fields: [{ pointer: "/code", reason: "belongs to another product" }],
    });
  }),
];
