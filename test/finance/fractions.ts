/** Exact fractions of whole numbers for the plain models of tests: they share no code with the product. */
export interface Fraction {
  readonly over: bigint;
  /** Above zero. */
  readonly under: bigint;
}

export const fraction = (over: bigint | number, under: bigint | number = 1): Fraction => ({
  over: BigInt(over),
  under: BigInt(under),
});

export const plus = (a: Fraction, b: Fraction): Fraction =>
  a.under === b.under
    ? { over: a.over + b.over, under: a.under }
    : { over: a.over * b.under + b.over * a.under, under: a.under * b.under };

export const times = (a: Fraction, b: Fraction): Fraction => ({
  over: a.over * b.over,
  under: a.under * b.under,
});

/** The nearest whole number of a fraction from zero on, of two as near the larger. */
export const nearest = ({ over, under }: Fraction): bigint => {
  const floor = over / under;
  return 2n * (over - floor * under) >= under ? floor + 1n : floor;
};
