import type { TransactWriteItem } from "@aws-sdk/client-dynamodb";
import type { StoredEvent } from "../../kit/outbox.ts";
import { mostItemsInTransaction, type Store, type Write } from "../../kit/table/store.ts";

/** The writes of one row. */
export interface RowWrites {
  readonly line: number;
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
  const carrier = kinds.findIndex(({ put }) => put);
  return row.writes.map((write, at) => ({
    ...write,
    otherwise: () => new RowRefused(row.line, write.otherwise()),
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

/**
 * Puts rows together into transactions. Rows that write the same item go into different ones; the same
 * check of several rows is made once.
 */
export const packed = (rows: readonly RowWrites[], store: Store): Pack[] => {
  const packs: { rows: RowWrites[]; writes: Map<string, { write: Write; check: boolean }> }[] = [];
  for (const row of rows) {
    const kinds = kindsOf(row, store);
    const own = carrying(row, kinds).map((write, at) => ({ write, check: kinds[at]?.check ?? false }));
    let pack = packs.at(-1);
    const fits =
      pack &&
      pack.rows.length < mostRows &&
      pack.writes.size + own.length <= mostItemsInTransaction &&
      own.every(({ write, check }) => {
        const other = pack?.writes.get(nameOf(write));
        return other === undefined || (check && other.check);
      });
    if (!pack || !fits) {
      pack = { rows: [], writes: new Map() };
      packs.push(pack);
    }
    pack.rows.push(row);
    for (const each of own)
      if (!pack.writes.has(nameOf(each.write))) pack.writes.set(nameOf(each.write), each);
  }
  return packs.map(({ rows: together, writes }) => ({
    rows: together,
    writes: [...writes.values()].map(({ write }) => write),
  }));
};
