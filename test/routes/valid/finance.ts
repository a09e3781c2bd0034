import { type Company, fresh } from "../company.ts";
import type { Requests } from "../request.ts";

const invoiceLines = [{ description: "GTX Pro", unitPriceMinor: 1_000 }];

const draftInvoice = async ({ call, ids }: Company) => {
  const { id } = await call.createInvoice({ body: { clientId: ids.cli ?? "", lines: invoiceLines } });
  return { invoiceId: id };
};

const issuedInvoice = async (company: Company) => {
  const params = await draftInvoice(company);
  await company.call.issueInvoice({ params, body: {} });
  return params;
};

const advance = async ({ call, ids }: Company) => {
  const { id } = await call.createPayment({ body: { clientId: ids.cli ?? "", amountMinor: 500 } });
  return { paymentId: id };
};

/** Of an invoice that was paid, so that it has something left. */
const freeCreditNote = async (company: Company) => {
  const params = await issuedInvoice(company);
  const body = { clientId: company.ids.cli ?? "", amountMinor: 1_000, allocations: [params] };
  await company.call.createPayment({ body });
  const note = await company.call.creditInvoice({ params, body: { reason: "Returned" } });
  return { creditNoteId: note.id };
};

export const finance: Requests = {
  setFinanceSettings: async ({ call }) => {
    const { version: _, updatedAt: _at, ...settings } = await call.readFinanceSettings();
    return { body: { ...settings, paymentDays: 14 } };
  },
  setExchangeRate: async () => ({ params: { currency: "RON", day: "2026-01-01" }, body: { rate: "0.2" } }),
  setExchangeRates: async () => ({
    body: {
      base: "EUR",
      rates: [
        { currency: "RON", day: "2026-01-02", rate: "4.97" },
        { currency: "USD", day: "2026-01-02", rate: "1.0875" },
      ],
    },
  }),
  revalue: async () => ({ body: { month: "2025-12" } }),
  createInvoice: async ({ ids }) => ({
    body: {
      clientId: ids.cli,
      counterpartyId: ids.cpt,
      dealId: ids.deal,
      contractId: ids.ctr,
      lines: [{ productId: ids.prd, quantity: 2, unitPriceMinor: 1_000, discount: { basisPoints: 500 } }],
    },
  }),
  changeInvoice: async (company) => ({
    params: await draftInvoice(company),
    body: {
      counterpartyId: company.ids.cpt,
      dealId: company.ids.deal,
      contractId: company.ids.ctr,
      lines: [{ productId: company.ids.prd, unitPriceMinor: 2_000 }],
    },
  }),
  removeInvoice: async (company) => ({ params: await draftInvoice(company) }),
  issueInvoice: async (company) => ({ params: await draftInvoice(company), body: {} }),
  creditInvoice: async (company) => ({
    params: await issuedInvoice(company),
    body: { reason: "Returned", lines: [{ line: 0, netMinor: 400 }] },
  }),
  createPayment: async (company) => ({
    body: {
      clientId: company.ids.cli,
      counterpartyId: company.ids.cpt,
      amountMinor: 2_000,
      reference: fresh(),
      allocations: [await issuedInvoice(company)],
    },
  }),
  allocatePayment: async (company) => ({
    params: await advance(company),
    body: { allocations: [await issuedInvoice(company)] },
  }),
  allocateCreditNote: async (company) => ({
    params: await freeCreditNote(company),
    body: { allocations: [await issuedInvoice(company)] },
  }),
  deallocatePayment: async (company) => {
    const params = await advance(company);
    const invoice = await issuedInvoice(company);
    await company.call.allocatePayment({ params, body: { allocations: [invoice] } });
    return { params, body: invoice };
  },
  deallocateCreditNote: async (company) => {
    const params = await freeCreditNote(company);
    const invoice = await issuedInvoice(company);
    await company.call.allocateCreditNote({ params, body: { allocations: [invoice] } });
    return { params, body: invoice };
  },
  reversePayment: async (company) => ({ params: await advance(company), body: {} }),
  createRefund: async (company) => ({
    body: { sourceId: (await advance(company)).paymentId, amountMinor: 100 },
  }),
};
