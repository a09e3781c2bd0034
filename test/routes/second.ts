import type { Call, Company } from "./company.ts";
import { routeCalled, send } from "./send.ts";
import { valid } from "./valid/index.ts";

/** Deals that were won without the order that their type demands. */
const twoOverrides = async (call: Call): Promise<void> => {
  const { dealTypes } = await call.readSettings();
  const proven = {
    ...{ id: "proven", name: "Proven", kind: "simple" as const, active: true, stages: [] },
    evidenceToWin: ["order" as const],
  };
  await call.setDealTypes({ body: { dealTypes: [...dealTypes, proven] } });
  for (const title of ["Fifth", "Sixth"]) {
    const { id } = await call.createDeal({ body: { title, typeId: "proven" } });
    await call.overrideDeal({ params: { dealId: id }, body: { reason: "Agreed on the phone" } });
  }
};

/** Two accounts under one control, with a transaction each. */
export const twoTills = async ({ call }: Company): Promise<void> => {
  for (const n of [1, 2]) {
    const till = `tills:2026-01-0${n}:cash`;
    await call.postTransaction({
      body: {
        id: `till-${n}`,
        opens: [{ path: till, type: "asset" }],
        postings: [
          { account: till, commodity: "EUR", amount: 1 },
          { account: "bank", commodity: "EUR", amount: -1 },
          { account: "bank", commodity: "RON", amount: 1 },
          { account: "cash", commodity: "RON", amount: -1 },
        ],
      },
    });
  }
};

/** Makes a second of each, so that the company's lists have a second page. */
export const secondOfEach = async (company: Company): Promise<void> => {
  const { call, ids, token } = company;
  const [clientId = "", dealId = ""] = [ids.cli, ids.deal];
  await call.createTeam({ body: { name: "Second" } });
  await call.createProduct({ body: { code: "SECOND", name: "Second" } });
  await call.createClient({ body: { name: "Second" } });
  await call.addNote({ params: { clientId }, body: { text: "Second" } });
  await call.createDeal({ body: { title: "Second", typeId: "sale", clientId } });
  await call.moveDeal({ params: { dealId }, body: { stageId: "qualified" } });
  await call.createDeal({ body: { title: "Third", typeId: "sale" } });
  const parties = { clientId, counterpartyId: ids.cpt ?? "", validFrom: "2026-01-01" };
  await call.createContract({ body: { ...parties, number: "SECOND", kind: "frame" } });
  const contractParams = { contractId: ids.ctr ?? "" };
  const { id: secondDeal } = await call.createDeal({ body: { title: "Fourth", typeId: "sale", clientId } });
  await call.linkContractDeal({ params: contractParams, body: { dealId: secondDeal } });
  const taken = { amountMinor: 1, currency: "EUR", on: "2026-06-01" };
  await call.consumeContract({ params: contractParams, body: taken });
  await call.createPosition({ body: { name: "Second" } });
  await call.postTime({ body: { on: "2026-06-02", minutes: 5, dealId } });
  await call.postTime({ body: { on: "2026-06-03", minutes: 5, dealId } });
  const goods = { productId: ids.prd ?? "", warehouseId: ids.whs ?? "" };
  await call.createWarehouse({ body: { name: "Second" } });
  const other = await call.createProduct({ body: { code: "THIRD", name: "Third" } });
  const received = { ...goods, productId: other.id, quantity: 1, costMinor: 1 };
  await call.postReceipt({ body: { lines: [received] } });
  await call.reserveStock({ body: { dealId, lines: [{ ...goods, quantity: 1 }] } });
  const ordered = await call.createOrder({
    body: { clientId, dealId, lines: [{ ...goods, quantity: 1, unitPriceMinor: 1 }] },
  });
  await call.confirmOrder({ params: { orderId: ordered.id } });
  const offered = {
    validUntil: "2099-12-31",
    lines: [{ productId: ids.prd ?? "", quantity: 1, unitPriceMinor: 1 }],
  };
  const { id: quoteId } = await call.createQuote({ body: { clientId, dealId, ...offered } });
  await call.sendQuote({ params: { quoteId } });
  for (const quote of [{ quoteId: ids.quo ?? "" }, { quoteId: ids.quo ?? "" }]) {
    await call.reviseQuote({ params: quote, body: offered });
    await call.sendQuote({ params: quote });
  }
  const seconds = await call.createClient({
    body: { name: "Of finance", counterparties: [{ legalName: "Second SRL", country: "RO" }] },
  });
  const sold = { clientId: seconds.id, lines: [{ description: "Second", unitPriceMinor: 1_000 }] };
  await call.issueInvoice({ params: { invoiceId: (await call.createInvoice({ body: sold })).id }, body: {} });
  await call.createPayment({ body: { clientId: seconds.id, amountMinor: 1 } });
  for (const reason of ["One", "Two"]) {
    const { id } = await call.createInvoice({ body: sold });
    const { totalMinor: amountMinor } = await call.issueInvoice({ params: { invoiceId: id }, body: {} });
    const paid = { clientId: seconds.id, amountMinor, allocations: [{ invoiceId: id }] };
    await call.createPayment({ body: paid });
    await call.creditInvoice({ params: { invoiceId: id }, body: { reason } });
    const day = reason === "One" ? "2026-01-01" : "2026-01-02";
    await call.setExchangeRate({ params: { currency: "USD", day }, body: { rate: "0.9" } });
  }
  for (const name of ["first", "second"])
    await call.makePending({
      body: {
        id: name,
        expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
        postings: [
          { account: "cash", commodity: "EUR", amount: 1 },
          { account: "bank", commodity: "EUR", amount: -1 },
        ],
      },
    });
  const withParty = await call.readClient({ params: { clientId: seconds.id } });
  const links = [
    { productId: ids.prd ?? "", clientId, counterpartyId: ids.cpt ?? "" },
    {
      ...{ productId: other.id, clientId: seconds.id },
      counterpartyId: withParty.counterparties[0]?.id ?? "",
    },
  ];
  for (const [n, named] of links.entries())
    await call.postTransaction({
      body: {
        id: `sold-${n}`,
        links: named,
        postings: [
          { account: "bank", commodity: "EUR", amount: 1 },
          { account: "revenue", commodity: "EUR", amount: -1 },
        ],
      },
    });
  await twoOverrides(call);
  for (const month of ["2025-11", "2025-12"]) await call.revalue({ body: { month } });
  const request = await valid.createImport?.(company);
  await send(routeCalled("createImport"), { token, ...request });
};
