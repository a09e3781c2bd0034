import type { CreditNote } from "../../domain/finance/credit.ts";
import type { Invoice } from "../../domain/finance/invoice.ts";
import {
  lastNumber,
  periodOf,
  type SeriesCount,
  seriesFor,
  takeNumber,
} from "../../domain/finance/numbering.ts";
import type { FinanceSettings, Series, SeriesKind } from "../../domain/finance/settings.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import type { Day } from "../../domain/kernel/time.ts";
import type { Store, Write } from "../kit/table/store.ts";
import {
  creditNoteEntity,
  documentNumberEntity,
  invoiceEntity,
  numberClaim,
  seriesCountEntity,
} from "./store.ts";

/** The day of the document that has a number of ours. */
const dayOfNumber = async (store: Store, kind: SeriesKind, number: string): Promise<Day | undefined> => {
  const claim = await store.get(documentNumberEntity, { issuer: "own", number });
  if (!claim) return undefined;
  const id = { id: claim.documentId };
  const document: Invoice | CreditNote | undefined =
    kind === "invoice" ? await store.get(invoiceEntity, id) : await store.get(creditNoteEntity, id);
  return document?.issuedOn;
};

/** A count from before days were kept in order, with the day of its last number. */
const countWithDay = async (
  store: Store,
  series: Series,
  count: SeriesCount | undefined,
): Promise<SeriesCount | undefined> => {
  if (!count || count.latest) return count;
  const number = lastNumber(series, count);
  const day = await dayOfNumber(store, series.kind, number);
  return day === undefined ? count : { ...count, latest: { number, day } };
};

/**
 * The number of a document, what claims it, and the count of its series with it taken; a supplier's document brings its own.
 * @throws invoice.number-needed, series.unknown, series.exhausted, series.day-before-last
 */
export const takeDocumentNumber = async (
  store: Store,
  about: {
    readonly kind: SeriesKind;
    readonly document: Pick<Invoice, "side" | "clientId" | "counterpartyId">;
    readonly id: string;
    readonly series: string | undefined;
    readonly number: string | undefined;
    readonly day: Day;
    /** Where the request states the day. */
    readonly dayField: string;
    readonly settings: FinanceSettings;
    /** The count as the document before it in the same change leaves it. */
    readonly countBefore?: SeriesCount | undefined;
  },
): Promise<{ readonly number: string; readonly claim: Write; readonly count?: SeriesCount }> => {
  const { document, id, number, day } = about;
  if (document.side === "purchase") {
    if (number === undefined)
      throw new Failure("invoice.number-needed", {
        fields: [{ pointer: "/number", reason: "is the supplier's, and is needed" }],
      });
    const issuer = `${about.kind}#${document.counterpartyId ?? document.clientId}`;
    return { number, claim: numberClaim(issuer, number, id) };
  }
  const series = seriesFor(about.settings, about.kind, about.series);
  const place = { code: series.code, period: periodOf(series, day) };
  // What one change takes of a series is one write: its version rises once.
  const before = about.countBefore
    ? { ...about.countBefore, version: about.countBefore.version - 1 }
    : await countWithDay(store, series, await store.get(seriesCountEntity, place));
  const next = takeNumber(series, day, before, about.dayField);
  return { number: next.number, claim: numberClaim("own", next.number, id), count: next.count };
};
