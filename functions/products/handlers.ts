import { pagingOf } from "../../domain/kernel/page.ts";
import { changedProduct, newProduct, type Product } from "../../domain/products/product.ts";
import { happened } from "../../events/event.ts";
import { productChanged, productCreated } from "../../events/products.ts";
import { checkVersion } from "../kit/context.ts";
import { found } from "../kit/found.ts";
import type { Handlers } from "../kit/serve.ts";
import { update } from "../kit/table/store.ts";
import type { productRoutes } from "./routes.ts";
import { codeClaimEntity, productCreation, productEntity } from "./store.ts";

export const productHandlers: Handlers<typeof productRoutes> = {
  async createProduct({ body }, { newId, now, save }) {
    const product = newProduct(body, newId("product"), now);
    return save({
      writes: productCreation(product),
      happened: [happened(productCreated, product)],
      answer: product,
    });
  },

  async listProducts({ query }, { store }) {
    if (query.code !== undefined) {
      const claim = await store.get(codeClaimEntity, { code: query.code });
      const product = claim && (await store.get(productEntity, { id: claim.productId }));
      return { items: product ? [product] : [] };
    }
    return store.list<Product>({
      index: "list",
      pk: "PRODUCTS",
      ...pagingOf(query),
    });
  },

  async readProduct({ params }, { store }) {
    return found(store.get(productEntity, { id: params.productId }));
  },

  async changeProduct({ params, body }, context) {
    const product = await found(context.store.get(productEntity, { id: params.productId }));
    checkVersion(context, product);
    const changed = changedProduct(product, body, context.now);
    return context.save({
      writes: [update(productEntity, changed)],
      happened: [happened(productChanged, changed)],
      answer: changed,
    });
  },
};
