import { beforeAll, describe, expect, test } from "vitest";
import { dayFrom, type FinanceCompany, hired, issuedInvoice, newFinanceCompany } from "./company.ts";

let company: FinanceCompany;
beforeAll(async () => {
  company = await newFinanceCompany();
});

describe("settings", () => {
  test("are those of the country until they are set, and then as they were set", async () => {
    const own = await newFinanceCompany();
    const standard = await own.call.readFinanceSettings();
    expect(standard).toMatchObject({ version: 1, standardTaxId: "standard", paymentDays: 30 });
    const { version: _, updatedAt: _at, ...rest } = standard;
    const body = { ...rest, paymentDays: 14 };
    const set = await own.call.setFinanceSettings({ body, ifMatch: 1 });
    expect(set).toMatchObject({ version: 2, paymentDays: 14 });
    expect(await own.call.readFinanceSettings()).toEqual(set);
    await expect(own.call.setFinanceSettings({ body, ifMatch: 1 })).rejects.toMatchObject({ status: 412 });
    await expect(
      own.call.setFinanceSettings({ body: { ...body, taxRates: body.taxRates.slice(1) } }),
    ).rejects.toMatchObject({ status: 422, code: "finance.settings-inconsistent" });
  });
});

describe("exchange rates", () => {
  test("hold until the next day that has one, and may be corrected", async () => {
    const { call } = await newFinanceCompany();
    const set = (day: string, rate: string) =>
      call.setExchangeRate({ params: { currency: "EUR", day }, body: { rate } });
    const read = (day: string) => call.readExchangeRate({ params: { currency: "EUR", day } });
    await set("2026-01-10", "4.97");
    await set("2026-01-20", "5");
    expect((await read("2026-01-10")).rate).toBe("4.97");
    expect((await read("2026-01-19")).rate).toBe("4.97");
    expect((await read("2026-02-01")).rate).toBe("5");
    await expect(read("2026-01-09")).rejects.toMatchObject({ status: 404 });
    expect(await set("2026-01-10", "4.98")).toMatchObject({ version: 2, rate: "4.98" });
    expect((await read("2026-01-15")).rate).toBe("4.98");
    const { items } = await call.listExchangeRates({ query: { currency: "EUR" } });
    expect(items.map(({ day }) => day)).toEqual(["2026-01-20", "2026-01-10"]);
    await expect(
      call.setExchangeRate({ params: { currency: "RON", day: "2026-01-10" }, body: { rate: "1" } }),
    ).rejects.toMatchObject({ status: 422, code: "finance.rate-own-currency" });
    await expect(set("2026-01-11", "0.00")).rejects.toMatchObject({
      status: 400,
      fields: [{ pointer: "/rate" }],
    });
  });
});

