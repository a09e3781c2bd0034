import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { postingsOf } from "../../domain/finance/booking.ts";
import type { CreditLineInput } from "../../domain/finance/credit.ts";
import { credited } from "../../domain/finance/crediting.ts";
import { draftOf, type Issued } from "../../domain/finance/invoice.ts";
import { issued, issueLegs } from "../../domain/finance/issue.ts";
import { totalled } from "../../domain/finance/lines.ts";
import { standardFinanceSettings } from "../../domain/finance/settings.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { newProduct } from "../../domain/products/product.ts";
import { CreditedPieces, type ModelCredit } from "./credited-pieces.ts";

const seed = 20_261_201;
const now = "2026-12-01T10:00:00.000Z";
const day = "2026-12-01";
const standard = standardFinanceSettings("RO", now);
const settings = {
  ...standard,
  taxRates: ["21", "8.875", "0", "250"].map((percent, n) => ({
    id: `t${n}`,
    name: percent,
    percent,
    active: true,
  })),
};
const productIds = ["A", "B", "C"].map((letter) => `prd_${letter.repeat(26)}`);
const products = new Map(
  productIds.map((id) => [
    id,
    newProduct({ code: id, name: id, unit: { name: "piece", scale: 0 }, prices: [], active: true }, id, now),
  ]),
);

const someLine = fc.record({
  quantity: fc.integer({ min: 1, max: 9 }),
  unitPriceMinor: fc.oneof(fc.nat(12), fc.nat(3_000)),
  basisPoints: fc.constantFrom(0, 0, 700, 3_333, 9_000, 10_000),
  taxId: fc.constantFrom("t0", "t1", "t2", "t3"),
});
const someInvoice = fc.record({
  lines: fc.oneof(
    ...[1, 1, 2, 3].map((length) => fc.array(someLine, { minLength: length, maxLength: length })),
  ),
  side: fc.constantFrom("sale" as const, "purchase" as const),
  pricesIncludeTax: fc.boolean(),
  currency: fc.constantFrom("EUR", "JPY", "KWD", "RON"),
  tenantCurrency: fc.constantFrom("RON", "RON", "JPY", "KWD"),
  rate: fc.constantFrom("4.9765", "0.0526315789", "1", "163.2"),
  paidPercent: fc.constantFrom(0, 0, 37, 100),
});
type SomeInvoice = typeof someInvoice extends fc.Arbitrary<infer I> ? I : never;

