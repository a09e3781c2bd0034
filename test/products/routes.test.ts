import { beforeAll, describe, expect, test } from "vitest";
import { clientOf } from "../../functions/client.ts";
import { productRoutes } from "../../functions/products/routes.ts";
import { newTenant, stackUrl } from "../support/client.ts";

const made = async () => clientOf(productRoutes, { baseUrl: stackUrl(), token: (await newTenant()).token });
let api: Awaited<ReturnType<typeof made>>;

beforeAll(async () => {
  api = await made();
});

const flour = {
  code: "FLOUR-1",
  name: "Făină albă",
  unit: { name: "kg", scale: 3 },
  prices: [{ currency: "RON", unitPriceMinor: 450 }],
};

describe("the range of products", () => {
  test("a product is read back as it was made, by id and by code in any case", async () => {
    const product = await api.createProduct({ body: flour });
    expect(product).toMatchObject({ ...flour, active: true, version: 1 });
    expect(await api.readProduct({ params: { productId: product.id } })).toEqual(product);
    expect((await api.listProducts({ query: { code: " flour-1 " } })).items).toEqual([product]);
  });

  test("a code is given once, whoever asks at the same moment", async () => {
    const tries = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) =>
        api.createProduct({ body: { code: n % 2 ? "twice" : "TWICE", name: `${n}` } }),
      ),
    );
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const one of tries)
      if (one.status === "rejected")
        expect(one.reason).toMatchObject({ code: "product.code-taken", status: 409 });
  });

  test("five faults are named in one answer", async () => {
    const bad = JSON.parse(
      '{"code":"","name":7,"unit":{"name":"kg","scale":9},"prices":[{"currency":"EURO","unitPriceMinor":1.5}],"colour":"red"}',
    );
    await expect(api.createProduct({ body: bad })).rejects.toMatchObject({
      status: 400,
      code: "request.invalid",
      fields: expect.arrayContaining([
        expect.objectContaining({ pointer: "/code" }),
        expect.objectContaining({ pointer: "/name" }),
        expect.objectContaining({ pointer: "/unit/scale" }),
        expect.objectContaining({ pointer: "/prices/0/currency" }),
        expect.objectContaining({ pointer: "/prices/0/unitPriceMinor" }),
        expect.objectContaining({ pointer: "/colour" }),
      ]),
    });
  });

  test("a change under an old version is refused and leaves the product as it was", async () => {
    const product = await api.createProduct({ body: { code: "VERSIONED", name: "One" } });
    const params = { productId: product.id };
    const changed = await api.changeProduct({ params, body: { name: "Two" }, ifMatch: 1 });
    expect(changed).toMatchObject({ name: "Two", version: 2 });
    await expect(api.changeProduct({ params, body: { name: "Three" }, ifMatch: 1 })).rejects.toMatchObject({
      status: 412,
      code: "record.stale",
    });
    expect(await api.readProduct({ params })).toEqual(changed);
  });

  test("changes without a version that meet are all made, one after the other", async () => {
    const product = await api.createProduct({ body: { code: "BUSY", name: "0" } });
    const params = { productId: product.id };
    await Promise.all([1, 2, 3, 4].map((n) => api.changeProduct({ params, body: { name: `${n}` } })));
    expect((await api.readProduct({ params })).version).toBe(5);
  });

  test("a request repeated under its key makes nothing twice and gets the first answer", async () => {
    const call = { body: { code: "ONCE", name: "Once" }, idempotencyKey: "order-1" };
    const first = await api.createProduct.answered(call);
    const again = await api.createProduct.answered(call);
    expect(first.replayed).toBe(false);
    expect(again).toMatchObject({ replayed: true, status: 201, answer: first.answer });
    await expect(
      api.createProduct({ body: { code: "OTHER", name: "Once" }, idempotencyKey: "order-1" }),
    ).rejects.toMatchObject({ status: 422, code: "idempotency.key-reused" });
  });

  test("pages follow one another without gap or repetition", async () => {
    const own = await made();
    const codes = Array.from({ length: 23 }, (_, n) => `P-${String(n).padStart(2, "0")}`);
    await Promise.all(codes.map((code) => own.createProduct({ body: { code, name: code } })));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await own.listProducts({ query: { limit: 5, ...(cursor ? { cursor } : {}) } });
      seen.push(...page.items.map(({ code }) => code));
      cursor = page.next;
    } while (cursor);
    expect(seen).toEqual(codes);
  });

  test("what is not there answers 404, whatever the id looks like", async () => {
    for (const productId of ["prd_01JD8Z5T2V9Q4R6W8Y0A1B3C5D", "nonsense", "../../etc"])
      await expect(api.readProduct({ params: { productId } })).rejects.toMatchObject({
        status: 404,
        code: "record.not-found",
      });
  });
});
