import { createHash } from "node:crypto";
import { Failure } from "../../../domain/kernel/errors.ts";

/** Seals and opens the positions of lists. */
export interface Cursors {
  seal(position: readonly string[]): string;
  /** @throws `request.cursor-mismatch` for a cursor of another tenant or query, or one that was made up */
  open(cursor: string): readonly string[];
}

export const cursorMismatch = () =>
  new Failure("request.cursor-mismatch", {
    fields: [{ pointer: "/query/cursor", reason: "is not a cursor of this query" }],
  });

/**
 * Cursors that are good for one query of one tenant. A cursor holds no partition: even one that is
 * forged can only name a place in the partitions that the query reads anyway.
 */
export const cursorsFor = (tenantId: string, query: unknown): Cursors => {
  const mark = createHash("sha256")
    .update(JSON.stringify([tenantId, query]))
    .digest("base64url")
    .slice(0, 12);
  return {
    seal: (position) => Buffer.from(JSON.stringify([mark, ...position])).toString("base64url"),
    open: (cursor) => {
      let parts: unknown;
      try {
        parts = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
      } catch {
        throw cursorMismatch();
      }
      if (!Array.isArray(parts) || parts.length > 8 || !parts.every((part) => typeof part === "string"))
        throw cursorMismatch();
      const [found, ...position] = parts;
      if (found !== mark) throw cursorMismatch();
      return position;
    },
  };
};

/** For code that pages by itself within one run, as jobs do. */
export const unboundCursors: Cursors = cursorsFor("", "internal");
