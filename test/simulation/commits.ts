import * as z from "zod";
import { fromItem, type Item } from "../../functions/kit/table/item.ts";
import { hold, Violation } from "../ledger/simulation/kept.ts";
import type { Change } from "../ledger/simulation/memory.ts";
import { type Claim, Claims, credit } from "./claims.ts";
import { type Company, dayAt, taxPercent } from "./company.ts";
import { type Asked, type Paper, reasonsOf } from "./requests.ts";
import { rounded, Shelf, type Spot, spotName } from "./shelf.ts";

const Document = z.object({
  id: z.string(),
  kind: z.string(),
  effectiveOn: z.string(),
  valueMinor: z.int(),
  lines: z.array(
    z.object({
      ...{ productId: z.string(), place: z.string(), toPlace: z.string().optional() },
      ...{ quantity: z.int(), valueMinor: z.int() },
      laterValueMinor: z.int().default(0),
      laterOn: z.string().optional(),
    }),
  ),
});
type Document = z.infer<typeof Document>;

const Invoice = z.object({
  ...{ id: z.string(), clientId: z.string(), state: z.string(), issuedOn: z.string().optional() },
  ...{ netMinor: z.int(), taxMinor: z.int(), totalMinor: z.int(), openMinor: z.int() },
  lines: z.array(z.object({ quantity: z.int(), netMinor: z.int(), taxMinor: z.int() })),
});
const Note = z.object({
  ...{ id: z.string(), invoiceId: z.string(), issuedOn: z.string() },
  ...{ netMinor: z.int(), taxMinor: z.int(), settledMinor: z.int(), leftMinor: z.int() },
  lines: z.array(z.object({ line: z.int(), netMinor: z.int(), taxMinor: z.int() })),
});
const Payment = z.object({ id: z.string(), paidOn: z.string(), amountMinor: z.int() });

/** Something under way that may write. */
export interface Author {
  readonly asked: Asked;
  /** The instant of the present attempt, and of those before. */
  readonly instants: ReadonlySet<string>;
}

const madeIn = (changes: readonly Change[], entity: string): Item[] =>
  changes.flatMap(({ before, after }) => (!before && after?.entity?.S === entity ? [after] : []));

/** What a part of a shipment is worth of what came not back yet, to the nearest unit. */
const shareOf = (value: number, part: number, of: number): number => rounded(value * part, of);

/** Writes on paper what the product writes in the table, and looks at each write whether it may, and what it says. */
export class Commits {
  readonly paper: Paper;
  /** Products whose cost is known to the last unit: nothing was entered late of them. */
  readonly #exact: Set<string>;

  constructor({ method, products, allowsEarlierDays }: Company) {
    this.paper = { shelf: new Shelf(), claims: new Claims(), allowsEarlierDays };
    this.#exact = new Set(method === "average" ? products : []);
  }

  take(changes: readonly Change[], author: Author): void {
    const [document] = madeIn(changes, "stock-document");
    const [note] = madeIn(changes, "credit-note");
    const [payment] = madeIn(changes, "payment");
    const [draft] = madeIn(changes, "invoice");
    const issued = changes.find(
      ({ before, after }) =>
        before?.entity?.S === "invoice" && after?.record && author.asked.type === "issue",
    )?.after;
    if (document) this.#stock(Document.parse(fromItem(document)), author);
    else if (note) this.#credit(Note.parse(fromItem(note)), author);
    else if (payment) this.#pay(Payment.parse(fromItem(payment)), author);
    else if (draft) this.#draft(Invoice.parse(fromItem(draft)), author);
    else if (issued) this.#issue(Invoice.parse(fromItem(issued)), author);
    else if (changes.some(({ after }) => after?.entity?.S !== "idempotency"))
      throw new Violation(`${author.asked.type} writes ${changes.map(({ after }) => after?.entity?.S)}`);
  }

