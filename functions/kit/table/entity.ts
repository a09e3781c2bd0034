import type * as z from "zod";
import type { AnyIndexName } from "./layout.ts";

/** Where an item lies, without the tenant: the store puts `T#<tenant>#` in front. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** A value by which a record is found: kept by the projector, so written a moment after the record. */
export interface Lookup {
  /** `PHONE#+40721…`; becomes the partition. */
  readonly pk: string;
  readonly sk: string;
}

export type VersionedRecord = { readonly version: number };

/**
 * A kind of record in the table: its schema and where it lies. Records are always written whole, so
 * index keys are computed at every write and cannot go stale.
 */
export interface Entity<Record extends VersionedRecord = VersionedRecord, Identity = never> {
  readonly name: string;
  readonly schema: z.ZodType<Record>;
  /** The key of a record, or of what is needed to name one. */
  readonly key: (identity: Identity) => Key;
  /** What the indexes hold of it. A half-supplied key cannot be written down. */
  readonly indexes?: (record: Record) => Partial<globalThis.Record<AnyIndexName, Key>>;
  readonly lookups?: (record: Record) => Lookup[];
  /** Epoch seconds after which the record may vanish. */
  readonly expiresAt?: (record: Record) => number | undefined;
}

/** Declares an entity; the identity is what its key needs. */
export const entity = <Record extends VersionedRecord & Identity, Identity>(
  declaration: Entity<Record, Identity>,
): Entity<Record, Identity> => declaration;
