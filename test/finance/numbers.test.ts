import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientHandlers } from "../../functions/clients/handlers.ts";
import { clientRoutes } from "../../functions/clients/routes.ts";
import { financeHandlers } from "../../functions/finance/handlers.ts";
import { financeRoutes } from "../../functions/finance/routes.ts";
import { countWrite, seriesCountEntity } from "../../functions/finance/store.ts";
import { serve } from "../../functions/kit/serve.ts";
import { newMeter } from "../../functions/kit/table/database.ts";
import { Store } from "../../functions/kit/table/store.ts";
import { provision } from "../../functions/provision/provision.ts";
import { caller, startGround, type TestGround } from "../access/ground.ts";
import { confirmedOrder, newSellingCompany } from "../orders/company.ts";
import { dayAfter, dayFromToday } from "../support/days.ts";
import { allowEarlierDays, issuedInvoice, newFinanceCompany } from "./company.ts";

/** The last day of these tests: today, or in the first days of a year one of the year before, for numbers begin anew with a year. */
const lastDay =
  dayFromToday(-10).slice(0, 4) === dayFromToday(1).slice(0, 4) ? dayFromToday(0) : dayFromToday(-20);
const dayFrom = (days: number): string => dayAfter(lastDay, days);

/** A refusal for the series' sake, which names the last number and its day. */
const tooEarly = (number: string | undefined, day: string, pointer = "/issuedOn") => ({
  status: 409,
  code: "series.day-before-last",
  message: expect.stringContaining(`${number} of ${day}`),
  fields: [{ pointer, reason: `lies before ${day}` }],
});

describe("an invoice dated before the last of its series", () => {
  test("is refused and takes no number, whatever its series", async () => {
    const company = await newFinanceCompany();
    const { call } = company;
    const first = await issuedInvoice(company, 100, {}, { issuedOn: dayFrom(-3) });
    const { id: invoiceId } = await call.createInvoice({
      body: { clientId: company.clientId, lines: [{ description: "Late", unitPriceMinor: 100 }] },
    });
    const issue = (body: { issuedOn?: string; series?: string }) =>
      call.issueInvoice({ params: { invoiceId }, body });
    await expect(issue({ issuedOn: dayFrom(-4) })).rejects.toMatchObject(tooEarly(first.number, dayFrom(-3)));
    expect(await call.readInvoice({ params: { invoiceId } })).toMatchObject({ state: "draft" });
    const { version: _, updatedAt: _at, ...settings } = await call.readFinanceSettings();
    const other = { code: "OLD", kind: "invoice" as const, yearly: false, digits: 3 };
    await call.setFinanceSettings({ body: { ...settings, series: [...settings.series, other] } });
    expect(await issue({ issuedOn: dayFrom(-4), series: "OLD" })).toMatchObject({ number: "OLD-001" });
    // Of the same day as the last, and of a later one.
    expect((await issuedInvoice(company, 100, {}, { issuedOn: dayFrom(-3) })).number).toMatch(/000002$/);
    expect((await issuedInvoice(company, 100, {}, { issuedOn: dayFrom(0) })).number).toMatch(/000003$/);
  });

  test("takes the next number where the settings of the series allow it", async () => {
    const company = await newFinanceCompany();
    await issuedInvoice(company, 100, {}, { issuedOn: dayFrom(-3) });
    await allowEarlierDays(company);
    const early = await issuedInvoice(company, 100, {}, { issuedOn: dayFrom(-4) });
    expect(early).toMatchObject({ number: expect.stringMatching(/000002$/), issuedOn: dayFrom(-4) });
  });

  test("is taken where it is a supplier's, whose numbers are their own", async () => {
    const company = await newFinanceCompany();
    for (const [days, number] of [
      [-3, "F-2"],
      [-4, "F-1"],
    ] as const) {
      const bill = await issuedInvoice(
        company,
        100,
        { side: "purchase" },
        { issuedOn: dayFrom(days), number },
      );
      expect(bill).toMatchObject({ number, issuedOn: dayFrom(days) });
    }
  });

  test("never comes before it, though many are issued at once", async () => {
    const company = await newFinanceCompany();
    const answers = await Promise.allSettled(
      [0, -3, -1, -6, -2, -5, -4, 0, -3, -1].map((days) =>
        issuedInvoice(company, 100, {}, { issuedOn: dayFrom(days) }),
      ),
    );
    const issued = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
    for (const answer of answers)
      if (answer.status === "rejected")
        expect(["series.day-before-last", "record.busy"]).toContain(answer.reason.code);
    const byNumber = issued.sort((a, b) => ((a.number ?? "") < (b.number ?? "") ? -1 : 1));
    expect(byNumber.length).toBeGreaterThan(0);
    const days = byNumber.map(({ issuedOn }) => issuedOn);
    expect(days).toEqual([...days].sort());
    expect(byNumber.map(({ number = "" }) => Number(number.slice(-6)))).toEqual(
      byNumber.map((_, at) => at + 1),
    );
  });
});

