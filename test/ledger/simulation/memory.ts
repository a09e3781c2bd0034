import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type PutItemCommandInput,
  type QueryCommandInput,
  TransactionCanceledException,
  type TransactWriteItem,
} from "@aws-sdk/client-dynamodb";
import type { Item } from "../../../functions/kit/table/item.ts";
import { tableLayout } from "../../../functions/kit/table/layout.ts";
import { checkUsed, conditionOf, type Given, updateOf, ValidationException } from "./expressions.ts";

/** What a write did to an item, as the table's stream would tell it. */
export interface Change {
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}
/** Is told of every write, in the order in which they happened; a transaction is one. */
export type Listener = (changes: readonly Change[], tag: unknown) => void;

const mostItems = 100;
const mostBytes = 4_000_000;

interface Index {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey: string;
  readonly partitions: Map<string, Partition>;
}

/** Items by a sort key (in an index: with the item's own key behind it), in order when somebody asks for it. */
class Partition {
  readonly items = new Map<string, Item>();
  #order: string[] | undefined;

  set(key: string, item: Item): void {
    if (!this.items.has(key)) this.#order = undefined;
    this.items.set(key, item);
  }
  delete(key: string): void {
    this.items.delete(key);
    this.#order = undefined;
  }
  get order(): readonly string[] {
    this.#order ??= [...this.items.keys()].sort();
    return this.#order;
  }
}

const textIn = (item: Item | undefined, name: string): string | undefined => item?.[name]?.S;
const givenBy = (input: {
  ExpressionAttributeNames?: Record<string, string> | undefined;
  ExpressionAttributeValues?: Record<string, AttributeValue> | undefined;
}): Given => ({ names: input.ExpressionAttributeNames, values: input.ExpressionAttributeValues });

const keyOf = (item: Item | undefined): { pk: string; sk: string } => {
  const [pk, sk] = [textIn(item, "pk"), textIn(item, "sk")];
  if (!pk || !sk) throw new ValidationException("a key is missing");
  return { pk, sk };
};

interface Planned {
  readonly key: { readonly pk: string; readonly sk: string };
  readonly holds: boolean;
  /** What a failed condition says. */
  readonly standing: Item | undefined;
  readonly after: () => Item | undefined;
  readonly changes: boolean;
}

/**
 * The table of the layout in memory, with the semantics of DynamoDB that the kit relies on: conditions, transactions
 * of up to 100 items and 4 MB that happen whole or not at all, `ALL_OLD`, cancellation reasons, tokens, pages and
 * sparse projected indexes. Each call happens at one moment. Held against dynoxide by simulation-table.test.ts.
 */
