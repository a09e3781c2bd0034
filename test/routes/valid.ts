import { standardSettings } from "../../domain/settings/standard.ts";
import { resolved } from "../contracts/schemas.ts";
import { type Json, objectAt } from "../golden/json.ts";
import { type Company, fresh, freshEmail, prefixIn } from "./company.ts";
import type { Route, Sending } from "./send.ts";

export type Request = Pick<Sending, "params" | "query" | "body">;

/** The parameters of a route's path, each by what `choose` says for its kind of id. */
export const paramsOf = (
  route: Route,
  choose: (prefix: string) => string | undefined,
): Record<string, string> => {
  const parameters = Array.isArray(route.operation.parameters)
    ? route.operation.parameters.map(resolved)
    : [];
  return Object.fromEntries(
    parameters
      .filter((parameter) => parameter.in === "path")
      .map((parameter) => {
        const prefix = prefixIn(objectAt(parameter.schema));
        return [String(parameter.name), (prefix && choose(prefix)) ?? "x"];
      }),
  );
};

/** The documented example of a route's body. */
export const exampleBody = (route: Route): Json | undefined =>
  objectAt(route.operation, "requestBody", "content", "application/json").example;

const anotherProduct = ({ call }: Company) =>
  call.createProduct({ body: { code: fresh(), name: "GTX Plus" } });
const anotherClient = ({ call }: Company) => call.createClient({ body: { name: `Client ${fresh()}` } });
const anotherMember = ({ call }: Company) =>
  call.inviteMember({ body: { email: freshEmail(), name: "Dan Ș", role: "manager" } });
const anotherHead = async ({ call }: Company) =>
  (await call.inviteMember({ body: { email: freshEmail(), name: "Elena Ș", role: "head" } })).id;
const anotherTeam = ({ call }: Company) => call.createTeam({ body: { name: `Team ${fresh()}` } });
const anotherDeal = (
  { call }: Company,
  more: Partial<Parameters<Company["call"]["createDeal"]>[0]["body"]> = {},
) => call.createDeal({ body: { title: `Deal ${fresh()}`, typeId: "sale", ...more } });

const anotherContact = async (company: Company) => {
  const { id: clientId } = await anotherClient(company);
  const contact = await company.call.addContact({ params: { clientId }, body: { name: "Ion" } });
  return { clientId, contactId: contact.id };
};
const anotherNote = async (company: Company) => {
  const { id: clientId } = await anotherClient(company);
  const note = await company.call.addNote({ params: { clientId }, body: { text: "was friendly" } });
  return { clientId, noteId: note.id };
};
const anotherCounterparty = async (company: Company) => {
  const { id: clientId } = await anotherClient(company);
  const body = { legalName: `Firma ${fresh()}`, country: "RO", validFrom: "2026-01-01" };
  const added = await company.call.addCounterparty({ params: { clientId }, body });
  const counterparty = await company.call.readCounterparty({ params: { counterpartyId: added.id } });
  return { counterpartyId: added.id, linkId: counterparty.links[0]?.id ?? "" };
};

const mapping = {
  entity: "products",
  identifiedBy: ["sku"],
  fields: [
    { to: "code", from: "sku" },
    { to: "name", from: "name" },
  ],
} as const;
const anotherImport = ({ call }: Company) =>
  call.createImport({
    body: {
      text: "sku;name\nX;Y\n",
      dryRun: true,
      mapping: { ...mapping, identifiedBy: ["sku"], fields: [...mapping.fields] },
    },
  });

const anotherPosition = ({ call }: Company) =>
  call.createPosition({ body: { name: `Position ${fresh()}`, rates: [{ hourlyRateMinor: 100 }] } });
/** Of the admin, who works for the client and deal of the company. */
const anotherTime = async ({ call, ids }: Company) => {
  const body = { on: "2026-06-01", minutes: 1, clientId: ids.cli };
  return { timeEntryId: (await call.postTime({ body })).id };
};
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
  const body = { name: "contract.pdf", mediaType: "application/pdf", bytes: 3 };
  const { file, upload } = await company.call.announceContractFile({ params, body });
  await fetch(upload.url, { method: "PUT", body: "pdf" });
  return { ...params, fileId: file.id };
};

