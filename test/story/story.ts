/**
 * From a quote to money, told over HTTP: `npm run story` tells it to the stack that `npm start` runs (on `PORT`, or the port that is
 * given), with a tenant of its own, and prints what the books say after each step. `story.test.ts` has the same figures by hand.
 */
import { randomUUID } from "node:crypto";
import { clientOf } from "../../functions/client.ts";
import { allRoutes } from "../../functions/routes.ts";
import { dayFromToday } from "../support/days.ts";
import { type Call, type Figures, figuresNow, type Subject } from "./figures.ts";

export interface Step {
  readonly title: string;
  readonly figures: Figures;
}

/** Rates of the euro in lei, by how many days ago they were good first. */
const rates = { 70: "4.97", 30: "5.02", 10: "4.90", 2: "4.95" };

/** A company that sells in euro and keeps its books in lei; its client has two counterparties. */
const opened = async (call: Call, day: (ago: number) => string): Promise<Subject> => {
  for (const [ago, rate] of Object.entries(rates))
    await call.setExchangeRate({ params: { currency: "EUR", day: day(Number(ago)) }, body: { rate } });
  const machines = await call.createProduct({
    body: { code: "EXP-2", name: "Espresso machine", prices: [{ currency: "EUR", unitPriceMinor: 100_000 }] },
  });
  const coffee = await call.createProduct({
    body: {
      ...{ code: "CAF", name: "Coffee", unit: { name: "kg", scale: 3 } },
      prices: [{ currency: "EUR", unitPriceMinor: 2_000 }],
    },
  });
  const whole = await call.createClient({
    body: {
      name: "Țesătoria Dănilă",
      counterparties: [
        { legalName: "Țesătoria Dănilă SRL", country: "RO", validFrom: "2020-01-01" },
        { legalName: "Dănilă Export SRL", country: "RO", validFrom: "2020-01-01" },
      ],
    },
  });
  const partyNamed = (legalName: string): string => {
    const party = whole.counterparties.find((one) => one.legalName === legalName);
    if (!party) throw new Error(`there is no ${legalName}`);
    return party.id;
  };
  return {
    call,
    clientId: whole.id,
    products: { machines: { id: machines.id, scale: 0 }, coffee: { id: coffee.id, scale: 3 } },
    counterparties: {
      Export: partyNamed("Dănilă Export SRL"),
      Home: partyNamed("Țesătoria Dănilă SRL"),
    },
    months: { from: day(100).slice(0, 7), to: day(0).slice(0, 7) },
    today: day(0),
  };
};

const one = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw new Error(`there is no ${what}`);
  return value;
};

