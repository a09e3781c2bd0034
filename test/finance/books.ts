import { expect } from "vitest";
import { worthPath } from "../../domain/finance/accounts.ts";
import type { Leg } from "../../domain/finance/booking.ts";
import { postingsOf } from "../../domain/finance/booking.ts";
import type { CreditNote } from "../../domain/finance/credit.ts";
import { credited } from "../../domain/finance/crediting.ts";
import { openOn } from "../../domain/finance/history.ts";
import { asIssued, draftOf, type Issued, withOpen } from "../../domain/finance/invoice.ts";
import { issued, issueLegs } from "../../domain/finance/issue.ts";
import { totalled } from "../../domain/finance/lines.ts";
import { allocationLegs, spent, withSpent } from "../../domain/finance/money.ts";
import {
  checkReversible,
  newPayment,
  type Payment,
  paymentLegs,
  refunded,
} from "../../domain/finance/payment.ts";
import { standardFinanceSettings } from "../../domain/finance/settings.ts";
import { reopened } from "../../domain/finance/settlement.ts";

const now = "2026-11-23T18:00:00.000Z";
export const clientId = "cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5D";
const settings = standardFinanceSettings("RO", now);
export const own = "RON";

type Source = Payment | CreditNote;

/** The books of one client, kept twice: as documents, and as the postings that the documents made. */
export class Books {
  readonly invoices: Issued[] = [];
  readonly sources: Source[] = [];
  readonly refunds: Payment[] = [];
  readonly balances = new Map<string, bigint>();
  /** The day on which everything is done until it is another. */
  day = "2026-11-23";
  readonly #posted: { readonly key: string; readonly day: string; readonly amount: bigint }[] = [];
  readonly #legs = new Map<string, readonly Leg[]>();
  readonly side: "sale" | "purchase";
  #n = 0;

  constructor(side: "sale" | "purchase") {
    this.side = side;
  }

  rates(eur: number, usd: number) {
    const text = (n: number) => `${Math.floor(n / 10_000)}.${String(n % 10_000).padStart(4, "0")}`;
    return {
      tenantCurrency: own,
      day: this.day,
      rates: new Map([
        ["EUR", text(eur)],
        ["USD", text(usd)],
      ]),
    };
  }

  circumstances() {
    this.#n += 1;
    return { id: `id-${this.#n}`, transactionId: `tx-${this.#n}`, now };
  }

  post(legs: readonly Leg[]): void {
    const sums = new Map<string, bigint>();
    for (const { account, commodity, amount } of postingsOf(legs, own)) {
      expect(amount).not.toBe(0);
      sums.set(commodity, (sums.get(commodity) ?? 0n) + BigInt(amount));
      const key = `${account} ${commodity}`;
      this.balances.set(key, (this.balances.get(key) ?? 0n) + BigInt(amount));
      this.#posted.push({ key, day: this.day, amount: BigInt(amount) });
    }
    for (const [commodity, sum] of sums) expect([commodity, sum]).toEqual([commodity, 0n]);
  }

  balance(account: string, commodity: string): bigint {
    return this.balances.get(`${account} ${commodity}`) ?? 0n;
  }

  get accounts() {
    return this.side === "sale"
      ? ([`clients:${clientId}:receivable`, `clients:${clientId}:advance`] as const)
      : ([`clients:${clientId}:payable`, `clients:${clientId}:prepaid`] as const);
  }

