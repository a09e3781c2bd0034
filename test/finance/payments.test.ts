import { describe, expect, test } from "vitest";
import { dayFrom, hired, issuedInvoice, newFinanceCompany } from "./company.ts";

describe("payments", () => {
  test("settle several invoices one after the other, and what is left is an advance for a later one", async () => {
    const own = await newFinanceCompany();
    const { call, clientId } = own;
    const one = await issuedInvoice(own, 100_000);
    const two = await issuedInvoice(own, 50_000);
    const payment = await call.createPayment({
      body: {
        clientId,
        amountMinor: 200_000,
        reference: "OP 1",
        allocations: [{ invoiceId: one.id, amountMinor: 100_000 }, { invoiceId: two.id }],
      },
    });
    expect(payment).toMatchObject({ leftMinor: 39_500, version: 1, moneyAccount: "bank" });
    const read = async (invoiceId: string) => {
      const { openMinor, state } = await call.readInvoice({ params: { invoiceId } });
      return [openMinor, state];
    };
    expect(await read(one.id)).toEqual([21_000, "open"]);
    expect(await read(two.id)).toEqual([0, "settled"]);
    const params = { paymentId: payment.id };
    const allocated = await call.allocatePayment({
      params,
      body: { allocations: [{ invoiceId: one.id }] },
      ifMatch: 1,
    });
    expect(allocated).toMatchObject({ leftMinor: 18_500, version: 2 });
    expect(allocated.allocations).toHaveLength(3);
    expect(await read(one.id)).toEqual([0, "settled"]);
    await expect(
      call.allocatePayment({ params, body: { allocations: [{ invoiceId: one.id }] } }),
    ).rejects.toMatchObject({ status: 409, code: "allocation.nothing" });
    await expect(
      call.createPayment({ body: { clientId, amountMinor: 1, reference: "OP 1" } }),
    ).rejects.toMatchObject({ status: 409, code: "payment.reference-taken" });
  });

  test("cannot settle more than is open, nor more than they are, nor another client's invoice", async () => {
    const own = await newFinanceCompany();
    const { call, clientId } = own;
    const invoice = await issuedInvoice(own, 100_000);
    const pay = (amountMinor: number, allocation: Record<string, unknown>, more = {}) =>
      call.createPayment({
        body: { clientId, amountMinor, allocations: [{ invoiceId: invoice.id, ...allocation }], ...more },
      });
    await expect(pay(500_000, { amountMinor: 121_001 })).rejects.toMatchObject({
      status: 409,
      code: "allocation.exceeds-open",
      fields: [{ pointer: "/allocations/0/amountMinor" }],
    });
    await expect(pay(100, { amountMinor: 101 })).rejects.toMatchObject({
      status: 409,
      code: "allocation.exceeds-source",
    });
    const other = await call.createClient({ body: { name: "Other" } });
    await expect(pay(100, {}, { clientId: other.id })).rejects.toMatchObject({
      status: 422,
      code: "allocation.other-party",
    });
    await expect(pay(100, {}, { side: "purchase" })).rejects.toMatchObject({
      code: "allocation.other-party",
    });
    await expect(
      pay(100, {}, { allocations: [{ invoiceId: invoice.id }, { invoiceId: invoice.id }] }),
    ).rejects.toMatchObject({ status: 400, fields: [{ pointer: "/allocations/1/invoiceId" }] });
    await expect(pay(100, {}, { paidOn: dayFrom(-1) })).rejects.toMatchObject({
      status: 409,
      code: "allocation.too-early",
      fields: [{ pointer: "/allocations/0/invoiceId" }],
    });
    const draft = await call.createInvoice({
      body: { clientId, lines: [{ description: "A", unitPriceMinor: 1 }] },
    });
    await expect(pay(100, {}, { allocations: [{ invoiceId: draft.id }] })).rejects.toMatchObject({
      code: "invoice.not-issued",
    });
    expect((await call.readInvoice({ params: { invoiceId: invoice.id } })).version).toBe(invoice.version);
  });

  test("at once on one invoice never settle more than it", async () => {
    const own = await newFinanceCompany();
    const { call, clientId } = own;
    const invoice = await issuedInvoice(own, 10_000, {}, {});
    const answers = await Promise.allSettled(
      Array.from({ length: 8 }, () =>
        call.createPayment({
          body: {
            clientId,
            amountMinor: 4_000,
            allocations: [{ invoiceId: invoice.id, amountMinor: 4_000 }],
          },
        }),
      ),
    );
    const paid = answers.filter(({ status }) => status === "fulfilled").length;
    for (const answer of answers)
      if (answer.status === "rejected")
        expect(["allocation.exceeds-open", "record.busy"]).toContain(answer.reason.code);
    const after = await call.readInvoice({ params: { invoiceId: invoice.id } });
    expect([paid, after.openMinor]).toEqual([3, 100]);
  });

  test("of an advance at once never allocate it twice", async () => {
    const own = await newFinanceCompany();
    const { call, clientId } = own;
    const invoices = await Promise.all([1, 2, 3, 4, 5].map(() => issuedInvoice(own, 10_000)));
    const { id: paymentId } = await call.createPayment({ body: { clientId, amountMinor: 30_000 } });
    const answers = await Promise.allSettled(
      invoices.map(({ id }) =>
        call.allocatePayment({
          params: { paymentId },
          body: { allocations: [{ invoiceId: id, amountMinor: 12_100 }] },
        }),
      ),
    );
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
    const payment = await call.readPayment({ params: { paymentId } });
    expect(payment.leftMinor).toBe(5_800);
    const open = await Promise.all(invoices.map(({ id }) => call.readInvoice({ params: { invoiceId: id } })));
    expect(open.filter(({ state }) => state === "settled")).toHaveLength(2);
  });

  test("are taken back whole as long as nothing of them was used since", async () => {
    const own = await newFinanceCompany();
    const { call, clientId } = own;
    const invoice = await issuedInvoice(own, 100_000);
    const payment = await call.createPayment({
      body: {
        clientId,
        amountMinor: 150_000,
        reference: "OP 7",
        allocations: [{ invoiceId: invoice.id }],
      },
    });
    const params = { paymentId: payment.id };
    const again = { clientId, amountMinor: 1, reference: "OP 7" };
    await expect(call.createPayment({ body: again })).rejects.toMatchObject({
      code: "payment.reference-taken",
    });
    const reversed = await call.reversePayment({ params, body: {} });
    await call.createPayment({ body: again });
    expect(reversed).toMatchObject({ reversedOn: dayFrom(0), leftMinor: 0, version: 2 });
    expect(await call.readInvoice({ params: { invoiceId: invoice.id } })).toMatchObject({
      state: "open",
      openMinor: 121_000,
      openBookMinor: 121_000,
    });
    await expect(call.reversePayment({ params, body: {} })).rejects.toMatchObject({
      status: 409,
      code: "payment.reversed",
    });
    const other = await call.createPayment({ body: { clientId, amountMinor: 1_000 } });
    await call.allocatePayment({
      params: { paymentId: other.id },
      body: { allocations: [{ invoiceId: invoice.id, amountMinor: 400 }] },
    });
    await expect(call.reversePayment({ params: { paymentId: other.id }, body: {} })).rejects.toMatchObject({
      status: 409,
      code: "payment.used",
    });
    const refund = await call.createRefund({ body: { sourceId: other.id, amountMinor: 500 } });
    expect(refund).toMatchObject({ kind: "refund", amountMinor: 500, sourceId: other.id });
    expect(await call.readPayment({ params: { paymentId: other.id } })).toMatchObject({
      leftMinor: 100,
      refundedMinor: 500,
    });
    await expect(
      call.createRefund({ body: { sourceId: other.id, paidOn: dayFrom(-1) } }),
    ).rejects.toMatchObject({ status: 400, fields: [{ pointer: "/paidOn" }] });
    await expect(call.reversePayment({ params: { paymentId: refund.id }, body: {} })).rejects.toMatchObject({
      status: 409,
      code: "payment.used",
    });
    await expect(call.createRefund({ body: { sourceId: other.id, amountMinor: 101 } })).rejects.toMatchObject(
      { code: "allocation.exceeds-source" },
    );
  });
});