const step = fc.record({
  kind: fc.constantFrom("pieces" as const, "pieces" as const, "cut" as const, "at" as const),
  line: fc.nat(2),
  pieces: fc.integer({ min: 1, max: 5 }),
  percent: fc.integer({ min: 1, max: 60 }),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** The invoice, with a share of it paid. */
const issue = (about: SomeInvoice): Issued => {
  const { side, currency, tenantCurrency, pricesIncludeTax, rate, paidPercent } = about;
  const lines = about.lines.map(({ basisPoints, ...line }, at) => ({
    ...line,
    productId: productIds[at],
    discount: { basisPoints },
  }));
  const totals = totalled(lines, { side, currency, pricesIncludeTax, day, products, settings });
  const head = { side, clientId: "cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5D", pricesIncludeTax } as const;
  const rates = { tenantCurrency, day, rates: new Map([[currency, rate]]) };
  const issuing = { issuedOn: day, number: "1", paymentDays: 30, party: undefined, rates, now };
  const invoice = issued(draftOf(head, currency, totals, { id: "inv", now }), {}, issuing);
  const openMinor = Math.ceil((invoice.totalMinor * (100 - paidPercent)) / 100);
  const openBookMinor = Math.round((invoice.book.totalMinor * openMinor) / (invoice.totalMinor || 1));
  return openMinor === 0
    ? { ...invoice, state: "settled", openMinor, openBookMinor: 0 }
    : { ...invoice, openMinor, openBookMinor };
};

/** An invoice that is credited, beside the plain model of its lines. */
class CreditedInvoice {
  invoice: Issued;
  readonly whole: Issued;
  readonly models: CreditedPieces[];
  readonly #tenantCurrency: string;
  /** What stands in the books, by account and product. */
  readonly #books = new Map<string, number>();
  readonly #atIssue: ReadonlyMap<string, number>;
  bookMinor = 0;

  constructor(about: SomeInvoice) {
    this.invoice = this.whole = issue(about);
    this.#tenantCurrency = about.tenantCurrency;
    this.models = this.whole.lines.map(
      ({ quantity, netMinor: net, taxMinor: tax }) =>
        new CreditedPieces({ quantity, net, tax, includesTax: about.pricesIncludeTax }),
    );
    this.#post(issueLegs(this.whole, about.tenantCurrency));
    this.#atIssue = new Map(this.#books);
  }

  #post(legs: ReturnType<typeof issueLegs>): void {
    for (const { account, productId, amount } of postingsOf(legs, this.#tenantCurrency))
      if (!/^(clients|exchange)/.test(account)) {
        const key = `${account} ${productId ?? ""}`;
        this.#books.set(key, (this.#books.get(key) ?? 0) + amount);
      }
  }

  /** Credits as the input says; what comes of it is what the model says. */
  credit(input: CreditLineInput, expected: () => ModelCredit): void {
    const result = credited(
      this.invoice,
      { reason: "Returned", lines: [input] },
      { id: "crn", transactionId: "crn", number: "1", issuedOn: day, now },
      this.#tenantCurrency,
    );
    const { net, tax } = expected();
    const { lines, netMinor, taxMinor, totalMinor, book } = result.note;
    const told = { lines: lines.length, netMinor, taxMinor, totalMinor };
    const due = { lines: 1, netMinor: Number(net), taxMinor: Number(tax), totalMinor: Number(net + tax) };
    if (JSON.stringify(told) !== JSON.stringify(due)) expect(told).toEqual(due);
    this.invoice = result.invoice;
    this.bookMinor += book.totalMinor;
    this.#post(result.legs);
    this.#check();
  }

  refuse(input: CreditLineInput): void {
    const refused = () => this.credit(input, () => ({ net: 0n, tax: 0n }));
    try {
      refused();
    } catch (error) {
      if (error instanceof Failure && error.code === "credit-note.exceeds-left") return;
      throw error;
    }
    throw new Error("more than is left was credited");
  }

  /** No account has more taken back than the invoice posted to it. */
  #check(): void {
    for (const [key, posted] of this.#atIssue) {
      const left = (this.#books.get(key) ?? 0) * Math.sign(posted);
      if (left < 0 || left > Math.abs(posted)) throw new Error(`${left} of ${posted} are left on ${key}`);
    }
    if (this.bookMinor > this.whole.book.totalMinor)
      throw new Error("more than the invoice's worth is credited");
  }

  get left(): readonly (readonly [string, number])[] {
    return [...this.#books].filter(([, amount]) => amount !== 0);
  }
}

/** What a step asks for, and whether so much is left. */
const take = (one: CreditedInvoice, { kind, line, pieces, percent }: Step): void => {
  const at = line % one.models.length;
  const model = one.models[at];
  if (!model) return;
  const net = Math.max(1, Math.floor((Number(model.netLeft) * percent) / 100));
  const quantity = Math.min(pieces, Math.max(1, model.piecesLeft));
  const isLeft =
    !model.isOver &&
    (kind === "cut" || quantity <= model.piecesLeft) &&
    (kind === "pieces" || BigInt(net) <= model.netLeft);
  const input = {
    line: at,
    ...(kind === "cut" ? {} : { quantity }),
    ...(kind === "pieces" ? {} : { netMinor: net }),
  };
  if (!isLeft) {
    one.refuse(input);
    return;
  }
  const expected = {
    pieces: () => model.credit(quantity),
    cut: () => model.cut(BigInt(net)),
    at: () => model.creditAt(quantity, BigInt(net)),
  };
  one.credit(input, expected[kind]);
};

describe("a line that is credited in parts", () => {
  test("comes to zero piece by piece, whatever price cuts lie between", () => {
    fc.assert(
      fc.property(someInvoice, fc.array(step, { maxLength: 4 }), fc.nat(1_000), (about, steps, start) => {
        const one = new CreditedInvoice(about);
        for (const each of steps) take(one, each.kind === "at" ? { ...each, kind: "pieces" } : each);
        // The pieces that are left come back, one or several at a time, the lines in turn.
        for (let turn = start; one.models.some(({ isOver }) => !isOver); turn++) {
          const open = one.models.flatMap((model, at) => (model.isOver ? [] : [{ model, at }]));
          const next = open[turn % open.length];
          if (!next) break;
          const quantity = Math.min(1 + (turn % 4), next.model.piecesLeft);
          one.credit({ line: next.at, quantity }, () => next.model.credit(quantity));
        }
        const { netMinor, taxMinor, totalMinor, book, lines } = one.whole;
        if (totalMinor === 0) return;
        expect(one.invoice).toMatchObject({ state: "settled", openMinor: 0, openBookMinor: 0 });
        expect(one.invoice.credited).toMatchObject({
          ...{ netMinor, taxMinor, totalMinor, bookMinor: book.totalMinor },
          lines: lines.map((line) => line.netMinor),
          taxes: lines.map((line) => line.taxMinor),
        });
        expect(one.left).toEqual([]);
      }),
      { seed, numRuns: 10_000 },
    );
  });

  test("never gives more than the line, with pieces at prices of their own", () => {
    fc.assert(
      fc.property(someInvoice, fc.array(step, { minLength: 1, maxLength: 5 }), (about, steps) => {
        const one = new CreditedInvoice(about);
        for (const each of steps) take(one, each);
        for (const [line, model] of one.models.entries())
          if (!model.isOver) one.credit({ line }, () => model.creditRest());
        if (one.whole.totalMinor > 0)
          expect(one.invoice.credited).toMatchObject({
            totalMinor: one.whole.totalMinor,
            bookMinor: one.whole.book.totalMinor,
          });
        expect(one.whole.totalMinor > 0 ? one.left : []).toEqual([]);
      }),
      { seed, numRuns: 3_000 },
    );
  });
});
