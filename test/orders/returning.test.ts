import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { credited } from "../../domain/finance/crediting.ts";
import { draftOf, type Issued } from "../../domain/finance/invoice.ts";
import { issued } from "../../domain/finance/issue.ts";
import { totalled } from "../../domain/finance/lines.ts";
import { standardFinanceSettings } from "../../domain/finance/settings.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { billed, creditOf } from "../../domain/orders/billing.ts";
import { linkInvoices } from "../../domain/orders/billing-links.ts";
import {
  confirmed,
  invoiced,
  newOrder,
  partsToInvoice,
  partsToShip,
  shipped,
  uninvoicedIn,
} from "../../domain/orders/change.ts";
import { NewOrder, Order, type Part } from "../../domain/orders/order.ts";
import { returned } from "../../domain/orders/returning.ts";
import { newProduct } from "../../domain/products/product.ts";

const seed = 20261201;
const now = "2026-12-01T10:00:00.000Z";
const today = "2026-12-01";
const idOf = (prefix: string, n: number) => `${prefix}_${String(n).padStart(26, "0")}`;
const settings = standardFinanceSettings("RO", now);
const lineCount = 2;

const confirmedOrder = (quantity: number): Order => {
  const places = Array.from({ length: lineCount }, (_, n) => n);
  const products = new Map(
    places.map((n) => [
      idOf("prd", n),
      newProduct(
        { code: `P${n}`, name: "P", unit: { name: "piece", scale: 0 }, prices: [], active: true },
        idOf("prd", n),
        now,
      ),
    ]),
  );
  const lines = places.map((n) => ({
    ...{ productId: idOf("prd", n), quantity, unitPriceMinor: 1_001 + n },
  }));
  const input = NewOrder.parse({
    clientId: idOf("cli", 1),
    lines: lines.map((line) => ({ ...line, warehouseId: idOf("whs", 1) })),
  });
  const around = { side: "sale", currency: "RON", pricesIncludeTax: false, day: today } as const;
  const totals = totalled(lines, { ...around, products, settings });
  const about = { id: idOf("ord", 1), number: "ORD-2026-000001", by: "system", now };
  return confirmed(newOrder(input, "RON", totals, about), idOf("rsv", 1), now);
};
const ordered = 12;
const draft = confirmedOrder(ordered);

/** A company's books of one order: the order, and its invoices in finance. */
class Books {
  order = draft;
  readonly invoices = new Map<string, Issued>();
  #documents = 0;

  ship(line: number, quantity: number): void {
    this.order = shipped(this.order, partsToShip(this.order, [{ line, quantity }]), this.#id("stk"), now);
  }

  invoice(wished: readonly Part[] | undefined): void {
    const parts = partsToInvoice(this.order, wished);
    const id = this.#id("inv");
    const about = { side: "sale", clientId: idOf("cli", 1), pricesIncludeTax: false } as const;
    const rates = { tenantCurrency: "RON", day: today, rates: new Map<string, string>() };
    const issuing = { issuedOn: today, number: id, paymentDays: 14, party: undefined, rates, now };
    const made = draftOf(about, "RON", billed(this.order, parts), { id, now });
    this.invoices.set(id, issued(made, {}, issuing));
    this.order = invoiced(this.order, parts, id, now);
  }

  credit(invoiceId: string, line: { line: number; quantity?: number; netMinor?: number }): void {
    const invoice = this.invoices.get(invoiceId);
    if (!invoice) return;
    const about = { id: "crn", transactionId: "crn", number: "CN", issuedOn: today, now };
    this.invoices.set(
      invoiceId,
      credited(invoice, { lines: [line], reason: "By hand" }, about, "RON").invoice,
    );
  }

  /** What comes back, and how much of which line of the order is credited on which invoice. */
  takeBack(shipment: number, line: number, quantity: number): Record<string, number> {
    const shipmentId = this.order.shipments[shipment]?.documentId ?? "";
    const back = returned(this.order, shipmentId, [{ line, quantity }], now);
    const of: Record<string, number> = {};
    for (const { invoiceId, lines } of back.credits) {
      const invoice = this.invoices.get(invoiceId);
      if (!invoice) throw new Error("the invoice is missing");
      for (const part of lines) of[invoiceId] = (of[invoiceId] ?? 0) + part.quantity;
      const about = { id: "crn", transactionId: "crn", number: "CN", issuedOn: today, now };
      const inputs = creditOf(invoice, lines);
      if (inputs.length > 0)
        this.invoices.set(
          invoiceId,
          credited(invoice, { lines: inputs, reason: "Back" }, about, "RON").invoice,
        );
    }
    this.order = back.order;
    return of;
  }

  /** The order as it was kept before there were links. */
  forgetLinks(): void {
    const invoices = this.order.invoices.map((invoice) => ({
      ...invoice,
      lines: invoice.lines.map(({ shipments: _, ...entry }) => entry),
    }));
    this.order = Order.parse({ ...this.order, invoices });
  }

  #id(prefix: string): string {
    this.#documents += 1;
    return idOf(prefix, this.#documents);
  }
}

/** One piece that was shipped, and what became of it. */
interface Piece {
  readonly line: number;
  readonly shipment: number;
  invoice?: number;
  isBack: boolean;
}

/** The same books as a list of single pieces. */
class Pieces {
  readonly all: Piece[] = [];
  shipments = 0;
  invoices = 0;

