import { type Company, fresh } from "../company.ts";
import type { Requests } from "../request.ts";

const anotherContract = async (
  { call, ids }: Company,
  more: Partial<Parameters<Company["call"]["createContract"]>[0]["body"]> = {},
) => {
  const parties = { clientId: ids.cli ?? "", counterpartyId: ids.cpt ?? "", validFrom: "2026-01-01" };
  const { id } = await call.createContract({ body: { number: fresh(), kind: "frame", ...parties, ...more } });
  return { contractId: id };
};

const signedContract = async (company: Company) => {
  const params = await anotherContract(company, { amountMinor: 1_000_000, currency: "EUR" });
  await company.call.signContract({ params, body: { signedOn: "2026-01-01" } });
  return params;
};

const contractOfDeal = async (company: Company) => {
  const params = await signedContract(company);
  await company.call.linkContractDeal({ params, body: { dealId: company.ids.deal ?? "" } });
  return params;
};

const announcedFile = async (company: Company) => {
  const params = await anotherContract(company);
  const body = { name: "contract.pdf", mediaType: "application/pdf" as const, bytes: 3 };
  const { file, upload } = await company.call.announceContractFile({ params, body });
  await fetch(upload.url, { method: "PUT", headers: upload.headers, body: "pdf" });
  return { ...params, fileId: file.id };
};

export const contracts: Requests = {
  createContract: async ({ ids }) => ({
    body: {
      number: fresh(),
      kind: "frame",
      clientId: ids.cli,
      counterpartyId: ids.cpt,
      validFrom: "2026-01-01",
      validTo: "2026-12-31",
      amountMinor: 1_000_000,
      currency: "EUR",
      remindDaysBefore: 30,
    },
  }),
  changeContract: async (company) => ({
    params: await anotherContract(company),
    body: { number: fresh(), counterpartyId: company.ids.cpt, validTo: "2027-12-31" },
  }),
  signContract: async (company) => ({
    params: await anotherContract(company),
    body: { signedOn: "2026-01-01" },
  }),
  terminateContract: async (company) => ({
    params: await signedContract(company),
    body: { on: "2026-06-30", reason: "The plant was closed" },
  }),
  linkContractDeal: async (company) => ({
    params: await signedContract(company),
    body: { dealId: company.ids.deal },
  }),
  unlinkContractDeal: async (company) => ({
    params: { ...(await contractOfDeal(company)), dealId: company.ids.deal ?? "" },
  }),
  consumeContract: async (company) => ({
    params: await contractOfDeal(company),
    body: { amountMinor: 100, currency: "EUR", on: "2026-06-01", dealId: company.ids.deal },
  }),
  reverseContractConsumption: async (company) => {
    const params = await signedContract(company);
    const body = { amountMinor: 100, currency: "EUR", on: "2026-06-01" };
    const { id } = await company.call.consumeContract({ params, body });
    return { params: { ...params, consumptionId: id } };
  },
  announceContractFile: async (company) => ({
    params: await anotherContract(company),
    body: { name: "contract.pdf", mediaType: "application/pdf", bytes: 3 },
  }),
  confirmContractFile: async (company) => ({ params: await announcedFile(company) }),
  removeContractFile: async (company) => ({ params: await announcedFile(company) }),
};