/** The story, step by step, with what the system says after each. @param nowMs of the stack's clock */
export async function* story(call: Call, nowMs: number): AsyncGenerator<Step, void, undefined> {
  const day = (ago: number) => dayFromToday(-ago, "Europe/Bucharest", nowMs);
  const subject = await opened(call, day);
  const { clientId, products, counterparties } = subject;
  const [machines, coffee] = [one(products.machines, "machine").id, one(products.coffee, "coffee").id];
  const [counterpartyId, home] = [one(counterparties.Export, "party"), one(counterparties.Home, "party")];
  const told = async (title: string): Promise<Step> => ({ title, figures: await figuresNow(subject) });

  const { id: warehouseId } = await call.createWarehouse({ body: { name: "Depozit Iași" } });
  const income = (productId: string, quantity: number, costMinor: number) => ({
    ...{ productId, warehouseId, quantity, costMinor },
  });
  await call.postReceipt({
    body: {
      effectiveOn: day(100),
      lines: [income(machines, 10, 2_000_000), income(coffee, 100_000, 300_000)],
    },
  });
  await call.postReceipt({ body: { effectiveOn: day(90), lines: [income(machines, 10, 2_300_000)] } });
  yield await told("10 machines come in at 2,000.00 RON and 10 at 2,300.00, and 100 kg of coffee at 30.00");

  const { id: dealId } = await call.createDeal({
    body: { title: "Espresso bar", typeId: "sale", clientId, currency: "EUR" },
  });
  const quote = await call.createQuote({
    body: {
      ...{ clientId, counterpartyId, dealId, currency: "EUR", validUntil: day(-30) },
      lines: [{ productId: machines, quantity: 8 }],
    },
  });
  const quoted = { params: { quoteId: quote.id } };
  await call.sendQuote(quoted);
  await call.reviseQuote({
    ...quoted,
    body: {
      validUntil: day(-30),
      lines: [
        { productId: machines, quantity: 8, discount: { basisPoints: 500 } },
        { productId: coffee, quantity: 40_000 },
      ],
    },
  });
  await call.sendQuote(quoted);
  const order = await call.acceptQuote({ ...quoted, body: { warehouseId } });
  yield await told(
    "8 machines are quoted, then 8 less 5 % with 40 kg of coffee; the second edition is accepted",
  );

  const ordered = { params: { orderId: order.id } };
  await call.confirmOrder(ordered);
  yield await told("The order is confirmed: its goods are reserved");

  const { shipments } = await call.shipOrder({
    ...ordered,
    body: {
      effectiveOn: day(80),
      lines: [
        { line: 0, quantity: 5 },
        { line: 1, quantity: 40_000 },
      ],
    },
  });
  const firstShipment = one(shipments[0], "shipment").documentId;
  yield await told("5 machines and the coffee are shipped");

  await call.returnOfOrder({
    ...ordered,
    body: {
      ...{ shipmentId: firstShipment, reason: "Scratched", effectiveOn: day(78) },
      lines: [{ line: 0, quantity: 1 }],
    },
  });
  yield await told("1 machine comes back before there is an invoice");

  const rest = await call.shipOrder({ ...ordered, body: { effectiveOn: day(75) } });
  const secondShipment = one(rest.shipments[1], "shipment").documentId;
  yield await told("The rest is shipped: 3 machines");

  const { invoices } = await call.invoiceOrder({ ...ordered, body: { issuedOn: day(70) } });
  const { invoiceId } = one(invoices[0], "invoice");
  yield await told("What the client kept is invoiced in euro, at 4.97");

  const draft = await call.createInvoice({
    body: {
      ...{ clientId, counterpartyId: home },
      lines: [{ description: "Assembly", unitPriceMinor: 50_000 }],
    },
  });
  const assembly = await call.issueInvoice({
    params: { invoiceId: draft.id },
    body: { issuedOn: day(20) },
  });
  yield await told("The assembly is invoiced in lei, to the client's other counterparty");

  const paid = (amountMinor: number, ago: number) =>
    call.createPayment({
      body: {
        ...{ clientId, counterpartyId, currency: "RON", amountMinor, paidOn: day(ago) },
        allocations: [{ invoiceId }],
      },
    });
  await paid(2_510_000, 30);
  yield await told("25,100.00 RON are paid, at 5.02: 5,000.00 EUR of the invoice");

  const second = await paid(2_000_000, 10);
  yield await told("20,000.00 RON are paid, at 4.90: the rest of the invoice, and more than is owed");

  const { invoices: credited } = await call.returnOfOrder({
    ...ordered,
    body: {
      ...{ shipmentId: secondShipment, reason: "Broken", effectiveOn: day(5) },
      lines: [{ line: 0, quantity: 1 }],
    },
  });
  if (credited.length !== 1) throw new Error("a return makes no invoice");
  yield await told("1 machine that is paid for comes back: a credit note, with the goods in one write");

  const { items } = await call.listCreditNotes({ query: { client: clientId } });
  await call.createRefund({
    body: { sourceId: one(items[0], "credit note").id, moneyAccount: "bank:eur", paidOn: day(1) },
  });
  await call.allocatePayment({
    params: { paymentId: second.id },
    body: { on: day(1), allocations: [{ invoiceId: assembly.id }] },
  });
  yield await told("The credit is paid back in euro, at 4.95, and what was paid too much pays the assembly");
}

/** Whether anything stored in the ledger was altered: it goes through all of it. @throws where something was */
export const verified = async (call: Call): Promise<number> => {
  let transactions = 0;
  let cursor: string | undefined;
  for (let part = 0; part < 100; part++) {
    const answer = await call.verifyLedger({ body: cursor === undefined ? {} : { cursor } });
    if (answer.fault) throw new Error(`the ledger was altered: ${JSON.stringify(answer.fault)}`);
    transactions += answer.checked.transactions;
    if (answer.done) return transactions;
    cursor = answer.next;
  }
  throw new Error("the ledger is longer than a story");
};

const ask = async (baseUrl: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
  const response = await fetch(
    `${baseUrl}/_local/${path}`,
    body === undefined
      ? {}
      : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) },
  ).catch(() => {
    throw new Error(`Nothing answers at ${baseUrl}: start the stack with npm start, or set PORT`);
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return Object(await response.json());
};

/** A new tenant of a stack, as its admin, and what time it is there. */
export const newcomer = async (
  baseUrl: string,
): Promise<{ readonly call: Call; readonly nowMs: number; readonly adminEmail: string }> => {
  const adminEmail = `story-${randomUUID()}@demo.example`;
  await ask(baseUrl, "tenants", { name: "Story", currency: "RON", country: "RO", adminEmail });
  const { token } = await ask(baseUrl, "token", { email: adminEmail });
  const { now } = await ask(baseUrl, "clock");
  const call = clientOf(allRoutes, { baseUrl, token: String(token) });
  return { call, nowMs: Date.parse(String(now)), adminEmail };
};

/** A step as it is printed. */
export const printed = ({ title, figures }: Step, n: number): string =>
  [
    `\n${n}. ${title}`,
    ...Object.entries(figures).map(([section, rows]) => {
      const texts = Object.entries(rows).map(([name, text]) => `${name} ${text}`);
      return `   ${section.padEnd(14)} ${texts.join(" · ")}`;
    }),
  ].join("\n");

const tell = async (baseUrl: string): Promise<void> => {
  const { call, nowMs, adminEmail } = await newcomer(baseUrl);
  let n = 0;
  for await (const step of story(call, nowMs)) console.log(printed(step, ++n));
  console.log(
    `\n${await verified(call)} transactions are as they were posted. The tenant's admin is ${adminEmail}.`,
  );
};

if (import.meta.main)
  try {
    await tell(`http://127.0.0.1:${process.argv[2] ?? process.env.PORT ?? 4000}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
