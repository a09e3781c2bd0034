import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { Failure } from "../../../domain/kernel/errors.ts";
import type { Item } from "./item.ts";

/** DynamoDB's own limits, in bytes: of one item, and of all items of one transaction. */
export const mostItemBytes = 400 * 1024;
export const mostTransactionBytes = 4 * 1024 * 1024;

const textBytes = (text: string): number => Buffer.byteLength(text, "utf8");
const sumOf = <T>(all: readonly T[], bytes: (one: T) => number): number =>
  all.reduce((sum, one) => sum + bytes(one), 0);
/** One byte for two digits, one for the exponent, one for a sign: never less than what DynamoDB counts. */
const numberBytes = (text: string): number => Math.ceil(text.replace(/\D/g, "").length / 2) + 2;

const valueBytes = (value: AttributeValue): number => {
  if (value.S !== undefined) return textBytes(value.S);
  if (value.N !== undefined) return numberBytes(value.N);
  if (value.B !== undefined) return value.B.byteLength;
  if (value.SS !== undefined) return sumOf(value.SS, textBytes);
  if (value.NS !== undefined) return sumOf(value.NS, numberBytes);
  if (value.BS !== undefined) return sumOf(value.BS, (bytes) => bytes.byteLength);
  // A list or map costs three bytes, and one for each element.
  if (value.L !== undefined) return 3 + sumOf(value.L, (one) => 1 + valueBytes(one));
  if (value.M !== undefined)
    return 3 + sumOf(Object.entries(value.M), attributeBytes) + Object.keys(value.M).length;
  return 1;
};

const attributeBytes = ([name, value]: [string, AttributeValue]): number =>
  textBytes(name) + valueBytes(value);

/**
 * The size of an item as DynamoDB counts it: names and values in UTF-8.
 * Source: "DynamoDB item sizes and formats" in the developer guide.
 */
export const itemBytes = (item: Item): number => sumOf(Object.entries(item), attributeBytes);

const kilobytes = (bytes: number): string => `${Math.ceil(bytes / 1024)} kB`;

/** An item that is to be written, with the name of its entity. */
export interface SizedItem {
  readonly entity: string;
  readonly item: Item | undefined;
}

/** Holds what is to be written against DynamoDB's limits. @throws record.too-large, naming what is too large */
export const checkSizes = (items: readonly SizedItem[]): void => {
  let all = 0;
  for (const { entity, item } of items) {
    const bytes = item === undefined ? 0 : itemBytes(item);
    all += bytes;
    if (bytes > mostItemBytes)
      throw new Failure("record.too-large", {
        detail:
          `The record ${entity} would have ${kilobytes(bytes)}; a record has at most ${kilobytes(mostItemBytes)}. ` +
          "Shorten its texts and lists.",
      });
  }
  if (all > mostTransactionBytes)
    throw new Failure("record.too-large", {
      detail:
        `The change would write ${kilobytes(all)} at once; ${kilobytes(mostTransactionBytes)} can be written. ` +
        "Send it in several requests.",
    });
};
