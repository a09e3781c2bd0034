import { describe, expect, test } from "vitest";
import { hired } from "../finance/company.ts";
import { newSellingCompany, refusal } from "./company.ts";

describe("the deal that an order or a quote names", () => {
  test("is one that the member sees, though it is of their own client: it would prove another's deal", async () => {
    const company = await newSellingCompany();
    const { call, flour } = company;
    const manager = await hired(company, "manager");
    const { id: clientId } = await call.createClient({ body: { name: "Brutăria", ownerId: manager.id } });
    const deal = (ownerId: string) =>
      call.createDeal({ body: { title: "Bread", typeId: "sale", clientId, ownerId } });
    const [others, own] = await Promise.all([deal(company.adminMemberId), deal(manager.id)]);
    const unknown = { ...refusal(422, "reference.unknown"), fields: [{ pointer: "/dealId" }] };
    const { warehouseId: _, ...product } = flour;
    const quoted = { clientId, lines: [{ ...product, quantity: 1 }], validUntil: "2999-01-01" };
    const ordered = { clientId, lines: [{ ...flour, quantity: 1 }] };
    await expect(manager.call.createOrder({ body: { ...ordered, dealId: others.id } })).rejects.toMatchObject(
      unknown,
    );
    await expect(manager.call.createQuote({ body: { ...quoted, dealId: others.id } })).rejects.toMatchObject(
      unknown,
    );
    const { id: orderId } = await manager.call.createOrder({ body: { ...ordered, dealId: own.id } });
    const change = (dealId: string, by = manager.call) =>
      by.changeOrder({ params: { orderId }, body: { lines: ordered.lines, dealId } });
    await expect(change(others.id)).rejects.toMatchObject(unknown);
    expect((await change(own.id)).dealId).toBe(own.id);
    // What somebody who sees the deal has said stays said.
    await change(others.id, call);
    expect((await change(others.id)).dealId).toBe(others.id);
  });
});
