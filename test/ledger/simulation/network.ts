import {
  TransactionCanceledException,
  TransactionConflictException,
  type TransactWriteItem,
} from "@aws-sdk/client-dynamodb";
import type { Database } from "../../../functions/kit/table/database.ts";
import type { Item } from "../../../functions/kit/table/item.ts";
import { tableLayout } from "../../../functions/kit/table/layout.ts";
import type { MemoryTable } from "./memory.ts";
import { atOnce, type Chance, type Turns } from "./scheduler.ts";

/** What happens to a call on its way; `late` and `lost` are written though nobody hears of it. */
export type FaultKind = "conflict" | "throttled" | "refused" | "lost" | "late" | "twice" | "anew" | "cut";

/** What is done to the engine on purpose, to see whether it is found. */
export interface Tampering {
  /** What becomes of the writes of a transaction. */
  readonly writes?: (write: TransactWriteItem) => TransactWriteItem[];
  /** What is written once more by itself where a transaction is sent again. */
  readonly again?: (write: TransactWriteItem) => boolean;
  readonly read?: (item: Item) => Item;
}

export interface Network {
  readonly table: MemoryTable;
  readonly scheduler: Turns;
  readonly chance: Chance;
  /** Faults in a thousand calls. */
  readonly faultsPerMille: number;
  readonly tampering: Tampering;
  /** The tenant as it stands in the table. */
  readonly tenantId: string;
  /** Whether this call may go wrong: what was tried very often goes through in the end. */
  mayFail(tag: unknown): boolean;
  note(kind: FaultKind, tag: unknown): void;
}

export class AnswerLost extends Error {
  override readonly name = "TimeoutError";
}

const named = (name: string): Error => Object.assign(new Error(name), { name });
const cancelled = (Code: string, writes: number): Error =>
  new TransactionCanceledException({
    message: Code,
    $metadata: {},
    CancellationReasons: Array.from({ length: writes }, (_, n) => ({ Code: n === 0 ? Code : "None" })),
  });

const faultsOf = {
  read: ["throttled", "refused"],
  moment: ["throttled", "refused", "conflict", "conflict"],
  query: ["throttled", "refused", "cut", "cut"],
  put: ["throttled", "refused", "conflict", "lost", "late", "anew"],
  transact: ["throttled", "refused", "conflict", "conflict", "lost", "lost", "late", "twice", "anew"],
} as const satisfies Record<string, readonly FaultKind[]>;

const partitionKeys = [tableLayout, ...Object.values(tableLayout.indexes)].map((keys) => keys.partitionKey);

/** The same item in the name of another tenant: an instance has a name of its own for the tenant. */
const renamed = (item: Item, from: string, to: string): Item => {
  const copy = { ...item };
  for (const name of partitionKeys) {
    const pk = item[name]?.S;
    if (pk?.startsWith(from)) copy[name] = { S: to + pk.slice(from.length) };
  }
  return copy;
};

export interface Instance {
  readonly number: number;
  /** Its name for the tenant, of the same length: what it remembers of the tenant is its own. */
  readonly alias: string;
  readonly isAlive: () => boolean;
}

