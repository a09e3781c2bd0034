import type { Day } from "../kernel/time.ts";
import type { StatementLine } from "./effects.ts";

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

/** What is asked of a statement besides its days. */
export interface StatementFilter {
  /** The last day of insertion that counts: what came later is not there. */
  readonly knownAt?: Day | undefined;
  /** What is shown; the rest counts and is left out. */
  readonly kind?: string | undefined;
  readonly clientId?: string | undefined;
  readonly counterpartyId?: string | undefined;
  readonly dealId?: string | undefined;
}

type Line = Pick<StatementLine, "kind" | "links" | "insertedOn">;

export const isKnown = ({ insertedOn }: Pick<Line, "insertedOn">, { knownAt }: StatementFilter): boolean =>
  knownAt === undefined || insertedOn <= knownAt;

export const isShown = ({ kind, links = {} }: Omit<Line, "insertedOn">, filter: StatementFilter): boolean =>
  (filter.kind === undefined || kind === filter.kind) &&
  (["clientId", "counterpartyId", "dealId"] as const).every(
    (name) => filter[name] === undefined || links[name] === filter[name],
  );