describe("rights", () => {
  test("let a manager read the money of own clients only, and write none", async () => {
    const own = await newFinanceCompany();
    const manager = await hired(own, "manager");
    const theirs = await own.call.createClient({ body: { name: "Theirs", ownerId: manager.id } });
    const hidden = await issuedInvoice(own, 100);
    const seen = await issuedInvoice(own, 200, { clientId: theirs.id });
    const { call } = manager;
    expect((await call.listInvoices()).items.map(({ id }) => id)).toEqual([seen.id]);
    expect((await call.readAgeing()).items.map(({ key }) => key)).toEqual([theirs.id]);
    expect((await call.readClientMoney({ params: { clientId: theirs.id } })).sale.currencies).toMatchObject([
      { currency: "RON", openMinor: 242 },
    ]);
    await expect(call.readInvoice({ params: { invoiceId: hidden.id } })).rejects.toMatchObject({
      status: 404,
    });
    await expect(call.readClientMoney({ params: { clientId: own.clientId } })).rejects.toMatchObject({
      status: 404,
    });
    expect((await call.listInvoices({ query: { client: own.clientId } })).items).toEqual([]);
    await expect(call.createPayment({ body: { clientId: theirs.id, amountMinor: 1 } })).rejects.toMatchObject(
      { status: 403 },
    );
  });
});
