import { randomUUID } from "node:crypto";
import { clientOf } from "../../functions/client.ts";
import { allRoutes } from "../../functions/routes.ts";
import { newTenant, settle, stackUrl, tokenFor } from "../support/client.ts";

const callAs = (token: string) => clientOf(allRoutes, { baseUrl: stackUrl(), token });
export type Call = ReturnType<typeof callAs>;

/** The tenant's day, so many days from today. */
export const dayFrom = (days: number): string =>
  new Intl.DateTimeFormat("en-CA", {
    timeZone: "Europe/Bucharest",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).format(Date.now() + days * 86_400_000);

/** A Romanian company with one client of two counterparties, and rates of the euro. */
export const newFinanceCompany = async () => {
  const { token, adminMemberId } = await newTenant({ currency: "RON", country: "RO" });
  const call = callAs(token);
  const client = await call.createClient({
    body: {
      name: "Țesătoria",
      ownerId: adminMemberId,
      counterparties: [
        { legalName: "Țesătoria SRL", taxId: "RO1234567", country: "RO", validFrom: "2020-01-01" },
        { legalName: "Țesătoria Export SRL", country: "RO", validFrom: "2020-01-01" },
      ],
    },
  });
  const whole = await call.readClient({ params: { clientId: client.id } });
  const [first, second] = whole.counterparties.sort((a, b) => b.legalName.localeCompare(a.legalName));
  if (!first || !second) throw new Error("the client has no counterparties");
  return { token, call, adminMemberId, clientId: client.id, first: first.id, second: second.id };
};
export type FinanceCompany = Awaited<ReturnType<typeof newFinanceCompany>>;

type Draft = Parameters<Call["createInvoice"]>[0]["body"];
type Order = Parameters<Call["issueInvoice"]>[0]["body"];

/** An issued invoice of one line. */
export const issuedInvoice = async (
  { call, clientId }: FinanceCompany,
  netMinor: number,
  more: Partial<Draft> = {},
  order: Order = {},
) => {
  const draft = await call.createInvoice({
    body: { clientId, lines: [{ description: "GTX Pro", unitPriceMinor: netMinor }], ...more },
  });
  return call.issueInvoice({ params: { invoiceId: draft.id }, body: order });
};

/** A new member of this role, by the member's own token. */
export const hired = async (
  { call }: FinanceCompany,
  role: Parameters<Call["inviteMember"]>[0]["body"]["role"],
) => {
  const email = `${randomUUID()}@test.example`;
  const { id } = await call.inviteMember({ body: { email, name: `A ${role}`, role } });
  await settle();
  return { id, call: callAs(await tokenFor(email)) };
};

/** What of a trial of balances an account has of a commodity; 0 where it has none. */
export const balanceOf = async ({ call }: FinanceCompany, account: string, commodity: string) => {
  const page = await call
    .listLedgerBalances({ query: { account, commodity } })
    .catch((error: { code?: string }) => {
      if (error.code === "record.not-found") return { items: [] };
      throw error;
    });
  return page.items.find((item) => item.commodity === commodity)?.balance ?? 0;
};

/**
 * Holds the documents of the client against the ledger, and the ledger against itself: open documents sum to the accounts of
 * the client in every currency, by the books too, and each commodity sums to zero.
 */
export const checkTied = async (company: FinanceCompany, currencies = ["RON", "EUR"]) => {
  const { call, clientId } = company;
  const money = await call.readClientMoney({ params: { clientId } });
  const found: Record<string, number> = {};
  const expected: Record<string, number> = {};
  for (const currency of currencies) {
    const of = (side: "sale" | "purchase") =>
      money[side].currencies.find((row) => row.currency === currency) ?? { openMinor: 0, freeMinor: 0 };
    for (const [name, figure] of [
      ["receivable", of("sale").openMinor],
      ["advance", -of("sale").freeMinor],
      ["payable", -of("purchase").openMinor],
      ["prepaid", of("purchase").freeMinor],
    ] as const) {
      const account = `clients:${clientId}:${name}`;
      found[`${name} ${currency}`] = await balanceOf(company, account, currency);
      expected[`${name} ${currency}`] = figure === 0 ? 0 : figure;
    }
    for (const side of ["sale", "purchase"] as const) {
      const parts = money[side].counterparties.flatMap((row) =>
        row.currencies.filter((one) => one.currency === currency),
      );
      expected[`${side} ${currency} by counterparty`] = of(side).openMinor;
      found[`${side} ${currency} by counterparty`] = parts.reduce((sum, part) => sum + part.openMinor, 0);
    }
  }
  return { found, expected, money };
};