describe("a draft", () => {
  test("has no number, moves nothing, and is changed and removed like any record", async () => {
    const { call, clientId, first } = company;
    const draft = await call.createInvoice({
      body: { clientId, counterpartyId: first, lines: [{ description: "A", unitPriceMinor: 1_000 }] },
    });
    expect(draft).toMatchObject({ state: "draft", totalMinor: 1_210, openMinor: 0, currency: "RON" });
    expect(draft.number).toBeUndefined();
    const params = { invoiceId: draft.id };
    const changed = await call.changeInvoice({
      params,
      body: { memo: "By truck", counterpartyId: null, lines: [{ description: "B", unitPriceMinor: 2_000 }] },
      ifMatch: 1,
    });
    expect(changed).toMatchObject({ version: 2, memo: "By truck", totalMinor: 2_420 });
    expect(changed.counterpartyId).toBeUndefined();
    expect(await call.readInvoice({ params })).toEqual(changed);
    await expect(call.changeInvoice({ params, body: { memo: "x" }, ifMatch: 1 })).rejects.toMatchObject({
      status: 412,
    });
    await call.removeInvoice({ params });
    await expect(call.readInvoice({ params })).rejects.toMatchObject({ status: 404 });
  });

  test("names all that it names and that is not there", async () => {
    const { call, first } = company;
    await expect(
      call.createInvoice({
        body: {
          clientId: "cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
          counterpartyId: first,
          dealId: "deal_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
          contractId: "ctr_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
          lines: [{ productId: "prd_01JD8Z5T2V9Q4R6W8Y0A1B3C5D" }],
        },
      }),
    ).rejects.toMatchObject({
      status: 422,
      code: "reference.unknown",
      fields: [
        { pointer: "/clientId" },
        { pointer: "/counterpartyId" },
        { pointer: "/dealId" },
        { pointer: "/contractId" },
        { pointer: "/lines/0/productId" },
      ],
    });
  });

  test("takes name, unit and price of the day from a product", async () => {
    const { call, clientId } = company;
    const { id: productId } = await call.createProduct({
      body: {
        code: `F-${Date.now()}`,
        name: "Flour",
        unit: { name: "kg", scale: 3 },
        prices: [{ currency: "RON", unitPriceMinor: 450 }],
      },
    });
    const draft = await call.createInvoice({
      body: { clientId, lines: [{ productId, quantity: 1_500, taxId: "reduced" }] },
    });
    expect(draft.lines).toEqual([
      expect.objectContaining({
        description: "Flour",
        scale: 3,
        unitPriceMinor: 450,
        netMinor: 675,
        taxMinor: 74,
      }),
    ]);
    await expect(
      call.createInvoice({ body: { clientId, currency: "EUR", lines: [{ productId }] } }),
    ).rejects.toMatchObject({
      code: "invoice.line-invalid",
      fields: [{ pointer: "/lines/0/unitPriceMinor" }],
    });
  });
});

describe("an issued invoice", () => {
  test("has number, due day and the counterparty as it was, and is a draft no more", async () => {
    const own = await newFinanceCompany();
    const { call, first } = own;
    const invoice = await issuedInvoice(own, 100_000, { counterpartyId: first });
    const today = dayFrom(0);
    expect(invoice).toMatchObject({
      state: "open",
      number: `INV-${today.slice(0, 4)}-000001`,
      issuedOn: today,
      dueOn: dayFrom(30),
      openMinor: 121_000,
      openBookMinor: 121_000,
      party: { legalName: "Țesătoria SRL", taxId: "RO1234567", country: "RO" },
      transactionId: invoice.id,
    });
    await call.changeCounterparty({ params: { counterpartyId: first }, body: { legalName: "Other SRL" } });
    const params = { invoiceId: invoice.id };
    expect(await call.readInvoice({ params })).toEqual(invoice);
    expect((await call.listInvoices({ query: { number: invoice.number ?? "" } })).items).toEqual([invoice]);
    for (const again of [
      () => call.issueInvoice({ params, body: {} }),
      () => call.changeInvoice({ params, body: { memo: "x" } }),
      () => call.removeInvoice({ params }),
    ])
      await expect(again()).rejects.toMatchObject({ status: 409, code: "invoice.not-draft" });
  });

  test("is refused with a day of the future, without a rate, in no series, and to a firm of another client", async () => {
    const { call, clientId, first } = company;
    const lines = [{ description: "A", unitPriceMinor: 100 }];
    const draft = await call.createInvoice({ body: { clientId, lines } });
    const issue = (invoiceId: string, body: Parameters<typeof call.issueInvoice>[0]["body"]) =>
      call.issueInvoice({ params: { invoiceId }, body });
    await expect(issue(draft.id, { issuedOn: dayFrom(1) })).rejects.toMatchObject({
      code: "finance.day-in-future",
    });
    await expect(issue(draft.id, { series: "NONE" })).rejects.toMatchObject({ code: "series.unknown" });
    await expect(issue(draft.id, { dueOn: dayFrom(-1) })).rejects.toMatchObject({
      fields: [{ pointer: "/dueOn" }],
    });
    const foreign = await call.createInvoice({ body: { clientId, currency: "USD", lines } });
    await expect(issue(foreign.id, {})).rejects.toMatchObject({ status: 409, code: "finance.rate-missing" });
    const early = await call.createInvoice({ body: { clientId, counterpartyId: first, lines } });
    await expect(issue(early.id, { issuedOn: "2019-12-31" })).rejects.toMatchObject({
      status: 409,
      code: "counterparty.not-linked",
    });
    // None of this took a number.
    const first_ = await issue(draft.id, {});
    const second = await issue(early.id, {});
    const sequence = (number = "") => Number(number.slice(-6));
    expect(sequence(second.number)).toBe(sequence(first_.number) + 1);
  });

  test("of a supplier brings its own number, which is taken once", async () => {
    const { call, clientId, second } = company;
    const draft = () =>
      call.createInvoice({
        body: {
          side: "purchase",
          clientId,
          counterpartyId: second,
          lines: [{ description: "Paper", unitPriceMinor: 10_000, costAccount: "other-cost" }],
        },
      });
    const one = await draft();
    await expect(call.issueInvoice({ params: { invoiceId: one.id }, body: {} })).rejects.toMatchObject({
      code: "invoice.number-needed",
    });
    const issued = await call.issueInvoice({ params: { invoiceId: one.id }, body: { number: "F 77" } });
    expect(issued).toMatchObject({ number: "F 77", side: "purchase", openMinor: 12_100 });
    const two = await draft();
    await expect(
      call.issueInvoice({ params: { invoiceId: two.id }, body: { number: "F 77" } }),
    ).rejects.toMatchObject({ status: 409, code: "invoice.number-taken" });
  });
});

