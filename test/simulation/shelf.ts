/**
 * The stock as one would keep it on paper: a list of what moved, and nothing derived from it. It shares no code with the
 * product; what it says is what the product has to say.
 */
export interface Spot {
  readonly product: string;
  readonly place: string;
}

export interface Move extends Spot {
  readonly day: string;
  readonly quantity: number;
}

/** What the goods of a product changed in value on a day. */
interface Worth {
  readonly product: string;
  readonly day: string;
  readonly quantity: number;
  readonly value: number;
}

/** A line that left, of which something may come back. */
interface ShippedLine extends Spot {
  readonly quantity: number;
  readonly value: number;
  backQuantity: number;
  backValue: number;
}
export interface Shipment {
  readonly id: string;
  readonly day: string;
  readonly lines: readonly ShippedLine[];
}

/** To the nearest unit, a half up; all of these are above zero, and far below 2^53. */
export const rounded = (dividend: number, divisor: number): number =>
  Math.floor((2 * dividend + divisor) / (2 * divisor));

export const spotName = ({ product, place }: Spot): string => `${product} ${place}`;

export class Shelf {
  readonly moves: Move[] = [];
  readonly worths: Worth[] = [];
  readonly shipments = new Map<string, Shipment>();
  /** The last day on which a spot was counted. */
  readonly counted = new Map<string, string>();

  /** What lies in a spot at the end of a day; of all days where none is given. */
  level({ product, place }: Spot, day = "9999"): number {
    return this.moves
      .filter((one) => one.product === product && one.place === place && one.day <= day)
      .reduce((sum, { quantity }) => sum + quantity, 0);
  }

  /** The least that lies in a spot on a day, on any later one, and now. */
  least(spot: Spot, day: string): number {
    const days = this.moves.filter((one) => one.day > day).map((one) => one.day);
    return Math.min(...[day, ...days, "9999"].map((one) => this.level(spot, one)));
  }

  /** Quantity and value of all there is of a product, at the end of a day. */
  worth(product: string, day = "9999"): { readonly quantity: number; readonly value: number } {
    const until = this.worths.filter((one) => one.product === product && one.day <= day);
    return {
      quantity: until.reduce((sum, one) => sum + one.quantity, 0),
      value: until.reduce((sum, one) => sum + one.value, 0),
    };
  }

  /** Whether nothing of a product moved on a later day. */
  isLast(product: string, day: string): boolean {
    return this.worths.every((one) => one.product !== product || one.day <= day);
  }

  /** Whether a count of a spot stands in the way of a movement, or of another count. */
  isBehindCount(spot: Spot, day: string, today: string, what: "movement" | "count"): boolean {
    const counted = this.counted.get(spotName(spot));
    if (counted === undefined || day > counted) return false;
    return !(day === counted && (what === "count" || day === today));
  }

  move(move: Move): void {
    if (move.quantity !== 0) this.moves.push(move);
  }

  value(worth: Worth): void {
    if (worth.quantity !== 0 || worth.value !== 0) this.worths.push(worth);
  }

  get spots(): Spot[] {
    return [
      ...new Map(
        this.moves.map(({ product, place }) => [`${product} ${place}`, { product, place }]),
      ).values(),
    ];
  }

  get days(): string[] {
    return [...new Set([...this.moves, ...this.worths].map(({ day }) => day))].sort();
  }
}
