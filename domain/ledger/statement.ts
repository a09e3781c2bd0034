/** A line of a statement with what the account stood at behind it; debit positive. */
export type Running<Line> = Line & { readonly balance: bigint };

export interface StatementPart<Line> {
  readonly opening: bigint;
  readonly lines: Running<Line>[];
  /** The opening and all of its lines; the opening of the part that follows. */
  readonly closing: bigint;
}

/** Carries a balance through lines, exactly, in the order given. */
export const runningFrom = <Line extends { readonly amount: number }>(
  opening: bigint,
  lines: readonly Line[],
): StatementPart<Line> => {
  let balance = opening;
  const running = lines.map((line) => {
    balance += BigInt(line.amount);
    return { ...line, balance };
  });
  return { opening, lines: running, closing: balance };
};