/** The table as one instance of a Lambda reaches it, for one of the things that it does. */
export const databaseOf = (network: Network, instance: Instance, tag: unknown): Database => {
  const { table, scheduler, chance, tampering } = network;
  const [own, shared] = [`T#${instance.alias}`, `T#${network.tenantId}`];
  const sent = (item: Item): Item => renamed(item, own, shared);
  const got = (item: Item): Item => {
    const read = renamed(item, shared, own);
    return tampering.read ? tampering.read(read) : read;
  };

  const call = <T>(
    kind: keyof typeof faultsOf,
    writes: number,
    execute: (fault?: FaultKind) => T,
  ): Promise<T> =>
    new Promise((resolve, reject) => {
      // What the dead do is done by nobody.
      if (!instance.isAlive()) return;
      const arrive = () => {
        try {
          execute();
        } catch {
          // Refused, and nobody hears of it.
        }
      };
      const go = () => {
        const isFaulty = chance(1000) < network.faultsPerMille && network.mayFail(tag);
        const fault = isFaulty ? faultsOf[kind][chance(faultsOf[kind].length)] : undefined;
        if (fault) network.note(fault, tag);
        try {
          if (fault === "conflict")
            throw kind === "put"
              ? new TransactionConflictException({ message: fault, $metadata: {} })
              : cancelled("TransactionConflict", writes);
          if (fault === "throttled") throw named("ThrottlingException");
          if (fault === "refused")
            throw kind === "transact"
              ? cancelled(chance(2) === 0 ? "ThrottlingError" : "ProvisionedThroughputExceeded", writes)
              : named("RequestLimitExceeded");
          if (fault === "late") {
            scheduler.wait({ owner: undefined, go: arrive });
            throw new AnswerLost("no answer came in time");
          }
          if (fault === "twice" || fault === "anew") execute();
          const answer = execute(fault);
          if (fault === "lost") throw new AnswerLost("the answer was lost");
          resolve(answer);
        } catch (error) {
          reject(described(error, got));
        }
      };
      const isWrite = kind === "put" || kind === "transact";
      scheduler.wait({ owner: instance.number, go, ...(isWrite ? { afterDeath: arrive } : {}) });
    });

  return {
    tableName: table.name,
    get: (key) => call("read", 0, () => optional(table.item(sent(key)), got)),
    // Several items are not read at one moment, unless in a transaction.
    batchGet: async (keys) => {
      const read = (some: readonly Item[]) =>
        call("read", 0, () =>
          some.map((key) => optional(table.item(sent(key)), got)).filter((item) => item !== undefined),
        );
      const middle = Math.ceil(keys.length / 2);
      const before = await read(keys.slice(0, middle));
      return keys.length < 2 ? before : [...before, ...(await read(keys.slice(middle)))];
    },
    transactGet: (keys) =>
      call("moment", keys.length, () => keys.map((key) => optional(table.item(sent(key)), got))),
    query: (input) =>
      call("query", 0, (fault) => {
        const { items, lastKey } = table.query({
          ...input,
          // DynamoDB may end an answer before it is full, at 1 MB.
          ...(fault === "cut" ? { Limit: 1 + chance(input.Limit ?? 3) } : {}),
          ExpressionAttributeValues: Object.fromEntries(
            Object.entries(input.ExpressionAttributeValues ?? {}).map(([name, value]) => [
              name,
              value.S?.startsWith(own) ? { S: shared + value.S.slice(own.length) } : value,
            ]),
          ),
          ...(input.ExclusiveStartKey ? { ExclusiveStartKey: sent(input.ExclusiveStartKey) } : {}),
        });
        return { items: items.map(got), ...(lastKey ? { lastKey: got(lastKey) } : {}) };
      }),
    put: (input) => call("put", 1, () => table.put({ ...input, Item: sent(input.Item ?? {}) }, tag)),
    transact: (writes, token) => {
      const own = writes.map((write) => sentWrite(write, sent)).flatMap(tampering.writes ?? ((one) => [one]));
      let times = 0;
      return call("transact", writes.length, (fault) => {
        const isAgain = times++ > 0;
        if (isAgain && tampering.again)
          for (const write of own.filter(tampering.again)) table.transact([write]);
        // A token is good for ten minutes; whoever sends again after that is told by the conditions.
        table.transact(own, fault === "anew" && isAgain ? undefined : token, tag);
      });
    },
    batchWrite: (writes) =>
      call("read", 0, () => {
        for (const { put, remove } of writes) {
          if (put) table.put({ Item: sent(put) }, tag);
          if (remove) table.remove(sent(remove), tag);
        }
      }),
  };
};

/** The table without anything that goes wrong, and nobody beside. */
export const databaseOn = (table: MemoryTable, tenantId: string, chance: Chance): Database =>
  databaseOf(
    {
      ...{ table, tenantId, chance, faultsPerMille: 0, tampering: {}, scheduler: atOnce },
      ...{ mayFail: () => false, note: () => {} },
    },
    { number: 0, alias: tenantId, isAlive: () => true },
    undefined,
  );

const optional = (item: Item | undefined, got: (item: Item) => Item): Item | undefined =>
  item ? got(item) : undefined;

const sentWrite = (write: TransactWriteItem, sent: (item: Item) => Item): TransactWriteItem => {
  if (write.Put) return { Put: { ...write.Put, Item: sent(write.Put.Item ?? {}) } };
  if (write.Update) return { Update: { ...write.Update, Key: sent(write.Update.Key ?? {}) } };
  if (write.Delete) return { Delete: { ...write.Delete, Key: sent(write.Delete.Key ?? {}) } };
  const check = write.ConditionCheck;
  return check ? { ConditionCheck: { ...check, Key: sent(check.Key ?? {}) } } : write;
};

/** What a refusal says of items, it says in the instance's own terms. */
const described = (error: unknown, got: (item: Item) => Item): unknown => {
  if (error instanceof TransactionCanceledException)
    error.CancellationReasons = error.CancellationReasons?.map((reason) =>
      reason.Item ? { ...reason, Item: got(reason.Item) } : reason,
    );
  else if (error instanceof Error && "Item" in error && error.Item)
    return Object.assign(error, { Item: got(error.Item as Item) });
  return error;
};
