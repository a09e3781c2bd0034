import { beforeAll, describe, expect, test } from "vitest";
import { dayFrom, type FinanceCompany, issuedInvoice, newFinanceCompany } from "./company.ts";

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