  /** The day on which something is written: the one that was asked for, or that of an attempt. */
  #day({ asked, instants }: Author, said: string): string {
    const days = asked.on === undefined ? [...instants].map(dayAt) : [asked.on];
    if (!days.includes(said)) throw new Violation(`${JSON.stringify(asked)} is of ${said}`);
    return said;
  }

  /** @throws Violation where there is a reason against what was written, whichever of its attempts did it */
  #check({ asked, instants }: Author): void {
    const reasons = [...instants].map((instant) => reasonsOf(asked, this.paper, dayAt(instant)));
    if (reasons.every((all) => all.size > 0))
      throw new Violation(`${JSON.stringify(asked)} was done in spite of ${[...(reasons.at(-1) ?? [])]}`);
  }

  #stock(document: Document, author: Author): void {
    this.#check(author);
    const { asked } = author;
    const day = this.#day(author, document.effectiveOn);
    hold("kind of a document", document.kind, asked.type);
    if (!("lines" in asked)) throw new Violation(`${asked.type} writes a document of the stock`);
    hold("lines of a document", document.lines.length, asked.lines.length);
    for (const [at, line] of document.lines.entries()) this.#line(document, author, day, line, at);
    if (asked.type !== "shipment") return;
    this.paper.shelf.shipments.set(document.id, {
      id: document.id,
      day,
      lines: document.lines.map(({ productId: product, place, quantity, valueMinor: value }) => ({
        ...{ product, place, quantity, value, backQuantity: 0, backValue: 0 },
      })),
    });
  }

  #line({ id }: Document, { asked }: Author, day: string, line: Document["lines"][number], at: number): void {
    const { shelf } = this.paper;
    const spot: Spot = { product: line.productId, place: line.place };
    const about = `line ${at} of ${asked.type} ${id}`;
    const moved = (quantity: number, value: number) => {
      shelf.move({ ...spot, day, quantity });
      const { product } = spot;
      if (!shelf.isLast(product, day)) this.#exact.delete(product);
      const { laterOn, laterValueMinor: later } = line;
      const sign = Math.sign(quantity);
      const ofLater = asked.type === "count" ? later : sign * later;
      shelf.value({ product, day, quantity, value: value - ofLater });
      if (laterOn !== undefined) shelf.value({ product, day: laterOn, quantity: 0, value: ofLater });
    };
    switch (asked.type) {
      case "receipt": {
        const { product, place, quantity, cost } = asked.lines[at] ?? {
          product: "",
          place: "",
          quantity: 0,
          cost: 0,
        };
        hold(about, [spot, line.quantity, line.valueMinor], [{ product, place }, quantity, cost]);
        moved(quantity, cost);
        return;
      }
      case "shipment":
      case "write-off": {
        const { product, place, quantity } = asked.lines[at] ?? { product: "", place: "", quantity: 0 };
        hold(about, [spot, line.quantity], [{ product, place }, quantity]);
        this.#holdCost(about, spot.product, day, quantity, line.valueMinor);
        moved(-quantity, -line.valueMinor);
        return;
      }
      case "transfer": {
        const { product, place, quantity, to } = asked.lines[at] ?? {
          product: "",
          place: "",
          quantity: 0,
          to: "",
        };
        hold(
          about,
          [spot, line.toPlace, line.quantity, line.valueMinor],
          [{ product, place }, to, quantity, 0],
        );
        shelf.move({ ...spot, day, quantity: -quantity });
        shelf.move({ product, place: to, day, quantity });
        return;
      }
      case "count": {
        const { found = 0, surplusCost } = asked.lines[at] ?? {};
        const difference = found - shelf.level(spot, day);
        hold(`difference of ${about}`, line.quantity, difference);
        if (difference < 0) this.#holdCost(about, spot.product, day, -difference, -line.valueMinor);
        else if (surplusCost !== undefined)
          hold(`cost of ${about}`, line.valueMinor, difference === 0 ? 0 : surplusCost);
        else this.#holdSurplus(about, spot.product, day, difference, line.valueMinor);
        moved(difference, line.valueMinor);
        shelf.counted.set(spotName(spot), day);
        return;
      }
      case "return": {
        const { line: of = 0, quantity = 0 } = asked.lines[at] ?? {};
        const shipped = shelf.shipments.get(asked.shipment)?.lines[of];
        if (!shipped) throw new Violation(`${about} returns what was not shipped`);
        const left = shipped.quantity - shipped.backQuantity;
        const value = shareOf(shipped.value - shipped.backValue, quantity, left);
        hold(
          about,
          [spot, line.quantity, line.valueMinor],
          [{ product: shipped.product, place: shipped.place }, quantity, value],
        );
        shipped.backQuantity += quantity;
        shipped.backValue += value;
        moved(quantity, value);
        return;
      }
      default:
        throw new Violation(`${asked.type} moves goods`);
    }
  }

  /** What leaves costs its share of all there is, where nothing was entered late. */
  #holdCost(about: string, product: string, day: string, quantity: number, value: number): void {
    const { shelf } = this.paper;
    if (value < 0) throw new Violation(`${about} costs ${value}`);
    if (!this.#exact.has(product) || !shelf.isLast(product, day)) return;
    const there = shelf.worth(product);
    hold(`cost of ${about}`, value, shareOf(there.value, quantity, there.quantity));
  }

  #holdSurplus(about: string, product: string, day: string, quantity: number, value: number): void {
    const { shelf } = this.paper;
    if (!this.#exact.has(product) || !shelf.isLast(product, day)) return;
    const there = shelf.worth(product);
    const average = there.quantity === 0 ? 0 : shareOf(there.value, quantity, there.quantity);
    hold(`cost of ${about}`, value, average);
  }

  #draft(invoice: z.infer<typeof Invoice>, { asked }: Author): void {
    if (asked.type !== "draft") throw new Violation(`${asked.type} drafts an invoice`);
    const nets = asked.lines.map(({ quantity, price }) => quantity * price);
    hold(
      "nets of a draft",
      invoice.lines.map(({ netMinor }) => netMinor),
      nets,
    );
    const net = nets.reduce((a, b) => a + b, 0);
    hold("sums of a draft", [invoice.netMinor, invoice.taxMinor], [net, rounded(net * taxPercent, 100)]);
    const taxes = invoice.lines.reduce((sum, { taxMinor }) => sum + taxMinor, 0);
    hold("tax of the lines of a draft", taxes, invoice.taxMinor);
    this.paper.claims.all.set(invoice.id, {
      ...{ id: invoice.id, client: invoice.clientId, open: 0 },
      lines: invoice.lines.map(({ quantity: pieces, netMinor, taxMinor: tax }) => ({
        ...{ pieces, net: netMinor, tax, creditedPieces: 0, creditedNet: 0, creditedTax: 0 },
        shared: { net: netMinor, pieces, credited: 0 },
      })),
    });
  }

  #claim(id: string): Claim {
    const claim = this.paper.claims.all.get(id);
    if (!claim) throw new Violation(`there is no invoice ${id}`);
    return claim;
  }

  #issue(
    { id, issuedOn = "", netMinor, taxMinor, totalMinor, openMinor }: z.infer<typeof Invoice>,
    author: Author,
  ): void {
    this.#check(author);
    const claim = this.#claim(id);
    const day = this.#day(author, issuedOn);
    hold(`open of ${id}`, openMinor, totalMinor);
    claim.day = day;
    claim.open = totalMinor;
    const { claims } = this.paper;
    claims.number("issue", day);
    claims.book(`clients:${claim.client}:receivable`, day, totalMinor);
    claims.book("revenue", day, -netMinor);
    claims.book("tax-payable", day, -taxMinor);
  }

  #credit(note: z.infer<typeof Note>, author: Author): void {
    this.#check(author);
    const { asked } = author;
    if (asked.type !== "credit") throw new Violation(`${asked.type} writes a credit note`);
    const claim = this.#claim(asked.invoice);
    const day = this.#day(author, note.issuedOn);
    const parts = asked.parts ?? claim.lines.map((_, line) => ({ line }));
    const credited = parts
      .filter(({ line: at }) => {
        const line = claim.lines[at];
        return line && line.creditedNet + line.creditedTax < line.net + line.tax;
      })
      .map((part) => credit(claim, part));
    hold(
      `credit note ${note.id} by ${JSON.stringify(asked)}`,
      note.lines.map(({ line, netMinor: net, taxMinor: tax }) => ({ line, net, tax })),
      credited,
    );
    const net = credited.reduce((sum, one) => sum + one.net, 0);
    const tax = credited.reduce((sum, one) => sum + one.tax, 0);
    const settled = Math.min(claim.open, net + tax);
    hold(
      `sums of credit note ${note.id}`,
      [note.netMinor, note.taxMinor, note.settledMinor, note.leftMinor],
      [net, tax, settled, net + tax - settled],
    );
    claim.open -= settled;
    const { claims } = this.paper;
    claims.number("credit", day);
    claims.book(`clients:${claim.client}:receivable`, day, -settled);
    claims.book(`clients:${claim.client}:advance`, day, -(net + tax - settled));
    claims.book("revenue", day, net);
    claims.book("tax-payable", day, tax);
  }

  #pay({ id, paidOn, amountMinor }: z.infer<typeof Payment>, author: Author): void {
    this.#check(author);
    const { asked } = author;
    if (asked.type !== "pay") throw new Violation(`${asked.type} writes a payment`);
    hold(`amount of ${id}`, amountMinor, asked.amount);
    const claim = this.#claim(asked.invoice);
    const day = this.#day(author, paidOn);
    claim.open -= asked.amount;
    const { claims } = this.paper;
    claims.book("bank", day, asked.amount);
    claims.book(`clients:${claim.client}:receivable`, day, -asked.amount);
  }
}
