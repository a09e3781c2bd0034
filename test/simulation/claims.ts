import { rounded } from "./shelf.ts";

/** Invoices, what was credited of them and what was paid, as one would keep them on paper. */
export interface ClaimLine {
  readonly pieces: number;
  readonly net: number;
  readonly tax: number;
  creditedPieces: number;
  creditedNet: number;
  creditedTax: number;
  /** What the pieces share that were left at the last price cut, and how many of them were credited since. */
  shared: { readonly net: number; readonly pieces: number; credited: number };
}

export interface Claim {
  readonly id: string;
  readonly client: string;
  readonly lines: ClaimLine[];
  /** Absent: a draft. */
  day?: string;
  open: number;
}

/** A part of a line that is credited: pieces, a cut of the price, or all that is left. */
export interface CreditPart {
  readonly line: number;
  readonly quantity?: number;
  readonly netMinor?: number;
}

export interface CreditedPart {
  readonly line: number;
  readonly net: number;
  readonly tax: number;
}

const leftOf = (line: ClaimLine) => ({
  pieces: line.pieces - line.creditedPieces,
  net: line.net - line.creditedNet,
  money: line.net + line.tax - line.creditedNet - line.creditedTax,
});

/** Whether a part is more than what is left of its line. */
export const exceeds = (claim: Claim, { line: at, quantity = 0, netMinor = 0 }: CreditPart): boolean => {
  const line = claim.lines[at];
  if (!line) return true;
  const left = leftOf(line);
  return quantity > left.pieces || netMinor > left.net;
};

export const isUsedUp = (claim: Claim, { line: at }: CreditPart): boolean => {
  const line = claim.lines[at];
  return !line || leftOf(line).money === 0;
};

/** Credits a part, and says what it comes to. */
export const credit = (claim: Claim, { line: at, quantity, netMinor }: CreditPart): CreditedPart => {
  const line = claim.lines[at];
  if (!line) throw new Error(`the invoice has no line ${at}`);
  const left = leftOf(line);
  const isCut = netMinor !== undefined;
  const pieces = isCut ? 0 : (quantity ?? left.pieces);
  const { shared } = line;
  const upTo = (credited: number) => rounded(shared.net * credited, shared.pieces);
  const share = pieces === left.pieces ? left.net : upTo(shared.credited + pieces) - upTo(shared.credited);
  const net = netMinor ?? share;
  const creditedNet = line.creditedNet + net;
  const creditedTax =
    creditedNet === line.net ? line.tax : line.net === 0 ? 0 : rounded(line.tax * creditedNet, line.net);
  const tax = creditedTax - line.creditedTax;
  Object.assign(line, { creditedNet, creditedTax, creditedPieces: line.creditedPieces + pieces });
  if (isCut) line.shared = { net: left.net - net, pieces: left.pieces, credited: 0 };
  else shared.credited += pieces;
  return { line: at, net, tax };
};

/** What was posted to an account on a day. */
export interface Booked {
  readonly account: string;
  readonly day: string;
  readonly amount: number;
}

export class Claims {
  readonly all = new Map<string, Claim>();
  readonly booked: Booked[] = [];
  /** The latest day of the documents of a kind in a year. */
  readonly latest = new Map<string, string>();

  /** Whether a document of a kind has a later day already, in the same year. */
  isBeforeLast(kind: "issue" | "credit", day: string): boolean {
    return day < (this.latest.get(`${kind} ${day.slice(0, 4)}`) ?? "");
  }

  number(kind: "issue" | "credit", day: string): void {
    if (!this.isBeforeLast(kind, day)) this.latest.set(`${kind} ${day.slice(0, 4)}`, day);
  }

  book(account: string, day: string, amount: number): void {
    if (amount !== 0) this.booked.push({ account, day, amount });
  }
}