/** A hundred pieces of a product of its own, in a warehouse of its own with two places. */
const someGoods = async (company: Company) => {
  const { call } = company;
  const [product, warehouse] = await Promise.all([
    anotherProduct(company),
    call.createWarehouse({ body: { name: `Warehouse ${fresh()}`, places: [{ code: "A-1" }] } }),
  ]);
  const goods = { productId: product.id, warehouseId: warehouse.id };
  await call.postReceipt({ body: { lines: [{ ...goods, quantity: 100, costMinor: 1000 }] } });
  return goods;
};
const someReservation = async (company: Company) => {
  const goods = await someGoods(company);
  const body = { dealId: company.ids.deal ?? "", lines: [{ ...goods, quantity: 10 }] };
  const { id } = await company.call.reserveStock({ body });
  return { params: { reservationId: id }, lines: [{ ...goods, quantity: 4 }] };
};

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

const draftOrder = async (company: Company) => {
  const { cli: clientId = "", cpt: counterpartyId = "", deal: dealId = "" } = company.ids;
  const goods = await someGoods(company);
  const lines = [{ ...goods, quantity: 10, unitPriceMinor: 100 }];
  const { id } = await company.call.createOrder({ body: { clientId, counterpartyId, dealId, lines } });
  return { orderId: id };
};
const confirmedOrder = async (company: Company) => {
  const params = await draftOrder(company);
  await company.call.confirmOrder({ params });
  return params;
};
const shippedOrder = async (company: Company) => {
  const params = await confirmedOrder(company);
  const { shipments } = await company.call.shipOrder({ params, body: {} });
  return { params, shipmentId: shipments[0]?.documentId ?? "" };
};

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

/**
 * A request of each mutation that is carried out, on records of its own, with every field that names another
 * record filled from the company.
 */
