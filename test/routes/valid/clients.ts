import { type Company, fresh, freshEmail } from "../company.ts";
import type { Requests } from "../request.ts";

const anotherClient = ({ call }: Company) => call.createClient({ body: { name: `Client ${fresh()}` } });

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

export const clients: Requests = {
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
};