describe("numbers of a series", () => {
  test("have no gap and none twice when many are issued at once, some of them refused", async () => {
    const own = await newFinanceCompany();
    const { call, clientId } = own;
    const drafts = await Promise.all(
      Array.from({ length: 24 }, (_, n) =>
        call.createInvoice({
          body: {
            clientId,
            // Every fourth cannot be issued: there is no rate.
            currency: n % 4 === 3 ? "USD" : "RON",
            lines: [{ description: `No. ${n}`, unitPriceMinor: 1_000 + n }],
          },
        }),
      ),
    );
    const answers = await Promise.allSettled(
      drafts.map(({ id }) => call.issueInvoice({ params: { invoiceId: id }, body: {} })),
    );
    const numbers = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value.number] : []));
    for (const answer of answers)
      if (answer.status === "rejected")
        expect(["finance.rate-missing", "record.busy"]).toContain(answer.reason.code);
    expect(numbers.length).toBeGreaterThanOrEqual(12);
    const year = dayFrom(0).slice(0, 4);
    expect(numbers.sort()).toEqual(numbers.map((_, n) => `INV-${year}-${String(n + 1).padStart(6, "0")}`));
    const next = await issuedInvoice(own, 1);
    expect(next.number).toBe(`INV-${year}-${String(numbers.length + 1).padStart(6, "0")}`);
  });

  test("are given once when the same draft is issued many times at once", async () => {
    const own = await newFinanceCompany();
    const { call, clientId } = own;
    const draft = await call.createInvoice({
      body: { clientId, lines: [{ description: "A", unitPriceMinor: 100 }] },
    });
    const params = { invoiceId: draft.id };
    const answers = await Promise.allSettled(
      Array.from({ length: 6 }, () => call.issueInvoice({ params, body: {} })),
    );
    const issued = answers.filter(({ status }) => status === "fulfilled");
    expect(issued).toHaveLength(1);
    for (const answer of answers)
      if (answer.status === "rejected")
        expect(["invoice.not-draft", "record.busy"]).toContain(answer.reason.code);
    expect((await issuedInvoice(own, 1)).number).toMatch(/000002$/);
  });
});

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
