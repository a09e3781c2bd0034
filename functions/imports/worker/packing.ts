import type { TransactWriteItem } from "@aws-sdk/client-dynamodb";
import type { StoredEvent } from "../../kit/outbox.ts";
import { mostItemsInTransaction, type Store, type Write } from "../../kit/table/store.ts";

/** The writes of one row. */
export interface RowWrites {
  readonly line: number;
  /** The mark, then the records: the first that is refused gives the reason. */
  readonly writes: readonly Write[];
  readonly events: readonly StoredEvent[];
}

/** Why a transaction of several rows was not carried out: the row at fault, and its reason. */
export class RowRefused extends Error {
  readonly line: number;
  readonly reason: Error;
  constructor(line: number, reason: Error) {
    super(`the row of line ${line} was refused: ${reason.message}`);
    this.line = line;
    this.reason = reason;
  }
}

/** A transaction is kept small enough that one refused row does not cost much. */
const mostRows = 40;

const nameOf = ({ key }: Write): string => `${key.pk} ${key.sk}`;

interface Kind {
  readonly check: boolean;
  readonly put: boolean;
}

const kindsOf = (row: RowWrites, store: Store): Kind[] =>
  row.writes.map((write) => {
    const { ConditionCheck, Put }: TransactWriteItem = write.build(store.tenantId, "", { changeId: "" });
    return { check: ConditionCheck !== undefined, put: Put !== undefined };
  });

/** The events of a row ride on its own first record, also where several rows are written at once. */
const carrying = (row: RowWrites, kinds: readonly Kind[]): Write[] => {
  const carrier = kinds.findIndex(({ put }, at) => at > 0 && put);
  return row.writes.map((write, at) => ({
    ...write,
    otherwise: (standing) => new RowRefused(row.line, write.otherwise(standing)),
    build: (tenantId, tableName, extra) =>
      write.build(tenantId, tableName, {
        ...extra,
        ...(at === carrier && row.events.length > 0 ? { happened: row.events } : {}),
      }),
  }));
};

export interface Pack {
  readonly rows: readonly RowWrites[];
  readonly writes: readonly Write[];
}

interface Packed {
  readonly packs: readonly Pack[];
  /** Rows that write an item which an earlier row writes or checks: to be decided anew when that one is done. */
  readonly later: readonly RowWrites[];
}

/**
 * Puts rows together into transactions that do not disturb each other and may be written at the same time. The same
 * check of several rows is made once in each.
 */
export const packed = (rows: readonly RowWrites[], store: Store): Packed => {
  const packs: { rows: RowWrites[]; writes: Map<string, Write> }[] = [];
  const later: RowWrites[] = [];
  const taken = new Map<string, { readonly check: boolean }>();
  for (const row of rows) {
    const kinds = kindsOf(row, store);
    const own = carrying(row, kinds).map((write, at) => ({
      write,
      name: nameOf(write),
      check: kinds[at]?.check ?? false,
    }));
    const disturbs = own.some(({ name, check }) => {
      const other = taken.get(name);
      return other !== undefined && !(check && other.check);
    });
    for (const { name, check } of own) taken.set(name, { check: check && (taken.get(name)?.check ?? true) });
    if (disturbs) {
      later.push(row);
      continue;
    }
    let pack = packs.at(-1);
    if (!pack || pack.rows.length >= mostRows || pack.writes.size + own.length > mostItemsInTransaction) {
      pack = { rows: [], writes: new Map() };
      packs.push(pack);
    }
    pack.rows.push(row);
    for (const { name, write } of own) if (!pack.writes.has(name)) pack.writes.set(name, write);
  }
  return {
    packs: packs.map((pack) => ({ rows: pack.rows, writes: [...pack.writes.values()] })),
    later,
  };
};
