import { randomUUID } from "node:crypto";
import { type IdKind, idPrefixes, newId } from "../../domain/kernel/id.ts";
import { clientOf } from "../../functions/client.ts";
import { systemEntropy } from "../../functions/kit/clock.ts";
import { allRoutes } from "../../functions/routes.ts";
import { newTenant, settle, stackUrl, tokenFor } from "../support/client.ts";

export const callAs = (token: string) => clientOf(allRoutes, { baseUrl: stackUrl(), token });
export type Call = ReturnType<typeof callAs>;

/** What a company has: one id of each kind, by the prefix of the kind. */
export type Ids = Readonly<Record<string, string>>;

const idPattern = /\b([a-z]+)_[0-9A-HJKMNP-TV-Z]{26}\b/g;
const prefixes: readonly string[] = Object.values(idPrefixes);

/** A well-formed id of the same kind that names nothing. */
export const unusedId = (prefix: string): string => {
  const kind = (Object.keys(idPrefixes) as IdKind[]).find((name) => idPrefixes[name] === prefix);
  if (!kind) throw new Error(`no id begins with ${prefix}`);
  return newId(kind, Date.now() - 1_000, systemEntropy);
};

export const fresh = (): string => randomUUID().slice(0, 13);
export const freshEmail = (): string => `${randomUUID()}@test.example`;

/** A tenant of the test's own with one record of each kind. */
export const newCompany = async () => {
  const { token, adminMemberId, tenantId } = await newTenant({ currency: "EUR" });
  const call = callAs(token);
  const team = await call.createTeam({ body: { name: `Team ${fresh()}` } });
  const member = await call.inviteMember({
    body: { email: freshEmail(), name: "Ioana Țepeș", role: "head", teamId: team.id },
  });
  const product = await call.createProduct({ body: { code: fresh(), name: "GTX Pro" } });
  const client = await call.createClient({
    body: {
      name: `Știință ${fresh()}`,
      ownerId: adminMemberId,
      contacts: [{ name: "Ana Popescu" }],
      counterparties: [{ legalName: "Știință SRL", country: "RO" }],
    },
  });
  const whole = await call.readClient({ params: { clientId: client.id } });
  const counterparty = whole.counterparties[0];
  const note = await call.addNote({ params: { clientId: client.id }, body: { text: "called" } });
  const deal = await call.createDeal({ body: { title: "A deal", typeId: "sale", clientId: client.id } });
  const upload = await call.createUpload({ body: { bytes: 12 } });
  const job = await call.createImport({
    body: {
      text: "sku;name\nX;Y\n",
      dryRun: true,
      mapping: {
        entity: "products",
        identifiedBy: ["sku"],
        fields: [
          { to: "code", from: "sku" },
          { to: "name", from: "name" },
        ],
      },
    },
  });
  const position = await call.createPosition({
    body: { name: `Position ${fresh()}`, rates: [{ hourlyRateMinor: 3000 }] },
  });
  for (const memberId of [member.id, adminMemberId])
    await call.setMemberPosts({ params: { memberId }, body: { posts: [{ positionId: position.id }] } });
  const time = await call.postTime({
    body: { on: "2026-06-01", minutes: 30, memberId: member.id, clientId: client.id },
  });
  const contract = await call.createContract({
    body: {
      number: fresh(),
      kind: "frame",
      clientId: client.id,
      counterpartyId: counterparty?.id ?? "",
      validFrom: "2026-01-01",
    },
  });
  const contractId = contract.id;
  await call.signContract({ params: { contractId }, body: { signedOn: "2026-01-01" } });
  await call.linkContractDeal({ params: { contractId }, body: { dealId: deal.id } });
  const consumption = await call.consumeContract({
    params: { contractId },
    body: { amountMinor: 100, currency: "EUR", on: "2026-06-01" },
  });
  const announced = await call.announceContractFile({
    params: { contractId },
    body: { name: "contract.pdf", mediaType: "application/pdf", bytes: 3 },
  });
  const warehouse = await call.createWarehouse({ body: { name: `Warehouse ${fresh()}` } });
  const goods = { productId: product.id, warehouseId: warehouse.id };
  await call.postReceipt({ body: { lines: [{ ...goods, quantity: 1_000, costMinor: 10_000 }] } });
  const reservation = await call.reserveStock({
    body: { dealId: deal.id, lines: [{ ...goods, quantity: 10 }] },
  });
  const shipment = await call.postShipment({
    body: { dealId: deal.id, lines: [{ ...goods, quantity: 5 }] },
  });
  const order = await call.createOrder({
    body: {
      ...{ clientId: client.id, counterpartyId: counterparty?.id, dealId: deal.id },
      lines: [{ ...goods, quantity: 20, unitPriceMinor: 100 }],
    },
  });
  await call.confirmOrder({ params: { orderId: order.id } });
  const quote = await call.createQuote({
    body: {
      ...{ clientId: client.id, dealId: deal.id, validUntil: "2099-12-31" },
      lines: [{ productId: product.id, quantity: 2, unitPriceMinor: 100 }],
    },
  });
  await call.sendQuote({ params: { quoteId: quote.id } });
  const sold = { clientId: client.id, lines: [{ description: "GTX Pro", unitPriceMinor: 1_000 }] };
  const invoice = await call.createInvoice({ body: sold });
  const invoiceParams = { invoiceId: invoice.id };
  await call.issueInvoice({ params: invoiceParams, body: {} });
  const creditNote = await call.creditInvoice({
    params: invoiceParams,
    body: { reason: "A discount", lines: [{ line: 0, netMinor: 100 }] },
  });
  const payment = await call.createPayment({ body: { clientId: client.id, amountMinor: 100 } });
  await settle();
  const ids: Ids = {
    ten: tenantId,
    mem: member.id,
    team: team.id,
    cli: client.id,
    con: whole.contacts[0]?.id ?? "",
    cpt: counterparty?.id ?? "",
    lnk: counterparty?.links[0]?.id ?? "",
    prd: product.id,
    deal: deal.id,
    job: job.id,
    upl: upload.uploadId,
    note: note.id,
    ord: order.id,
    quo: quote.id,
    inv: invoice.id,
    crn: creditNote.id,
    pay: payment.id,
    whs: warehouse.id,
    rsv: reservation.id,
    stk: shipment.id,
    ctr: contractId,
    cns: consumption.id,
    file: announced.file.id,
    pos: position.id,
    tme: time.id,
  };
  return { tenantId, token, call, adminMemberId, ids };
};
export type Company = Awaited<ReturnType<typeof newCompany>>;

/** A token of a new member with this role. */
export const hire = async (company: Company, role: Parameters<Call["inviteMember"]>[0]["body"]["role"]) => {
  const email = freshEmail();
  const { id } = await company.call.inviteMember({ body: { email, name: `A ${role}`, role } });
  await settle();
  return { id, token: await tokenFor(email) };
};

/** A value with each id in it replaced by what `choose` says for its kind. */
export const withIds = <T>(value: T, choose: (prefix: string) => string | undefined): T =>
  JSON.parse(
    JSON.stringify(value).replace(idPattern, (id, prefix: string) =>
      prefixes.includes(prefix) ? (choose(prefix) ?? id) : id,
    ),
  );

/** The prefix of the ids that a parameter takes, from the pattern of its schema; undefined where it takes no id. */
export const prefixIn = (schema: { readonly pattern?: unknown }): string | undefined => {
  const prefix = /^\^([a-z]+)_\[/.exec(String(schema.pattern ?? ""))?.[1];
  return prefix !== undefined && prefixes.includes(prefix) ? prefix : undefined;
};
