import type { Key } from "./entity.ts";
import { type Item, itemKey } from "./item.ts";
import type { Write } from "./store.ts";

/** Numbers of an item that others add to at the same time: no version, no record, nobody reads before writing. */
export interface Counting {
  readonly entity: string;
  readonly key: Key;
  /** What is added; a number that is not there yet begins at 0, and so does the item. */
  readonly add: Readonly<Record<string, number>>;
  /** The same for numbers that begin elsewhere. */
  readonly from?: Readonly<Record<string, { readonly begin: number; readonly add: number }>>;
  /**
   * What numbers have to be at the least before anything is added. One that is not there stands for where it
   * begins.
   */
  readonly atLeast?: Readonly<Record<string, number>>;
  /** Texts that are set beside the numbers. */
  readonly set?: Readonly<Record<string, string>>;
  /** Further conditions, all of which have to hold. */
  readonly conditions?: (terms: Terms) => readonly string[];
}

/** Gives names and values to the terms of a condition. */
export interface Terms {
  readonly name: (attribute: string) => string;
  readonly value: (value: number | string) => string;
}

/**
 * Adds to the counters of an item, if they are high enough. It cannot be the only write of a change: it does
 * not remember the change's id, so that a change sent again has to be known by another of its items.
 */
export const count = (
  { entity, key, add, from = {}, atLeast = {}, set = {}, conditions: further }: Counting,
  otherwise: (standing?: Item) => Error,
): Write => ({
  entity,
  key,
  otherwise,
  build: (tenantId, TableName) => {
    const names: Record<string, string> = { "#entity": "entity" };
    const values: Item = { ":entity": { S: entity } };
    let n = 0;
    const given = (value: number | string): string => {
      const name = `:v${n++}`;
      values[name] = typeof value === "number" ? { N: String(value) } : { S: value };
      return name;
    };
    const named = (attribute: string): string => {
      const name = `#c${n++}`;
      names[name] = attribute;
      return name;
    };
    const sets = Object.entries(from).map(([attribute, { begin, add: more }]) => {
      const name = named(attribute);
      return `${name} = if_not_exists(${name}, ${given(begin)}) + ${given(more)}`;
    });
    const texts = Object.entries(set).map(([attribute, text]) => `${named(attribute)} = ${given(text)}`);
    const adds = Object.entries(add).map(([attribute, more]) => `${named(attribute)} ${given(more)}`);
    const enough = Object.entries(atLeast).map(([attribute, least]) => {
      const name = named(attribute);
      const isEnough = `${name} >= ${given(least)}`;
      return (from[attribute]?.begin ?? 0) >= least
        ? `(attribute_not_exists(${name}) OR ${isEnough})`
        : isEnough;
    });
    const conditions = [...enough, ...(further?.({ name: named, value: given }) ?? [])];
    return {
      Update: {
        TableName,
        Key: itemKey(tenantId, key),
        UpdateExpression:
          `SET ${["#entity = :entity", ...sets, ...texts].join(", ")}` +
          (adds.length > 0 ? ` ADD ${adds.join(", ")}` : ""),
        ...(conditions.length > 0
          ? {
              ConditionExpression: conditions.join(" AND "),
              ReturnValuesOnConditionCheckFailure: "ALL_OLD",
            }
          : {}),
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: values,
      },
    };
  },
});

/** A counter of an item that was read, exactly; 0 where it is not there. */
export const counterOf = (item: Item | undefined, attribute: string): bigint =>
  BigInt(item?.[attribute]?.N ?? 0);
