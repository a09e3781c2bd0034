import { asIssued, checkDraft } from "../../domain/finance/invoice.ts";
import { millisecondsOf } from "../../domain/kernel/time.ts";
import { happened } from "../../events/event.ts";
import { invoiceChanged, invoiceDrafted, invoiceRemoved } from "../../events/finance.ts";
import { checkVersion } from "../kit/context.ts";
import type { Handlers } from "../kit/serve.ts";
import { create, remove, StaleWrite, update } from "../kit/table/store.ts";
import { drafted, redrafted } from "./drafting.ts";
import type { invoiceRoutes } from "./invoice-routes.ts";
import { issueCreditNotes, issueDraft } from "./issuing.ts";
import { creditNotesPage, invoicesPage } from "./lists.ts";
import { loadCreditNote, loadInvoice } from "./load.ts";
import { invoiceEntity, removedDraftEntity } from "./store.ts";

const traceSeconds = 30 * 24 * 3600;

export const invoiceHandlers: Handlers<typeof invoiceRoutes> = {
  async createInvoice({ body }, context) {
    const draft = await drafted(context, body);
    return context.save({
      writes: [create(invoiceEntity, draft)],
      happened: [happened(invoiceDrafted, draft)],
      answer: draft,
    });
  },

  listInvoices({ query }, context) {
    return invoicesPage(context, query);
  },

  readInvoice({ params }, context) {
    return loadInvoice(context, params.invoiceId);
  },

  async changeInvoice({ params, body }, context) {
    const draft = await loadInvoice(context, params.invoiceId);
    checkVersion(context, draft);
    const changed = await redrafted(context, draft, body);
    return context.save({
      writes: [update(invoiceEntity, changed)],
      happened: [happened(invoiceChanged, changed)],
      answer: changed,
    });
  },

  async removeInvoice({ params }, context) {
    const draft = await loadInvoice(context, params.invoiceId);
    checkVersion(context, draft);
    checkDraft(draft);
    const expiresAtSeconds = Math.floor(millisecondsOf(context.now) / 1000) + traceSeconds;
    return context.save({
      writes: [
        create(removedDraftEntity, { version: 1, id: draft.id, expiresAtSeconds }, () => new StaleWrite()),
        remove(invoiceEntity, draft),
      ],
      happened: [happened(invoiceRemoved, { id: draft.id, clientId: draft.clientId })],
      answer: undefined,
    });
  },

  async issueInvoice({ params, body }, context) {
    const draft = await loadInvoice(context, params.invoiceId);
    checkVersion(context, draft);
    checkDraft(draft);
    return issueDraft(context, draft, body, { answer: (invoice) => invoice });
  },

  async creditInvoice({ params, body }, context) {
    const invoice = await loadInvoice(context, params.invoiceId);
    checkVersion(context, invoice);
    const order = { invoice: asIssued(invoice), input: body };
    return issueCreditNotes(context, [order], { answer: (note) => note });
  },

  listCreditNotes({ query }, context) {
    return creditNotesPage(context, query);
  },

  async readCreditNote({ params }, context) {
    return loadCreditNote(context, params.creditNoteId);
  },
};
