import { clientHandlers } from "../../functions/clients/handlers.ts";
import { clientRoutes } from "../../functions/clients/routes.ts";
import { financeHandlers } from "../../functions/finance/handlers.ts";
import { financeRoutes } from "../../functions/finance/routes.ts";
import { serve } from "../../functions/kit/serve.ts";
import { readHandlers } from "../../functions/ledger/reads.ts";
import { ledgerReadRoutes } from "../../functions/ledger/reads-routes.ts";
import { provision } from "../../functions/provision/provision.ts";
import { type Answer, type Call, caller, type TestGround } from "../access/ground.ts";

export const dayMs = 86_400_000;
export const currencies = ["RON", "EUR", "USD"] as const;

export const listOf = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value : []);

const sure = async (answer: Promise<Answer>) => {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(JSON.stringify(body));
  return body;
};

/** A company whose clock is moved: its routes of finance, and what the ledger says. */
export const newMovedCompany = async (ground: TestGround) => {
  const made = await provision({ name: "Exemplu", adminEmail: "a@example.com", currency: "RON" }, ground);
  const as = { tenantId: made.tenantId, memberId: made.adminMemberId };
  const sendFinance = caller(serve(financeRoutes, financeHandlers, ground));
  const sendClients = caller(serve(clientRoutes, clientHandlers, ground));
  const { listLedgerBalances, readLedgerStatement, readTrialBalance, listMemberBalances } = ledgerReadRoutes;
  const sendLedger = caller(
    serve(
      { listLedgerBalances, readLedgerStatement, readTrialBalance, listMemberBalances },
      readHandlers,
      ground,
    ),
  );
  const company = {
    tenantId: made.tenantId,
    /** The day, or one so many days before. */
    day: (ago = 0) => new Date(ground.clock() - ago * dayMs).toISOString().slice(0, 10),
    finance: (call: Call) => sendFinance(as, call),
    ledger: (call: Call) => sendLedger(as, call),
    setRate: (currency: string, day: string, rate: string) => {
      const route = "PUT /v1/finance/rates/{currency}/{day}";
      return sure(sendFinance(as, { route, params: { currency, day }, body: { rate } }));
    },
    /** A client with one counterparty. */
    newClient: async (name: string) => {
      const counterparties = [{ legalName: name, country: "RO", validFrom: "2020-01-01" }];
      const made = await sure(sendClients(as, { route: "POST /v1/clients", body: { name, counterparties } }));
      const params = { clientId: String(made.id) };
      const whole = await sure(sendClients(as, { route: "GET /v1/clients/{clientId}", params }));
      return { ...params, counterpartyId: String(listOf(whole.counterparties)[0]?.id) };
    },
  };
  const { series, taxRates, standardTaxId, paymentDays } = await sure(
    company.finance({ route: "GET /v1/finance/settings" }),
  );
  const allowing = listOf(series).map((one) => ({ ...one, allowsEarlierDays: true }));
  const body = { series: allowing, taxRates, standardTaxId, paymentDays };
  await sure(company.finance({ route: "PUT /v1/finance/settings", body }));
  return company;
};
export type MovedCompany = Awaited<ReturnType<typeof newMovedCompany>>;

const doings = ["issue", "pay", "allocate", "deallocate", "credit", "reverse", "refund"] as const;
export type Doing = (typeof doings)[number];

/** What happens by chance to the documents of some clients: each call does one thing, or is refused. */
export const historyOf = (
  { finance, day }: MovedCompany,
  clients: readonly { readonly clientId: string; readonly counterpartyId: string }[],
  chance: () => number,
) => {
  const known = { invoices: [""], money: [""] };
  const upTo = (most: number) => 1 + Math.floor(chance() * most);
  const one = <T>(all: readonly T[]): T | undefined => all[Math.floor(chance() * all.length)];
  const post = (path: string, body: unknown, params: Record<string, string> = {}) =>
    finance({ route: `POST /v1/finance/${path}`, params, body });
  /** A payment or credit note, and where it is. */
  const someMoney = async (ids: readonly string[]) => {
    const id = one(ids) ?? "";
    const [path, params]: [string, Record<string, string>] = id.startsWith("crn_")
      ? ["credit-notes/{creditNoteId}", { creditNoteId: id }]
      : ["payments/{paymentId}", { paymentId: id }];
    const { body } = await finance({ route: `GET /v1/finance/${path}`, params });
    return { path, params, body };
  };
  const openInvoices = async (clientId: unknown, side: unknown) => {
    const query = { client: String(clientId), state: "open" };
    const { body } = await finance({ route: "GET /v1/finance/invoices", query });
    return listOf(body.items).filter((invoice) => invoice.side === side);
  };
  const on = () => day(chance() < 0.5 ? 0 : upTo(9));
  const whose = () => {
    const [party, side] = [one(clients), chance() < 0.7 ? "sale" : "purchase"];
    return { clientId: party?.clientId, ...(chance() < 0.5 ? {} : party), side };
  };
  const work: Record<Doing, () => Promise<Answer>> = {
    async issue() {
      const about = whose();
      const lines = [{ description: "A", unitPriceMinor: upTo(50_000), taxId: "zero" }];
      const { id } = (await post("invoices", { ...about, currency: one(currencies), lines })).body;
      const number = about.side === "sale" ? {} : { number: String(id) };
      return post(
        "invoices/{invoiceId}/issue",
        { issuedOn: on(), dueOn: day(-upTo(20)), ...number },
        { invoiceId: String(id) },
      );
    },
    async pay() {
      const about = whose();
      const open = (await openInvoices(about.clientId, about.side)).slice(0, upTo(3));
      const allocations = chance() < 0.5 ? open.map(({ id }) => ({ invoiceId: id })) : [];
      const money = { currency: one(currencies), amountMinor: upTo(90_000), paidOn: on() };
      return post("payments", { ...about, ...money, allocations });
    },
    async allocate() {
      const free = await finance({
        route: chance() < 0.7 ? "GET /v1/finance/payments" : "GET /v1/finance/credit-notes",
      });
      const { path, params, body } = await someMoney(listOf(free.body.items).map(({ id }) => String(id)));
      const invoiceId = one(await openInvoices(body.clientId, body.side))?.id;
      return post(`${path}/allocations`, { on: on(), allocations: [{ invoiceId }] }, params);
    },
    async deallocate() {
      const { path, params, body } = await someMoney(known.money);
      const invoiceId = one(listOf(body.allocations))?.invoiceId;
      return post(`${path}/allocations/reversal`, { on: day(), invoiceId }, params);
    },
    credit: () => {
      const order = {
        ...{ reason: "Back", issuedOn: on(), number: `C-${known.money.length}` },
        ...(chance() < 0.5 ? {} : { lines: [{ line: 0, netMinor: upTo(20_000) }] }),
      };
      return post("invoices/{invoiceId}/credit-notes", order, { invoiceId: one(known.invoices) ?? "" });
    },
    reverse: () => post("payments/{paymentId}/reversal", { on: on() }, { paymentId: one(known.money) ?? "" }),
    refund: () => post("refunds", { sourceId: one(known.money), paidOn: on() }),
  };
  return async (): Promise<Doing | undefined> => {
    const doing = one(doings) ?? "issue";
    const { status, body } = await work[doing]();
    if (status >= 500) throw new Error(JSON.stringify(body));
    if (status >= 300) return undefined;
    if (doing === "issue") known.invoices.push(String(body.id));
    if (doing === "pay" || doing === "credit") known.money.push(String(body.id));
    return doing;
  };
};