describe("a credit note dated before the last of its series", () => {
  test("is refused, and allowed by the settings of the series", async () => {
    const company = await newFinanceCompany();
    const { call } = company;
    const { id } = await issuedInvoice(company, 10_000, {}, { issuedOn: dayFrom(-9) });
    const credit = (days: number) =>
      call.creditInvoice({
        params: { invoiceId: id },
        body: { reason: "Broken", issuedOn: dayFrom(days), lines: [{ line: 0, netMinor: 100 }] },
      });
    const first = await credit(-2);
    await expect(credit(-3)).rejects.toMatchObject(tooEarly(first.number, dayFrom(-2)));
    await allowEarlierDays(company);
    expect((await credit(-3)).number).toMatch(/000002$/);
  });
});

describe("an order's documents", () => {
  test("are refused for a day before the last of their series, and change nothing", async () => {
    const company = await newSellingCompany();
    const { call, flour } = company;
    const { params } = await confirmedOrder(company, { lines: [{ ...flour, quantity: 10 }] });
    await call.postReceipt({
      body: { effectiveOn: dayFrom(-9), lines: [{ ...flour, quantity: 10, costMinor: 2_000 }] },
    });
    const { shipments } = await call.shipOrder({ params, body: { effectiveOn: dayFrom(-2) } });
    const shipmentId = shipments[0]?.documentId ?? "";
    const last = await issuedInvoice(company, 100, {}, { issuedOn: dayFrom(0) });
    await expect(call.invoiceOrder({ params, body: { issuedOn: dayFrom(-1) } })).rejects.toMatchObject(
      tooEarly(last.number, dayFrom(0)),
    );
    expect(await call.readOrder({ params })).toMatchObject({ invoices: [] });
    await allowEarlierDays(company);
    await call.invoiceOrder({ params, body: { issuedOn: dayFrom(-1) } });
    const { version: _, updatedAt: _at, series, ...same } = await call.readFinanceSettings();
    const strict = series.map(({ allowsEarlierDays: _, ...one }) => one);
    await call.setFinanceSettings({ body: { ...same, series: strict } });
    const note = await call.creditInvoice({
      params: { invoiceId: last.id },
      body: { reason: "A gift", issuedOn: dayFrom(0), lines: [{ line: 0, netMinor: 1 }] },
    });
    const before = await call.readOrder({ params });
    const back = (effectiveOn: string) =>
      call.returnOfOrder({
        params,
        body: {
          shipmentId,
          reason: "Broken",
          lines: [{ line: 0, quantity: 1 }],
          effectiveOn,
        },
      });
    await expect(back(dayFrom(-1))).rejects.toMatchObject(tooEarly(note.number, dayFrom(0), "/effectiveOn"));
    expect(await call.readOrder({ params })).toEqual(before);
    expect((await back(dayFrom(0))).lines[0]).toMatchObject({ returnedQuantity: 1 });
  });
});

describe("a series counted before days were kept in order", () => {
  let ground: TestGround;
  beforeAll(async () => {
    ground = await startGround();
  });
  afterAll(() => ground.stop());

  test("goes by the day of the document that has its last number", async () => {
    const made = await provision({ name: "Exemplu", adminEmail: "a@example.com", currency: "RON" }, ground);
    const as = { tenantId: made.tenantId, memberId: made.adminMemberId };
    const send = caller(serve(financeRoutes, financeHandlers, ground));
    const { body: client } = await caller(serve(clientRoutes, clientHandlers, ground))(as, {
      route: "POST /v1/clients",
      body: { name: "Test" },
    });
    const issue = async (issuedOn: string) => {
      const { body: draft } = await send(as, {
        route: "POST /v1/finance/invoices",
        body: { clientId: client.id, lines: [{ description: "A", unitPriceMinor: 100 }] },
      });
      return send(as, {
        route: "POST /v1/finance/invoices/{invoiceId}/issue",
        params: { invoiceId: String(draft.id) },
        body: { issuedOn },
      });
    };
    await issue("2026-11-10");
    const store = new Store(ground.database(newMeter()), made.tenantId);
    const count = await store.get(seriesCountEntity, { code: "INV", period: "2026" });
    if (!count) throw new Error("nothing is counted");
    const { latest: _, ...old } = count;
    await store.write([countWrite({ ...old, version: old.version + 1 })], "as-it-was");
    expect((await issue("2026-11-09")).body).toMatchObject({
      code: "series.day-before-last",
      detail: expect.stringContaining("INV-2026-000001 of 2026-11-10"),
    });
    expect((await issue("2026-11-10")).body).toMatchObject({ number: "INV-2026-000002" });
  });
});
