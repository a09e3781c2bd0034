import { type Company, fresh } from "../company.ts";
import type { Requests } from "../request.ts";

const anotherAccount = async ({ call }: Company) => {
  const path = `test:${fresh()}`;
  await call.openAccount({ body: { path, type: "asset" } });
  return { path };
};

const someTransaction = ({ ids }: Company) => ({
  id: fresh(),
  kind: "sale",
  effectiveOn: "2026-06-01",
  links: {
    clientId: ids.cli,
    counterpartyId: ids.cpt,
    dealId: ids.deal,
    productId: ids.prd,
    memberId: ids.mem,
    orderId: ids.ord,
    invoiceId: ids.inv,
    contractId: ids.ctr,
  },
  postings: [
    { account: "bank", commodity: "EUR", amount: 100 },
    { account: "revenue", commodity: "EUR", amount: -100, productId: ids.prd },
  ],
});

const anotherTransaction = async (company: Company) => {
  const { id } = await company.call.postTransaction({ body: someTransaction(company) });
  return { transactionId: id };
};

/** Ten cents from cash to the bank, about everything that a transaction can be about. */
const aboutAll = ({ ids }: Company) => ({
  id: fresh(),
  links: {
    clientId: ids.cli ?? "",
    counterpartyId: ids.cpt ?? "",
    dealId: ids.deal ?? "",
    memberId: ids.mem ?? "",
    productId: ids.prd ?? "",
    orderId: ids.ord ?? "",
    invoiceId: ids.inv ?? "",
    contractId: ids.ctr ?? "",
  },
  postings: [
    { account: "bank", commodity: "EUR", amount: 10, productId: ids.prd ?? "" },
    { account: "cash", commodity: "EUR", amount: -10 },
  ],
});

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

const somePending = async (company: Company) => {
  const { id } = await company.call.makePending({ body: { ...aboutAll(company), expiresAt: inAnHour() } });
  return { params: { pendingId: id }, body: { id: fresh() } };
};

export const ledger: Requests = {
  openAccount: async () => ({ body: { path: `test:${fresh()}`, type: "asset" } }),
  changeAccount: async (company) => ({ params: await anotherAccount(company), body: { name: "Petty cash" } }),
  closeAccount: async (company) => ({ params: await anotherAccount(company) }),
  reopenAccount: async (company) => {
    const params = await anotherAccount(company);
    await company.call.closeAccount({ params });
    return { params };
  },
  setLedgerLock: async () => ({ body: { lockedThrough: "1990-12-31", reason: "Long ago" } }),
  verifyLedger: async () => ({ body: {} }),
  postTransaction: async (company) => ({ body: someTransaction(company) }),
  postBatch: async (company) => ({ body: { transactions: [someTransaction(company)] } }),
  postBulk: async (company) => ({ body: { transactions: [someTransaction(company)] } }),
  reverseTransaction: async (company) => ({
    params: await anotherTransaction(company),
    body: { id: fresh() },
  }),
  makePending: async (company) => ({ body: { ...aboutAll(company), expiresAt: inAnHour() } }),
  postPending: somePending,
  voidPending: somePending,
};
