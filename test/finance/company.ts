import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { clientOf, ProblemError } from "../../functions/client.ts";
import { allRoutes } from "../../functions/routes.ts";
import { newTenant, settle, stackUrl, tokenFor } from "../support/client.ts";

const callAs = (token: string) => clientOf(allRoutes, { baseUrl: stackUrl(), token });
export type Call = ReturnType<typeof callAs>;

export { dayFromToday as dayFrom } from "../support/days.ts";

/** A Romanian company with one client of two counterparties. */
export const newFinanceCompany = async ({ currency = "RON" } = {}) => {
  const { token, adminMemberId } = await newTenant({ currency, country: "RO" });
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

/** Sets rates of the euro by day. */
export const rates = async ({ call }: FinanceCompany, byDay: Record<string, string>) => {
  for (const [day, rate] of Object.entries(byDay))
    await call.setExchangeRate({ params: { currency: "EUR", day }, body: { rate } });
};

/** Lets documents of every series be dated before the last. */
export const allowEarlierDays = async ({ call }: Pick<FinanceCompany, "call">) => {
  const { version: _, updatedAt: _at, series, ...same } = await call.readFinanceSettings();
  const allowing = series.map((one) => ({ ...one, allowsEarlierDays: true }));
  await call.setFinanceSettings({ body: { ...same, series: allowing } });
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

/** What an account has of a commodity, debit above zero; 0 where there is no such account yet. */
export const balanceOf = async (
  { call }: Pick<FinanceCompany, "call">,
  account: string,
  commodity: string,
): Promise<number> => {
  try {
    const { items } = await call.listLedgerBalances({ query: { account, commodity } });
    return items[0]?.balance ?? 0;
  } catch (error) {
    if (error instanceof ProblemError && error.code === "record.not-found") return 0;
    throw error;
  }
};

/**
 * Holds the documents of the client against the ledger: they sum to the client's accounts in every currency, per counterparty
 * as a whole; what stands at `exchange` in the tenant's currency is what open documents are worth by the books; and each
 * commodity sums to zero.
 */
export const heldTogether = async (company: FinanceCompany) => {
  const { call, clientId } = company;
  const money = await call.readClientMoney({ params: { clientId } });
  const none = { openMinor: 0, freeMinor: 0, book: { openMinor: 0, freeMinor: 0 } };
  for (const currency of ["RON", "EUR"]) {
    const of = (side: "sale" | "purchase") =>
      money[side].currencies.find((row) => row.currency === currency) ?? none;
    const documents = {
      receivable: of("sale").openMinor,
      advance: 0 - of("sale").freeMinor,
      payable: 0 - of("purchase").openMinor,
      prepaid: of("purchase").freeMinor,
    };
    const ledger: Record<string, number> = {};
    for (const name of Object.keys(documents))
      ledger[name] = await balanceOf(company, `clients:${clientId}:${name}`, currency);
    expect({ currency, ...ledger }).toEqual({ currency, ...documents });
    for (const side of ["sale", "purchase"] as const) {
      const parts = money[side].counterparties.flatMap((row) =>
        row.currencies.filter((one) => one.currency === currency),
      );
      expect(parts.reduce((sum, part) => sum + part.openMinor - part.freeMinor, 0)).toBe(
        of(side).openMinor - of(side).freeMinor,
      );
    }
  }
  for (const commodity of ["RON", "EUR"]) {
    const { debit, credit, steady } = await call.readTrialBalance({ query: { commodity, limit: 200 } });
    expect({ commodity, debit, steady }).toEqual({ commodity, debit: credit, steady: true });
  }
  return { money };
};