export const valid: Readonly<Record<string, (company: Company) => Promise<Request>>> = {
  inviteMember: async ({ ids }) => ({
    body: { email: freshEmail(), name: "Maria Ș", role: "manager", teamId: ids.team },
  }),
  changeMember: async (company) => ({
    params: { memberId: (await anotherMember(company)).id },
    body: { name: "Radu Ț", role: "head", teamId: company.ids.team },
  }),
  dismissMember: async (company) => ({
    params: { memberId: (await anotherMember(company)).id },
    body: { handOverTo: company.ids.mem },
  }),
  reinstateMember: async (company) => {
    const { id } = await anotherMember(company);
    await company.call.dismissMember({
      params: { memberId: id },
      body: { handOverTo: company.adminMemberId },
    });
    return { params: { memberId: id } };
  },
  changeTenant: async () => ({ body: { name: `Company ${fresh()}`, country: "RO" } }),
  createTeam: async (company) => ({ body: { name: `Team ${fresh()}`, headId: await anotherHead(company) } }),
  changeTeam: async (company) => ({
    params: { teamId: (await anotherTeam(company)).id },
    body: { name: `Team ${fresh()}`, headId: await anotherHead(company) },
  }),
  deleteTeam: async (company) => ({ params: { teamId: (await anotherTeam(company)).id } }),
  setDealTypes: async ({ call }) => ({ body: { dealTypes: (await call.readSettings()).dealTypes } }),
  setLossReasons: async () => ({
    body: {
      lossReasons: [...standardSettings().lossReasons, { id: "season", name: "Season", active: true }],
    },
  }),
  setStock: async () => ({ body: { costMethod: "fifo" } }),
  setFields: async () => ({ body: { deal: [{ key: "budget", label: "Budget", type: "text" }] } }),
  createClient: async ({ ids }) => ({
    body: {
      name: `Client ${fresh()}`,
      parentId: ids.cli,
      ownerId: ids.mem,
      teamId: ids.team,
      contacts: [{ name: "Ana", roles: ["decider"], phones: ["0721 234 567"], emails: [freshEmail()] }],
      counterparties: [{ legalName: "Client SRL", country: "RO", taxId: "RO1234567" }],
    },
  }),
  changeClient: async (company) => ({
    params: { clientId: (await anotherClient(company)).id },
    body: {
      name: `Client ${fresh()}`,
      parentId: company.ids.cli,
      ownerId: company.ids.mem,
      teamId: company.ids.team,
      tags: ["vip"],
    },
  }),
  addContact: async (company) => ({
    params: { clientId: (await anotherClient(company)).id },
    body: { name: "Vlad", roles: ["payer"], emails: [freshEmail()] },
  }),
  changeContact: async (company) => ({ params: await anotherContact(company), body: { name: "Vlad Țepeș" } }),
  removeContact: async (company) => ({ params: await anotherContact(company) }),
  addNote: async ({ ids }) => ({ params: { clientId: ids.cli ?? "" }, body: { text: "called back" } }),
  changeNote: async (company) => ({
    params: await anotherNote(company),
    body: { text: "was very friendly" },
  }),
  removeNote: async (company) => ({ params: await anotherNote(company) }),
  addCounterparty: async (company) => ({
    params: { clientId: (await anotherClient(company)).id },
    body: { legalName: `Firma ${fresh()}`, country: "RO", validFrom: "2026-01-01" },
  }),
  changeCounterparty: async (company) => {
    const { counterpartyId } = await anotherCounterparty(company);
    return { params: { counterpartyId }, body: { legalName: `Firma ${fresh()}` } };
  },
  linkCounterparty: async (company) => {
    const { counterpartyId } = await anotherCounterparty(company);
    return {
      params: { counterpartyId },
      body: { clientId: company.ids.cli, validFrom: "2025-01-01", validTo: "2025-12-31" },
    };
  },
  moveCounterparty: async (company) => {
    const { counterpartyId } = await anotherCounterparty(company);
    return { params: { counterpartyId }, body: { clientId: company.ids.cli, on: "2026-06-01" } };
  },
  correctLink: async (company) => ({
    params: await anotherCounterparty(company),
    body: { validFrom: "2026-02-01", validTo: "2026-12-31" },
  }),
  withdrawLink: async (company) => ({ params: await anotherCounterparty(company) }),
  createOrder: async (company) => ({
    body: {
      clientId: company.ids.cli,
      counterpartyId: company.ids.cpt,
      dealId: company.ids.deal,
      contractId: company.ids.ctr,
      lines: [
        {
          ...{ productId: company.ids.prd, warehouseId: company.ids.whs },
          ...{ quantity: 3, unitPriceMinor: 100, discount: { basisPoints: 500 } },
        },
      ],
    },
  }),
  confirmOrder: async (company) => ({ params: await draftOrder(company) }),
  shipOrder: async (company) => ({
    params: await confirmedOrder(company),
    body: { lines: [{ line: 0, quantity: 4 }] },
  }),
  invoiceOrder: async (company) => ({ params: (await shippedOrder(company)).params, body: {} }),
  returnOfOrder: async (company) => {
    const { params, shipmentId } = await shippedOrder(company);
    await company.call.invoiceOrder({ params, body: {} });
    return { params, body: { shipmentId, reason: "Broken", lines: [{ line: 0, quantity: 2 }] } };
  },
  cancelOrder: async (company) => ({
    params: await confirmedOrder(company),
    body: { lines: [{ line: 0, quantity: 4 }] },
  }),
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
  createProduct: async () => ({
    body: { code: fresh(), name: "GTX", prices: [{ currency: "EUR", unitPriceMinor: 100 }] },
  }),
  changeProduct: async (company) => ({
    params: { productId: (await anotherProduct(company)).id },
    body: { name: "GTX Ultra", category: null },
  }),
  createDeal: async ({ ids, adminMemberId }) => ({
    body: {
      title: `Deal ${fresh()}`,
      typeId: "sale",
      clientId: ids.cli,
      contacts: [{ contactId: ids.con, roles: ["decider"], sharePercent: 100 }],
      ownerId: ids.mem,
      participantIds: [adminMemberId],
      items: [{ productId: ids.prd, quantity: 2, unitPriceMinor: 1000 }],
      currency: "EUR",
    },
  }),
  changeDeal: async (company) => ({
    params: { dealId: (await anotherDeal(company)).id },
    body: {
      clientId: company.ids.cli,
      contacts: [{ contactId: company.ids.con, roles: ["payer"] }],
      ownerId: company.ids.mem,
      participantIds: [company.adminMemberId],
      items: [{ productId: company.ids.prd, quantity: 3, unitPriceMinor: 500 }],
    },
  }),
  moveDeal: async (company) => ({
    params: { dealId: (await anotherDeal(company)).id },
    body: { stageId: "qualified" },
  }),
  winDeal: async (company) => ({ params: { dealId: (await anotherDeal(company, { typeId: "order" })).id } }),
  loseDeal: async (company) => ({
    params: { dealId: (await anotherDeal(company)).id },
    body: { reasonId: "price", competitor: "Rival SRL" },
  }),
  reopenDeal: async (company) => {
    const { id } = await anotherDeal(company, { typeId: "order" });
    await company.call.winDeal({ params: { dealId: id } });
    return { params: { dealId: id } };
  },
  createPosition: async () => ({
    body: { name: `Position ${fresh()}`, rates: [{ hourlyRateMinor: 4200, validFrom: "2026-01-01" }] },
  }),
  changePosition: async (company) => ({
    params: { positionId: (await anotherPosition(company)).id },
    body: { name: `Position ${fresh()}`, active: false },
  }),
  setMemberPosts: async (company) => ({
    params: { memberId: (await anotherMember(company)).id },
    body: { posts: [{ positionId: company.ids.pos, validFrom: "2026-01-01" }] },
  }),
  postTime: async ({ ids }) => ({
    body: { on: "2026-06-01", minutes: 1, memberId: ids.mem, clientId: ids.cli, dealId: ids.deal },
  }),
  reverseTime: async (company) => ({
    params: await anotherTime(company),
    body: { memo: "Entered for another client" },
  }),
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
  createWarehouse: async () => ({ body: { name: `Warehouse ${fresh()}`, places: [{ code: "A-1" }] } }),
  changeWarehouse: async ({ call }) => ({
    params: { warehouseId: (await call.createWarehouse({ body: { name: "Old" } })).id },
    body: { name: `Warehouse ${fresh()}`, places: [{ code: "B-2", name: "Ramp" }] },
  }),
  postReceipt: async (company) => ({
    body: { lines: [{ ...(await someGoods(company)), quantity: 3, costMinor: 100 }], memo: "Bought" },
  }),
  postTransfer: async (company) => {
    const goods = await someGoods(company);
    return { body: { lines: [{ ...goods, quantity: 3, toWarehouseId: goods.warehouseId, toPlace: "A-1" }] } };
  },
  postWriteOff: async (company) => ({
    body: { lines: [{ ...(await someGoods(company)), quantity: 3 }], memo: "Broken" },
  }),
  postCount: async (company) => ({
    body: { lines: [{ ...(await someGoods(company)), countedQuantity: 99 }] },
  }),
  postShipment: async (company) => ({
    body: {
      lines: [{ ...(await someGoods(company)), quantity: 3 }],
      clientId: company.ids.cli,
      counterpartyId: company.ids.cpt,
      dealId: company.ids.deal,
    },
  }),
  postReturn: async (company) => {
    const lines = [{ ...(await someGoods(company)), quantity: 3 }];
    const { id } = await company.call.postShipment({ body: { lines } });
    return {
      params: { documentId: id },
      body: { lines: [{ line: 0, quantity: 1, warehouseId: company.ids.whs, place: "main" }] },
    };
  },
  reserveStock: async (company) => ({
    body: { lines: [{ ...(await someGoods(company)), quantity: 3 }], dealId: company.ids.deal },
  }),
  releaseReservation: async (company) => {
    const { params, lines } = await someReservation(company);
    return { params, body: { lines } };
  },
  shipReservation: async (company) => {
    const { params, lines } = await someReservation(company);
    return { params, body: { lines } };
  },
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
  setFinanceSettings: async ({ call }) => {
    const { version: _, updatedAt: _at, ...settings } = await call.readFinanceSettings();
    return { body: { ...settings, paymentDays: 14 } };
  },
  setExchangeRate: async () => ({ params: { currency: "RON", day: "2026-01-01" }, body: { rate: "0.2" } }),
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
  reversePayment: async (company) => ({ params: await advance(company), body: {} }),
  createRefund: async (company) => ({
    body: { sourceId: (await advance(company)).paymentId, amountMinor: 100 },
  }),
  createUpload: async () => ({ body: { bytes: 100 } }),
  createImport: async () => ({ body: { text: "sku;name\nX;Y\n", dryRun: true, mapping } }),
  cancelImport: async (company) => ({ params: { importId: (await anotherImport(company)).id } }),
  resumeImport: async (company) => {
    const { id } = await anotherImport(company);
    await company.call.cancelImport({ params: { importId: id } }).catch(() => undefined);
    return { params: { importId: id } };
  },
};
