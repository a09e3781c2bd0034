import { ProblemError } from "../../functions/client.ts";
import { type MadeSale, saleBody } from "./ledger.ts";
import type { Api } from "./process.ts";

/** A value as it was last answered, and the one that was asked for and not answered, if any. */
export interface Wanted<Value> {
  readonly answered: Value;
  readonly asked?: Value | undefined;
}

/** What a writer made: identified by the external id that it chose, for the answer may be missing. */
export interface MadeClient {
  readonly externalId: string;
  /** Absent where the creation was not answered. */
  id?: string;
  description: Wanted<string>;
}

export interface MadeDeal {
  readonly externalId: string;
  id?: string;
  readonly amountMinor: number;
  /** Stage, or `won`. */
  place: Wanted<string>;
}

export interface MadeMember {
  readonly email: string;
  isAnswered: boolean;
}

/** Every write of all rounds, as its writer knows it. */
export interface Journal {
  readonly clients: MadeClient[];
  readonly deals: MadeDeal[];
  readonly members: MadeMember[];
  readonly sales: MadeSale[];
  answers: number;
}

export const newJournal = (): Journal => ({ clients: [], deals: [], members: [], sales: [], answers: 0 });

const stages: readonly string[] = ["interest", "qualified", "proposal", "negotiation"];
/** From where the next step leads: `won` comes after the last stage. */
const after = (place: string): string => stages[stages.indexOf(place) + 1] ?? "won";

/** What belongs to the client of a name: told from it, so that it can be checked against it. */
export const belongingsOf = (name: string) => ({
  contact: `Contact of ${name}`,
  email: `${name.toLowerCase().replaceAll(" ", ".")}@crash.example`,
  legalName: `${name} SRL`,
});

const creation = (name: string) => {
  const { contact, email, legalName } = belongingsOf(`Client ${name}`);
  return {
    body: {
      name: `Client ${name}`,
      externalId: `client-${name}`,
      description: "0",
      contacts: [{ name: contact, roles: ["decider" as const], emails: [email] }],
      counterparties: [{ legalName }],
    },
    idempotencyKey: `create-${name}`,
  };
};

/** Sends the creations and postings that were not answered once more, under their keys and ids. */
export const resend = async (api: Api, journal: Journal): Promise<void> => {
  for (const client of journal.clients)
    client.id ??= (await api.createClient(creation(client.externalId.replace(/^client-/, "")))).id;
  for (const sale of journal.sales) {
    if (sale.isAnswered) continue;
    await api.postTransaction({ body: saleBody(sale) });
    sale.isAnswered = true;
  }
};

/** The writes of one writer until the stack is gone. What is asked is noted before, what is answered after. */
export const write = async (api: Api, journal: Journal, writer: string): Promise<void> => {
  for (let n = 0; ; n++) {
    try {
      await oneTurn(api, journal, `${writer}-${n}`);
    } catch (error) {
      // Any answer is wrong here, except that the stack is on its way down.
      if (error instanceof ProblemError && error.status < 500) throw error;
      return;
    }
  }
};

const oneTurn = async (api: Api, journal: Journal, name: string): Promise<void> => {
  const answered = <Answer>(answer: Answer): Answer => {
    journal.answers += 1;
    return answer;
  };
  const client: MadeClient = { externalId: `client-${name}`, description: { answered: "0" } };
  journal.clients.push(client);
  const clientId = answered(await api.createClient(creation(name))).id;
  client.id = clientId;

  const amountMinor = 100 + (journal.deals.length % 900);
  const deal: MadeDeal = { externalId: `deal-${name}`, amountMinor, place: { answered: "interest" } };
  journal.deals.push(deal);
  const body = {
    title: name,
    typeId: "sale",
    clientId,
    externalId: deal.externalId,
    estimatedAmountMinor: amountMinor,
  };
  const dealId = answered(await api.createDeal({ body })).id;
  deal.id = dealId;

  for (let step = 1; step <= stages.length; step++) {
    const from = deal.place.answered;
    const to = after(from);
    deal.place = { answered: from, asked: to };
    const params = { dealId };
    answered(
      await (to === "won" ? api.winDeal({ params }) : api.moveDeal({ params, body: { stageId: to } })),
    );
    deal.place = { answered: to };

    client.description = { answered: client.description.answered, asked: String(step) };
    answered(await api.changeClient({ params: { clientId }, body: { description: String(step) } }));
    client.description = { answered: String(step) };

    const sale: MadeSale = { id: `sale-${name}-${step}`, clientId, amountMinor, isAnswered: false };
    journal.sales.push(sale);
    answered(await api.postTransaction({ body: saleBody(sale) }));
    sale.isAnswered = true;
  }

  const member: MadeMember = { email: `${name}@crash.example`, isAnswered: false };
  journal.members.push(member);
  answered(
    await api.inviteMember({ body: { name: `Member ${name}`, email: member.email, role: "manager" } }),
  );
  member.isAnswered = true;
};
