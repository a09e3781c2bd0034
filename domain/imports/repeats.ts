import { Failure } from "../kernel/errors.ts";

/** What a worker remembers of a file takes some 100 bytes for each row that is not like any other. */
export const mostCountedRows = 2_000_000;

/**
 * Tells equal rows of one file apart by their order: the second and third of them are a second and third sale, not the
 * first one again. Since equal rows are equal in all that identifies them, it does not matter which one is the first.
 */
export class Repeats {
  readonly #seen = new Map<string, number>();

  /**
   * How many rows of this identity there have been in the file with this one.
   * @param identity in as few characters as tell it from others
   * @throws limit.exceeded
   */
  next(identity: string): number {
    const count = (this.#seen.get(identity) ?? 0) + 1;
    if (count === 1 && this.#seen.size >= mostCountedRows)
      throw new Failure("limit.exceeded", {
        detail: `A file whose equal rows are told apart has at most ${mostCountedRows} different ones; split it.`,
      });
    this.#seen.set(identity, count);
    return count;
  }
}