  ship(line: number, quantity: number): void {
    for (let n = 0; n < quantity; n++) this.all.push({ line, shipment: this.shipments, isBack: false });
    this.shipments += 1;
  }

  unbilled(line: number): Piece[] {
    return this.all.filter((one) => one.line === line && !one.isBack && one.invoice === undefined);
  }

  /** Pieces stand in the order in which they were shipped. */
  invoice(line: number, quantity: number): void {
    for (const piece of this.unbilled(line).slice(0, quantity)) piece.invoice = this.invoices;
  }

  /** Unbilled pieces first, then the last billed; says how many were billed by which invoice. */
  takeBack(shipment: number, line: number, quantity: number): Map<number, number> {
    const credits = new Map<number, number>();
    const there = this.all.filter((one) => one.line === line && one.shipment === shipment && !one.isBack);
    const rankInvoice = ({ invoice = Number.POSITIVE_INFINITY }: Piece) => invoice;
    for (const piece of there.sort((a, b) => rankInvoice(b) - rankInvoice(a)).slice(0, quantity)) {
      piece.isBack = true;
      if (piece.invoice !== undefined) credits.set(piece.invoice, (credits.get(piece.invoice) ?? 0) + 1);
    }
    return credits;
  }
}

const amount = { line: fc.nat(lineCount - 1), quantity: fc.integer({ min: 1, max: 5 }), at: fc.nat(5) };
const step = fc.record({
  kind: fc.constantFrom("ship", "ship", "invoice", "invoice-part", "return", "return", "credit", "cut"),
  ...amount,
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
const steps = fc.array(step, { minLength: 1, maxLength: 14 });

/** Does a step with the books and, where they take it, with the pieces; what they credit has to agree. */
const doStep = (books: Books, pieces: Pieces, { kind, line, quantity, at }: Step): void => {
  const invoiceIds = [...books.invoices.keys()];
  const invoiceId = invoiceIds[at % Math.max(1, invoiceIds.length)] ?? "";
  switch (kind) {
    case "ship":
      books.ship(line, quantity);
      pieces.ship(line, quantity);
      return;
    case "invoice":
      books.invoice(undefined);
      for (let n = 0; n < lineCount; n++) pieces.invoice(n, ordered);
      pieces.invoices += 1;
      return;
    case "invoice-part":
      books.invoice([{ line, quantity }]);
      pieces.invoice(line, quantity);
      pieces.invoices += 1;
      return;
    case "return": {
      const shipment = at % Math.max(1, pieces.shipments);
      const of = books.takeBack(shipment, line, quantity);
      const expected = [...pieces.takeBack(shipment, line, quantity)];
      expect(of).toEqual(Object.fromEntries(expected.map(([n, count]) => [invoiceIds[n], count])));
      return;
    }
    case "credit":
      books.credit(invoiceId, { line: 0, quantity });
      return;
    default:
      books.credit(invoiceId, { line: 0, netMinor: quantity * 311 });
  }
};

/** Does steps of which some are refused. */
const doSteps = (books: Books, pieces: Pieces, some: readonly Step[]): void => {
  for (const one of some) {
    try {
      doStep(books, pieces, one);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      expect(error.code).toMatch(
        /^(order\.(beyond-line|nothing-left)|reference\.unknown|credit-note\.exceeds)/,
      );
    }
  }
};

const takeAllBack = (books: Books): void => {
  for (const [shipment, { lines }] of books.order.shipments.entries())
    for (const { line, quantity, takenBackQuantity } of lines)
      if (quantity > takenBackQuantity) books.takeBack(shipment, line, quantity - takenBackQuantity);
};

/** All came back: all that was invoiced is credited, by quantity on the order and by money in finance. */
const expectCreditedWhole = ({ order, invoices }: Books): void => {
  const all = [...invoices.values()];
  expect({
    quantities: order.lines.map((line) => [line.returnedQuantity, line.creditedQuantity]),
    money: all.map(({ credited: back, openMinor }) => [back?.totalMinor, openMinor]),
    beyondLine: all.flatMap(({ lines, credited: back }) =>
      lines.filter(({ quantity }, at) => (back?.quantities?.[at] ?? 0) > quantity),
    ),
  }).toEqual({
    quantities: order.lines.map((line) => [line.shippedQuantity, line.invoicedQuantity]),
    money: all.map(({ totalMinor }) => [totalMinor, 0]),
    beyondLine: [],
  });
};

/** What each line of each invoice bills of which shipment, and how much of it came back. */
const listLinks = ({ invoices }: Pick<Order, "invoices">) =>
  invoices.flatMap(({ lines }, invoice) =>
    lines.flatMap(({ line, shipments = [] }) =>
      shipments.map((link) =>
        [invoice, line, link.shipment, link.quantity, link.takenBackQuantity].join(" "),
      ),
    ),
  );

const listLinksOfPieces = ({ all, shipments, invoices }: Pieces) => {
  const links: string[] = [];
  for (let invoice = 0; invoice < invoices; invoice++)
    for (let line = 0; line < lineCount; line++)
      for (let shipment = 0; shipment < shipments; shipment++) {
        const some = all.filter(
          (one) => one.line === line && one.shipment === shipment && one.invoice === invoice,
        );
        const back = some.filter(({ isBack }) => isBack).length;
        if (some.length > 0) links.push([invoice, line, shipment, some.length, back].join(" "));
      }
  return links;
};

/** What is wrong with links: they sum to their lines, and no shipment has more kept or taken back than there is of it. */
const findFaults = ({ shipments, invoices }: Pick<Order, "shipments" | "invoices">): string[] => {
  const faults: string[] = [];
  const left = shipments.map(({ lines }) =>
    Array.from({ length: lineCount }, (_, line) => {
      const { quantity = 0, takenBackQuantity = 0 } = lines.find((entry) => entry.line === line) ?? {};
      return { kept: quantity - takenBackQuantity, back: takenBackQuantity };
    }),
  );
  for (const entry of invoices.flatMap(({ lines }) => lines)) {
    let [quantity, back] = [entry.quantity, entry.takenBackQuantity];
    for (const link of entry.shipments ?? []) {
      quantity -= link.quantity;
      back -= link.takenBackQuantity;
      const of = left[link.shipment]?.[entry.line];
      if (!of) faults.push(`links shipment ${link.shipment}, which lacks line ${entry.line}`);
      else {
        of.kept -= link.quantity - link.takenBackQuantity;
        of.back -= link.takenBackQuantity;
      }
    }
    if (quantity !== 0 || back !== 0) faults.push(`a line ${entry.line} does not sum to its links`);
  }
  for (const { kept, back } of left.flat())
    if (kept < 0 || back < 0) faults.push("more of a shipment is linked than there is");
  return faults;
};

describe("returns of an order", () => {
  test("credit each piece once, on the invoice that billed it", () => {
    fc.assert(
      fc.property(steps, (some) => {
        const books = new Books();
        const pieces = new Pieces();
        doSteps(books, pieces, some);
        expect({ links: listLinks(books.order), uninvoiced: books.order.lines.map(uninvoicedIn) }).toEqual({
          links: listLinksOfPieces(pieces),
          uninvoiced: books.order.lines.map((_, line) => pieces.unbilled(line).length),
        });
        takeAllBack(books);
        expectCreditedWhole(books);
      }),
      { seed, numRuns: 5_000 },
    );
  });

  test("of an order without links credit every invoice whole in the end", () => {
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const books = new Books();
        doSteps(books, new Pieces(), before);
        books.forgetLinks();
        expect(findFaults(linkInvoices(books.order))).toEqual([]);
        doSteps(
          books,
          new Pieces(),
          after.filter(({ kind }) => kind !== "return"),
        );
        takeAllBack(books);
        expectCreditedWhole(books);
      }),
      { seed, numRuns: 500 },
    );
  });

  test("of an order without links go by first shipped, first billed", () => {
    const books = new Books();
    books.ship(0, 6);
    books.invoice(undefined);
    books.ship(0, 4);
    books.invoice(undefined);
    const [first = "", second = ""] = books.invoices.keys();
    books.forgetLinks();
    expect(books.takeBack(0, 0, 4)).toEqual({ [first]: 4 });
    expect(books.takeBack(1, 0, 3)).toEqual({ [second]: 3 });
    expect(books.order.invoices.map(({ lines }) => lines[0]?.shipments)).toEqual([
      [{ shipment: 0, quantity: 6, takenBackQuantity: 4 }],
      [{ shipment: 1, quantity: 4, takenBackQuantity: 3 }],
    ]);
  });
});