export class MemoryTable {
  readonly name = "clientela";
  readonly listeners: Listener[] = [];
  readonly #partitions = new Map<string, Partition>();
  readonly #indexes: readonly Index[] = Object.values(tableLayout.indexes).map((index) => ({
    ...index,
    partitions: new Map<string, Partition>(),
  }));
  readonly #tokens = new Set<string>();

  get({ pk, sk }: { readonly pk: string; readonly sk: string }): Item | undefined {
    return this.#partitions.get(pk)?.items.get(sk);
  }

  item(key: Item): Item | undefined {
    return this.get(keyOf(key));
  }

  /** All items of a partition, in no order. */
  partition(pk: string): Iterable<Item> {
    return this.#partitions.get(pk)?.items.values() ?? [];
  }

  *all(): Generator<Item> {
    for (const { items } of this.#partitions.values()) yield* items.values();
  }

  put(input: Omit<PutItemCommandInput, "TableName">, tag?: unknown): void {
    const planned = this.#planned({ Put: { TableName: this.name, ...input, Item: input.Item } });
    if (!planned.holds)
      throw new ConditionalCheckFailedException({
        message: "The conditional request failed",
        $metadata: {},
        ...(planned.standing ? { Item: planned.standing } : {}),
      });
    this.#carryOut([planned], tag);
  }

  /** @param token a transaction of the same token happened already, and is not done again */
  transact(writes: readonly TransactWriteItem[], token?: string, tag?: unknown): void {
    if (token !== undefined && this.#tokens.has(token)) return;
    if (writes.length === 0 || writes.length > mostItems)
      throw new ValidationException(`a transaction has 1 to ${mostItems} items, not ${writes.length}`);
    const planned = writes.map((write) => this.#planned(write));
    if (new Set(planned.map(({ key: { pk, sk } }) => `${pk} ${sk}`)).size < planned.length)
      throw new ValidationException("a transaction cannot write an item twice");
    if (planned.some(({ holds }) => !holds))
      throw new TransactionCanceledException({
        message: "Transaction cancelled",
        $metadata: {},
        CancellationReasons: planned.map(({ holds, standing }) =>
          holds
            ? { Code: "None" }
            : { Code: "ConditionalCheckFailed", ...(standing ? { Item: standing } : {}) },
        ),
      });
    this.#carryOut(planned, tag);
    if (token !== undefined) this.#tokens.add(token);
  }

  remove(key: Item, tag?: unknown): void {
    const at = keyOf(key);
    this.#carryOut(
      [{ key: at, holds: true, standing: undefined, after: () => undefined, changes: true }],
      tag,
    );
  }

  query(input: Omit<QueryCommandInput, "TableName">): { items: Item[]; lastKey?: Item } {
    const given = givenBy(input);
    checkUsed([input.KeyConditionExpression], given);
    const index = input.IndexName && this.#indexes.find(({ name }) => name === input.IndexName);
    if (input.IndexName && !index) throw new ValidationException(`there is no index ${input.IndexName}`);
    if (index && input.ConsistentRead) throw new ValidationException("an index is not read consistently");
    const pk = given.values?.[":pk"]?.S ?? "";
    const partition = (index ? index.partitions : this.#partitions).get(pk);
    const fits = conditionOf(input.KeyConditionExpression ?? "");
    const start = input.ExclusiveStartKey;
    const begin = start && (index ? indexKey(start, index.sortKey) : keyOf(start).sk);
    const back = input.ScanIndexForward === false;
    const items: Item[] = [];
    for (const key of inOrder(partition?.order ?? [], back, begin)) {
      const item = partition?.items.get(key);
      if (!item || !fits(item, given)) continue;
      items.push(index ? projected(item, index) : item);
      if (items.length === input.Limit) return { items, lastKey: positionOf(item, index || undefined) };
    }
    return { items };
  }

  #planned({ Put, Update, Delete, ConditionCheck }: TransactWriteItem): Planned {
    const input = Put ?? Update ?? Delete ?? ConditionCheck;
    if (!input) throw new ValidationException("there is nothing to write");
    const key = keyOf(Put ? Put.Item : (Update ?? Delete ?? ConditionCheck)?.Key);
    const given = givenBy(input);
    checkUsed([input.ConditionExpression, Update?.UpdateExpression], given);
    const there = this.get(key);
    const holds = !input.ConditionExpression || conditionOf(input.ConditionExpression)(there, given);
    return {
      key,
      holds,
      standing: input.ReturnValuesOnConditionCheckFailure === "ALL_OLD" ? there : undefined,
      changes: ConditionCheck === undefined,
      after: () => {
        if (Put?.Item) return Put.Item;
        if (!Update) return undefined;
        const to: Item = { ...(there ?? Update.Key) };
        updateOf(Update.UpdateExpression ?? "")(there, given, to);
        return to;
      },
    };
  }

  #carryOut(planned: readonly Planned[], tag: unknown): void {
    const writes = planned
      .filter(({ changes }) => changes)
      .map(({ key, after }) => ({ key, after: after() }));
    let bytes = 0;
    for (const { after } of writes)
      for (const value of Object.values(after ?? {})) bytes += (value.S ?? value.N ?? "").length;
    if (bytes > mostBytes) throw new ValidationException("a transaction has at most 4 MB");
    const changes = writes.map(({ key, after }) => {
      const before = this.get(key);
      this.#set(key, before, after);
      return { before, after };
    });
    for (const listener of this.listeners) listener(changes, tag);
  }

  #set({ pk, sk }: Planned["key"], before: Item | undefined, after: Item | undefined): void {
    put(this.#partitions, pk, sk, after);
    for (const { partitionKey, sortKey, partitions } of this.#indexes) {
      const [from, to] = [textIn(before, partitionKey), textIn(after, partitionKey)];
      if (before && from) put(partitions, from, indexKey(before, sortKey), undefined);
      if (after && to) put(partitions, to, indexKey(after, sortKey), after);
    }
  }
}

/** Sorts before everything that a key has in it. */
const separator = "\u0000";
const indexKey = (item: Item, sortKey: string): string =>
  [textIn(item, sortKey), textIn(item, "pk"), textIn(item, "sk")].join(separator);

const put = (to: Map<string, Partition>, pk: string, sk: string, item: Item | undefined): void => {
  const partition = to.get(pk) ?? new Partition();
  to.set(pk, partition);
  if (item) partition.set(sk, item);
  else partition.delete(sk);
};

function* inOrder(order: readonly string[], back: boolean, begin: string | undefined): Generator<string> {
  const all = back ? order.toReversed() : order;
  for (const key of all) if (begin === undefined || (back ? key < begin : key > begin)) yield key;
}

const positionOf = (item: Item, index: Index | undefined): Item =>
  Object.fromEntries(
    ["pk", "sk", ...(index ? [index.partitionKey, index.sortKey] : [])].flatMap((name) => {
      const value = item[name];
      return value ? [[name, value]] : [];
    }),
  );

const projected = (item: Item, index: Index): Item => ({
  ...positionOf(item, index),
  ...Object.fromEntries(
    tableLayout.projected.flatMap((name) => {
      const value = item[name];
      return value ? [[name, value]] : [];
    }),
  ),
});
