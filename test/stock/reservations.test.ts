import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { clientOf } from "../../functions/client.ts";
import { allRoutes } from "../../functions/routes.ts";
import { settle, stackUrl, tokenFor } from "../support/client.ts";
import { type Company, ground, newCompany } from "./company.ts";

let company: Company;
beforeAll(async () => {
  company = await newCompany();
});

describe("reservations", () => {
  test("reserved goods are there for their reservation alone, until they are shipped or released", async () => {
    const { call } = company;
    const goods = await ground(company);
    const client = await call.createClient({ body: { name: "Reserver" } });
    const deal = await call.createDeal({ body: { title: "D", typeId: "sale", clientId: client.id } });
    const product = { params: { productId: goods.productId } };
    await call.postReceipt({ body: { lines: [{ ...goods, quantity: 10, costMinor: 100 }] } });
    const reservation = await call.reserveStock({
      body: { dealId: deal.id, lines: [{ ...goods, quantity: 8 }] },
    });
    expect(reservation).toMatchObject({
      state: "active",
      clientId: client.id,
      ownerId: company.adminMemberId,
    });
    expect(await call.readStockOfProduct(product)).toMatchObject({ quantity: 10, reserved: 8, available: 2 });
    const tries = await Promise.allSettled([
      call.postShipment({ body: { lines: [{ ...goods, quantity: 3 }] } }),
      call.reserveStock({ body: { lines: [{ ...goods, quantity: 3 }] } }),
    ]);
    for (const one of tries)
      expect(one).toMatchObject({
        status: "rejected",
        reason: {
          status: 409,
          code: "stock.insufficient",
          fields: [{ pointer: "/lines/0/quantity", reason: "is short by 1: 2 of 3 are available" }],
        },
      });
    const params = { reservationId: reservation.id };
    const shipment = await call.shipReservation({ params, body: { lines: [{ ...goods, quantity: 5 }] } });
    expect(shipment).toMatchObject({
      valueMinor: 50,
      dealId: deal.id,
      clientId: client.id,
      reservationId: reservation.id,
    });
    await expect(
      call.shipReservation({ params, body: { lines: [{ ...goods, quantity: 4 }] } }),
    ).rejects.toMatchObject({ status: 409, code: "stock.beyond-reservation" });
    expect(
      await call.releaseReservation({ params, body: { lines: [{ ...goods, quantity: 1 }] } }),
    ).toMatchObject({
      state: "active",
      lines: [{ quantity: 8, shippedQuantity: 5, releasedQuantity: 1 }],
    });
    await call.shipReservation({ params, body: {} });
    expect(await call.readReservation({ params })).toMatchObject({ state: "shipped", version: 4 });
    await expect(call.releaseReservation({ params, body: {} })).rejects.toMatchObject({
      status: 409,
      code: "stock.reservation-ended",
    });
    expect(await call.readStockOfProduct(product)).toMatchObject({ quantity: 3, reserved: 0, available: 3 });
    await settle();
    const ofDeal = { query: { deal: deal.id } };
    expect((await call.listReservations(ofDeal)).items.map(({ id }) => id)).toEqual([reservation.id]);
    expect((await call.listStockDocuments(ofDeal)).items).toHaveLength(2);
    const active = (await call.listReservations()).items.map(({ id }) => id);
    expect(active).not.toContain(reservation.id);
  });

  test("a manager reserves for deals of their own and sees those reservations alone; a keeper ships them", async () => {
    const { call } = company;
    const goods = await ground(company);
    await call.postReceipt({ body: { lines: [{ ...goods, quantity: 10, costMinor: 100 }] } });
    const hired = async (role: "manager" | "warehouse") => {
      const email = `${randomUUID()}@test.example`;
      await call.inviteMember({ body: { email, name: `A ${role}`, role } });
      await settle();
      return clientOf(allRoutes, { baseUrl: stackUrl(), token: await tokenFor(email) });
    };
    const [manager, keeper] = [await hired("manager"), await hired("warehouse")];
    const lines = [{ ...goods, quantity: 2 }];
    const foreign = await call.createDeal({ body: { title: "Foreign", typeId: "sale" } });
    const others = await call.reserveStock({ body: { dealId: foreign.id, lines } });
    const deal = await manager.createDeal({ body: { title: "Own", typeId: "sale" } });
    const own = await manager.reserveStock({ body: { dealId: deal.id, lines } });
    await expect(manager.reserveStock({ body: { dealId: foreign.id, lines } })).rejects.toMatchObject({
      status: 422,
      code: "reference.unknown",
    });
    const params = { reservationId: others.id };
    for (const sent of [
      () => manager.readReservation({ params }),
      () => manager.releaseReservation({ params, body: {} }),
    ])
      await expect(sent()).rejects.toMatchObject({ status: 404, code: "record.not-found" });
    await settle();
    expect((await manager.listReservations()).items.map(({ id }) => id)).toEqual([own.id]);
    expect((await manager.listReservations({ query: { deal: foreign.id } })).items).toEqual([]);
    expect((await manager.listReservations({ query: { deal: deal.id } })).items).toEqual([own]);
    await expect(
      manager.shipReservation({ params: { reservationId: own.id }, body: {} }),
    ).rejects.toMatchObject({ status: 403 });
    const ids = (await keeper.listReservations()).items.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining([own.id, others.id]));
    const shipment = await keeper.shipReservation({ params: { reservationId: own.id }, body: {} });
    expect(shipment).toMatchObject({ dealId: deal.id, valueMinor: 20 });
    // With the deal, its reservations pass to another.
    const { ownerId } = await manager.readDeal({ params: { dealId: deal.id } });
    await call.changeDeal({ params: { dealId: foreign.id }, body: { ownerId } });
    expect((await manager.readReservation({ params })).id).toBe(others.id);
    expect(await manager.readStockOfProduct({ params: { productId: goods.productId } })).toMatchObject({
      quantity: 8,
      reserved: 2,
    });
  });

  test("nothing is reserved for a lost deal, nor for a time gone by", async () => {
    const { call } = company;
    const goods = await ground(company);
    await call.postReceipt({ body: { lines: [{ ...goods, quantity: 1, costMinor: 1 }] } });
    const lines = [{ ...goods, quantity: 1 }];
    const deal = await call.createDeal({ body: { title: "L", typeId: "sale" } });
    await call.loseDeal({ params: { dealId: deal.id }, body: { reasonId: "price" } });
    await expect(call.reserveStock({ body: { dealId: deal.id, lines } })).rejects.toMatchObject({
      status: 409,
      code: "deal.closed",
    });
    await expect(
      call.reserveStock({ body: { lines, expiresAt: "2020-01-01T00:00:00.000Z" } }),
    ).rejects.toMatchObject({ status: 400 });
  });
});
