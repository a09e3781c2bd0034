import { type Fraction, fraction, nearest, plus, times } from "./fractions.ts";

/** What a line comes to, in whole units of the smallest coin. */
export interface ModelLine {
  readonly quantity: number;
  readonly net: number;
  readonly tax: number;
  readonly includesTax: boolean;
}

export interface ModelCredit {
  readonly net: bigint;
  readonly tax: bigint;
}

/** A plain model of a line that is credited: the pieces that the client still owes, each with what it comes to, in fractions of a coin. */
export class CreditedPieces {
  readonly #line: ModelLine;
  #left: Fraction[];
  /** What the pieces came to that were credited since the last price cut, and what was credited for them in coins. */
  #taken = fraction(0);
  #takenInCoins = 0n;
  net = 0n;
  tax = 0n;

  constructor(line: ModelLine) {
    this.#line = line;
    this.#left = this.#sharedBy(line.quantity, this.#price);
  }

  get piecesLeft(): number {
    return this.#left.length;
  }

  get netLeft(): bigint {
    return BigInt(this.#line.net) - this.net;
  }

  get isOver(): boolean {
    return this.netLeft === 0n && this.tax === BigInt(this.#line.tax);
  }

  /** Pieces come back: each at what it comes to. */
  credit(pieces: number): ModelCredit {
    return this.#settle(this.#amount + this.#take(pieces));
  }

  /** The price of all pieces that are left is cut. */
  cut(net: bigint): ModelCredit {
    return this.#creditNet(0, net);
  }

  /** Pieces come back at a price of their own: what is more than theirs cuts the price of the others. */
  creditAt(pieces: number, net: bigint): ModelCredit {
    return this.#creditNet(pieces, net);
  }

  /** All that is left. */
  creditRest(): ModelCredit {
    this.#left = [];
    return this.#settle(this.#price);
  }

  get #price(): bigint {
    return BigInt(this.#line.includesTax ? this.#line.net + this.#line.tax : this.#line.net);
  }

  get #amount(): bigint {
    return this.#line.includesTax ? this.net + this.tax : this.net;
  }

  #sharedBy(pieces: number, amount: bigint): Fraction[] {
    return Array.from({ length: pieces }, () => fraction(amount, pieces));
  }

  #take(pieces: number): bigint {
    for (const piece of this.#left.splice(0, pieces)) this.#taken = plus(this.#taken, piece);
    const coins = nearest(this.#taken) - this.#takenInCoins;
    this.#takenInCoins += coins;
    return coins;
  }

  /** The tax of an amount that was credited in all. */
  #taxOf(amount: bigint): bigint {
    return this.#price === 0n ? 0n : nearest(fraction(BigInt(this.#line.tax) * amount, this.#price));
  }

  /** The amount in the terms of the price that has so much net: of two with the same net the one nearer to its share. */
  #amountOfNet(net: bigint): bigint {
    if (!this.#line.includesTax) return net;
    const middle = nearest(times(fraction(net), fraction(this.#price, this.#line.net)));
    const near = [middle, middle - 1n, middle + 1n].find((amount) => amount - this.#taxOf(amount) === net);
    if (near === undefined) throw new Error(`no amount has a net of ${net}`);
    return near;
  }

  #creditNet(pieces: number, net: bigint): ModelCredit {
    const amount = this.#amountOfNet(this.net + net);
    const cut = amount - this.#amount - this.#take(pieces);
    if (cut > 0n) {
      const others = nearest(this.#left.reduce(plus, this.#taken)) - this.#takenInCoins - cut;
      this.#left = this.#sharedBy(this.#left.length, others > 0n ? others : 0n);
      this.#taken = fraction(0);
      this.#takenInCoins = 0n;
    }
    return this.#settle(amount);
  }

  #settle(amount: bigint): ModelCredit {
    const tax = this.#taxOf(amount);
    const net = this.#line.includesTax ? amount - tax : amount;
    const credit = { net: net - this.net, tax: tax - this.tax };
    this.net = net;
    this.tax = tax;
    return credit;
  }
}
