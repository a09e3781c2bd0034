import type { Company } from "../company.ts";
import type { Requests } from "../request.ts";

const offer = (company: Company) => ({
  validUntil: "2099-12-31",
  lines: [{ productId: company.ids.prd ?? "", quantity: 2, unitPriceMinor: 100 }],
});

const draftQuote = async (company: Company) => {
  const { cli: clientId = "", cpt: counterpartyId = "", deal: dealId = "" } = company.ids;
  const body = { clientId, counterpartyId, dealId, ...offer(company) };
  return { quoteId: (await company.call.createQuote({ body })).id };
};

const sentQuote = async (company: Company) => {
  const params = await draftQuote(company);
  await company.call.sendQuote({ params });
  return params;
};

export const quotes: Requests = {
  createQuote: async (company) => ({
    body: {
      clientId: company.ids.cli,
      counterpartyId: company.ids.cpt,
      dealId: company.ids.deal,
      contractId: company.ids.ctr,
      ...offer(company),
    },
  }),
  reviseQuote: async (company) => ({ params: await sentQuote(company), body: offer(company) }),
  sendQuote: async (company) => ({ params: await draftQuote(company) }),
  acceptQuote: async (company) => ({
    params: await sentQuote(company),
    body: { warehouseId: company.ids.whs },
  }),
  rejectQuote: async (company) => ({
    params: await sentQuote(company),
    body: { reason: "Too dear" },
  }),
};
