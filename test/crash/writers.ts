import { ProblemError } from "../../functions/client.ts";
import { type MadeSale, saleBody } from "./ledger.ts";
import { type Goods, type MadeOrder, reorder, writeOrder } from "./orders.ts";
import type { Api } from "./process.ts";
import { type MadePurse, refill, writePurse } from "./purses.ts";
import type { Wanted } from "./wanted.ts";

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
  readonly purses: MadePurse[];
  readonly orders: MadeOrder[];
  answers: number;
}

export const newJournal = (): Journal => ({
  ...{ clients: [], deals: [], members: [], sales: [], purses: [], orders: [], answers: 0 },
});

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
export const resend = async (api: Api, journal: Journal, goods: Goods): Promise<void> => {
  for (const client of journal.clients)
    client.id ??= (await api.createClient(creation(client.externalId.replace(/^client-/, "")))).id;
  for (const sale of journal.sales) {
    if (sale.isAnswered) continue;
    await api.postTransaction({ body: saleBody(sale) });
    sale.isAnswered = true;
  }
  await refill(api, journal.purses);
  await reorder(api, journal.orders, goods);
};

/** The writes of one writer until the stack is gone. What is asked is noted before, what is answered after. */
export const write = async (
  api: Api,
  journal: Journal,
  goods: Goods,
  writer: string,
  first: number,
): Promise<void> => {
  for (let n = 0; ; n++) {
    try {
      await oneTurn(api, journal, goods, `${writer}-${n}`, first + n);
    } catch (error) {
      // Any answer is wrong here, except that the stack is on its way down.
      if (error instanceof ProblemError && error.status < 500) throw error;
      return;
    }
  }
};

/** A client, and all that is done with it; what comes first changes from turn to turn. */
const oneTurn = async (
  api: Api,
  journal: Journal,
  goods: Goods,
  name: string,
  turn: number,
): Promise<void> => {
  const answered = <Answer>(answer: Answer): Answer => {
    journal.answers += 1;
    return answer;
  };
  const client: MadeClient = { externalId: `client-${name}`, description: { answered: "0" } };
  journal.clients.push(client);
  const { id: clientId, createdAt } = answered(await api.createClient(creation(name)));
  client.id = clientId;
  const parts = [
    () => oneDeal(api, journal, name, client, clientId, answered),
    async () => {
      const purse: MadePurse = { name, clientId, isFilled: false, holds: [] };
      journal.purses.push(purse);
      await writePurse(api, purse, Date.parse(createdAt), answered);
    },
    async () => {
      const order: MadeOrder = { name, clientId, place: { answered: "none" } };
      journal.orders.push(order);
      await writeOrder(api, order, goods, answered);
    },
  ];
  for (let n = 0; n < parts.length; n++) await parts[(turn + n) % parts.length]?.();

  const member: MadeMember = { email: `${name}@crash.example`, isAnswered: false };
  journal.members.push(member);
  answered(
    await api.inviteMember({ body: { name: `Member ${name}`, email: member.email, role: "manager" } }),
  );
  member.isAnswered = true;
};

const oneDeal = async (
  api: Api,
  journal: Journal,
  name: string,
  client: MadeClient,
  clientId: string,
  answered: <Answer>(answer: Answer) => Answer,
): Promise<void> => {
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
};
