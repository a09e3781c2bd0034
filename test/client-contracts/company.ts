import { randomUUID } from "node:crypto";
import { clientOf } from "../../functions/client.ts";
import { allRoutes } from "../../functions/routes.ts";
import { newTenant, settle, stackUrl, tokenFor } from "../support/client.ts";
import { dayFromToday } from "../support/days.ts";

/** The API as the bearer of a token calls it. */
export const as = (token: string) => clientOf(allRoutes, { baseUrl: stackUrl(), token });
export type Api = ReturnType<typeof as>;

export const day = dayFromToday;

/** A client with a counterparty. */
export const newClient = async (api: Api, ownerId?: string) => {
  const client = await api.createClient({
    body: {
      name: `Client ${randomUUID()}`,
      ...(ownerId === undefined ? {} : { ownerId }),
      counterparties: [{ legalName: "Client SRL", country: "RO" }],
    },
  });
  const whole = await api.readClient({ params: { clientId: client.id } });
  return { clientId: client.id, counterpartyId: whole.counterparties[0]?.id ?? "" };
};

/** A company of the test's own, with a client and whoever it hires. */
export const company = async () => {
  const tenant = await newTenant({ currency: "EUR" });
  const admin = as(tenant.token);
  const hire = async (role: "manager" | "head" | "marketer" | "accountant" | "auditor" | "warehouse") => {
    const email = `${randomUUID()}@test.example`;
    const { id } = await admin.inviteMember({ body: { email, name: role, role } });
    await settle();
    return { id, api: as(await tokenFor(email)) };
  };
  return { ...tenant, admin, hire, ...(await newClient(admin)) };
};
export type Company = Awaited<ReturnType<typeof company>>;

type Wishes = Partial<Parameters<Api["createContract"]>[0]["body"]>;

/** A draft of this year, over 1,000.00 EUR. */
export const draft = ({ admin, clientId, counterpartyId }: Company, wishes: Wishes = {}) =>
  admin.createContract({
    body: {
      number: randomUUID(),
      kind: "frame",
      clientId,
      counterpartyId,
      validFrom: day(-100),
      validTo: day(100),
      amountMinor: 100_000,
      currency: "EUR",
      ...wishes,
    },
  });

/** The same, signed. */
export const signed = async (own: Company, wishes: Wishes = {}) => {
  const { id } = await draft(own, wishes);
  return own.admin.signContract({ params: { contractId: id }, body: { signedOn: day(-100) } });
};