  get #documents() {
    return {
      invoices: this.invoices,
      payments: [...this.sources.filter((one) => "paidOn" in one), ...this.refunds],
      creditNotes: this.sources.filter((one) => "issuedOn" in one),
    };
  }

  /** What is open or free now, what came after a day, and what it happened to. */
  #documentsSince(day: string) {
    const { invoices, payments, creditNotes } = this.#documents;
    const isLater = (...days: (string | undefined)[]) => days.some((one = "") => one > day);
    const settled = new Set<string>();
    const moved = new Set<string>();
    for (const one of payments) {
      const later = one.allocations.filter(({ on, reversedOn }) => isLater(on, reversedOn, one.reversedOn));
      for (const { invoiceId } of later) settled.add(invoiceId);
      if (later.length > 0 || isLater(one.paidOn, one.reversedOn)) moved.add(one.id);
      if (one.sourceId !== undefined && isLater(one.paidOn)) moved.add(one.sourceId);
    }
    for (const one of creditNotes) {
      const later = one.allocations.filter(({ on, reversedOn }) => isLater(on, reversedOn));
      for (const { invoiceId } of later) settled.add(invoiceId);
      if (isLater(one.issuedOn)) settled.add(one.invoiceId);
      if (later.length > 0 || isLater(one.issuedOn)) moved.add(one.id);
    }
    return {
      invoices: invoices.filter(({ id, openMinor }) => openMinor > 0 || settled.has(id)),
      payments: payments.filter(({ id, leftMinor }) => leftMinor > 0 || moved.has(id)),
      creditNotes: creditNotes.filter(({ id, leftMinor }) => leftMinor > 0 || moved.has(id)),
    };
  }

  /** What was open and free on a day by the documents is what was posted up to it. */
  checkAsOf(day: string): void {
    const sign = this.side === "sale" ? 1n : -1n;
    const items = openOn(this.#documents, day);
    // The order is that of the documents, of which the others are a part.
    expect(openOn(this.#documentsSince(day), day)).toEqual(items);
    const [claims, free] = this.accounts;
    const posted = (account: string, currency: string) =>
      this.#posted
        .filter((one) => one.key === `${account} ${currency}` && one.day <= day)
        .reduce((sum, one) => sum + one.amount, 0n);
    for (const currency of [own, "EUR", "USD"]) {
      let [open, left] = [0n, 0n];
      for (const item of items) {
        if (item.currency !== currency) continue;
        if (item.kind === "claim") open += BigInt(item.openMinor);
        else left += BigInt(item.leftMinor);
      }
      expect([day, currency, sign * open, -sign * left]).toEqual([
        day,
        currency,
        posted(claims, currency),
        posted(free, currency),
      ]);
    }
    // In the tenant's currency, the accounts at `exchange` are what foreign claims and free money are worth by the books.
    for (const currency of ["EUR", "USD"]) {
      let [open, left] = [0n, 0n];
      for (const item of items) {
        if (item.currency !== currency) continue;
        if (item.kind === "claim") open += BigInt(item.openBookMinor);
        else left += BigInt(item.leftBookMinor);
      }
      expect([day, currency, sign * open, -sign * left]).toEqual([
        day,
        currency,
        posted(worthPath(claims, currency), own),
        posted(worthPath(free, currency), own),
      ]);
    }
  }

  /** What all that is foreign is worth by the books. */
  get worth(): bigint {
    return [...this.balances]
      .filter(([key]) => key.startsWith("exchange:"))
      .reduce((sum, [, balance]) => sum + balance, 0n);
  }

  /** Every account of the client is what its documents say, and at `exchange` is what foreign claims are worth. */
  check(): void {
    const sign = this.side === "sale" ? 1n : -1n;
    const [claims, free] = this.accounts;
    const sum = (items: readonly { currency: string }[], currency: string, of: (item: number) => number) =>
      items.reduce((total, item, at) => (item.currency === currency ? total + BigInt(of(at)) : total), 0n);
    for (const currency of [own, "EUR", "USD"]) {
      const open = sum(this.invoices, currency, (at) => this.invoices[at]?.openMinor ?? 0);
      const left = sum(this.sources, currency, (at) => this.sources[at]?.leftMinor ?? 0);
      expect(this.balance(claims, currency)).toBe(sign * open);
      expect(this.balance(free, currency)).toBe(-sign * left);
      if (currency === own) continue;
      const openBook = sum(this.invoices, currency, (at) => this.invoices[at]?.openBookMinor ?? 0);
      const leftBook = sum(this.sources, currency, (at) => this.sources[at]?.leftBookMinor ?? 0);
      expect(this.balance(worthPath(claims, currency), own)).toBe(sign * openBook);
      expect(this.balance(worthPath(free, currency), own)).toBe(-sign * leftBook);
      expect(this.balance("exchange", currency)).toBe(
        -(sign * (open - left) + this.balance("bank", currency)),
      );
    }
    for (const one of this.invoices) {
      expect(one.openMinor).toBeGreaterThanOrEqual(0);
      expect(one.openBookMinor).toBeGreaterThanOrEqual(0);
      if (one.openMinor === 0) expect([one.state, one.openBookMinor]).toEqual(["settled", 0]);
    }
    for (const one of this.sources) {
      expect(one.leftMinor).toBeGreaterThanOrEqual(0);
      if (one.leftMinor === 0) expect(one.leftBookMinor).toBe(0);
    }
  }

  issue(currency: string, prices: readonly number[], percentOff: number, rates: ReturnType<Books["rates"]>) {
    const totals = totalled(
      prices.map((unitPriceMinor, at) => ({
        description: "x",
        quantity: 1 + (at % 3),
        unitPriceMinor,
        discount: { basisPoints: percentOff },
        taxId: ["standard", "reduced", "zero"][at % 3] ?? "zero",
      })),
      {
        side: this.side,
        currency,
        pricesIncludeTax: prices.length % 2 === 0,
        day: rates.day,
        products: new Map(),
        settings,
      },
    );
    const { id } = this.circumstances();
    const draft = draftOf(
      { side: this.side, clientId, pricesIncludeTax: prices.length % 2 === 0 },
      currency,
      totals,
      { id, now },
    );
    const invoice = issued(
      draft,
      {},
      { issuedOn: rates.day, number: id, paymentDays: 30, party: undefined, rates, now },
    );
    this.post(issueLegs(invoice, own));
    this.invoices.push(asIssued(invoice));
  }

  #keep(invoices: readonly Issued[]): void {
    for (const invoice of invoices) {
      const at = this.invoices.findIndex(({ id }) => id === invoice.id);
      this.invoices[at] = withOpen(invoice, invoice, now);
    }
  }

  pay(currency: string, amountMinor: number, rates: ReturnType<Books["rates"]>, places: readonly number[]) {
    const open = this.invoices.filter(({ openMinor }) => openMinor > 0);
    const chosen = [...new Set(places.map((place) => open[place % (open.length || 1)]))].filter(
      (one) => one !== undefined,
    );
    const about = { ...this.circumstances(), rates };
    const input = { side: this.side, clientId, currency, amountMinor, moneyAccount: "bank", allocations: [] };
    const payment = newPayment(input, about);
    const result = spent(
      payment,
      chosen.map((invoice) => ({ invoice, wish: {}, pointer: "" })),
      rates,
      about.transactionId,
    );
    const paid = withSpent(payment, result, now);
    const legs = paymentLegs(paid, result.settlements, own);
    this.post(legs);
    this.#legs.set(paid.id, legs);
    this.sources.push(paid);
    this.#keep(result.invoices);
  }

  allocate(sourceAt: number, invoiceAt: number, rates: ReturnType<Books["rates"]>) {
    const source = this.sources[sourceAt % (this.sources.length || 1)];
    const invoice = this.invoices[invoiceAt % (this.invoices.length || 1)];
    if (!source || !invoice || this.day < this.#dayOf(source)) return;
    const { transactionId } = this.circumstances();
    const result = spent(source, [{ invoice, wish: {}, pointer: "" }], rates, transactionId);
    this.post(allocationLegs(source, result.settlements, own));
    this.#replace(source, withSpent(source, result, now));
    this.#keep(result.invoices);
  }

  #dayOf(source: Source): string {
    return "paidOn" in source ? source.paidOn : source.issuedOn;
  }

  #replace(before: Source, after: Source): void {
    this.sources[this.sources.indexOf(before)] = after;
  }

  credit(invoiceAt: number, netMinor: number | undefined) {
    const invoice = this.invoices[invoiceAt % (this.invoices.length || 1)];
    if (!invoice || this.day < invoice.issuedOn) return;
    const about = this.circumstances();
    const result = credited(
      invoice,
      { reason: "returned", ...(netMinor === undefined ? {} : { lines: [{ line: 0, netMinor }] }) },
      { ...about, number: about.id, issuedOn: this.day },
      own,
    );
    this.post(result.legs);
    this.invoices[this.invoices.indexOf(invoice)] = result.invoice;
    this.sources.push(result.note);
  }

  refund(sourceAt: number, rates: ReturnType<Books["rates"]>) {
    const source = this.sources[sourceAt % (this.sources.length || 1)];
    if (!source || this.day < this.#dayOf(source)) return;
    const { refund, left, legs } = refunded(
      source,
      { sourceId: source.id, moneyAccount: "bank" },
      { ...this.circumstances(), rates },
    );
    this.post(legs);
    this.refunds.push(refund);
    this.#replace(source, { ...source, ...left, refundedMinor: source.refundedMinor + refund.amountMinor });
  }

  /** Takes a payment back, as the route does. */
  reverse(sourceAt: number) {
    const source = this.sources[sourceAt % (this.sources.length || 1)];
    if (!source || !("paidOn" in source) || this.day < source.paidOn) return;
    checkReversible(source);
    this.post(
      (this.#legs.get(source.id) ?? []).map((leg) => ({
        ...leg,
        amountMinor: -leg.amountMinor,
        bookMinor: -leg.bookMinor,
      })),
    );
    this.#keep(
      source.allocations.flatMap((back) => {
        const invoice = this.invoices.find(({ id }) => id === back.invoiceId);
        return invoice ? [reopened(invoice, [back])] : [];
      }),
    );
    this.#replace(source, { ...source, leftMinor: 0, leftBookMinor: 0, reversedOn: this.day });
  }
}
