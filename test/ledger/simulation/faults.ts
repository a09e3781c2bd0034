import type { TransactWriteItem } from "@aws-sdk/client-dynamodb";
import type { Item } from "../../../functions/kit/table/item.ts";
import type { Tampering } from "./network.ts";

const kindOf = ({ Put, Update }: TransactWriteItem): string =>
  Put?.Item?.entity?.S ?? Update?.ExpressionAttributeValues?.[":entity"]?.S ?? "";

const used = <T>(
  all: Record<string, T> | undefined,
  text: string | undefined,
): Record<string, T> | undefined => {
  const names = Object.entries(all ?? {}).filter(([name]) => text?.split(/[^:#\w]+/).includes(name));
  return names.length > 0 ? Object.fromEntries(names) : undefined;
};

/** A write that is made whatever stands there. */
const unconditional = ({ Put, Update, ...other }: TransactWriteItem): TransactWriteItem => {
  if (Put) return { Put: { TableName: Put.TableName, Item: Put.Item } };
  if (!Update) return other;
  const { TableName, Key, UpdateExpression } = Update;
  const ExpressionAttributeNames = used(Update.ExpressionAttributeNames, UpdateExpression);
  const ExpressionAttributeValues = used(Update.ExpressionAttributeValues, UpdateExpression);
  return {
    Update: { TableName, Key, UpdateExpression, ExpressionAttributeNames, ExpressionAttributeValues },
  };
};

export const unconditionally = (entity: string): Tampering => ({
  writes: (write) => [kindOf(write) === entity ? unconditional(write) : write],
});
export const without = (isLeftOut: (write: TransactWriteItem) => boolean): Tampering => ({
  writes: (write) => (isLeftOut(write) ? [] : [write]),
});
/** A guard that is written without those of its conditions that look at an attribute. */
const withoutConditionOn = (attribute: string): Tampering => ({
  writes: (write) => {
    const { Update } = write;
    if (!Update || kindOf(write) !== "ledger-guard") return [write];
    const names = Object.entries(Update.ExpressionAttributeNames ?? {});
    const isAbout = (part: string) =>
      names.some(([name, of]) => of === attribute && part.split(/[^:#\w]+/).includes(name));
    const parts = Update.ConditionExpression?.split(" AND ").filter((part) => !isAbout(part)) ?? [];
    const ConditionExpression = parts.length > 0 ? parts.join(" AND ") : undefined;
    const text = `${Update.UpdateExpression} ${ConditionExpression ?? ""}`;
    const { ConditionExpression: _condition, ...rest } = Update;
    return [
      {
        Update: {
          ...rest,
          ...(ConditionExpression === undefined ? {} : { ConditionExpression }),
          ExpressionAttributeNames: used(Update.ExpressionAttributeNames, text),
          ExpressionAttributeValues: used(Update.ExpressionAttributeValues, text),
        },
      },
    ];
  },
});
const headWith =
  (change: (head: Item) => Item) =>
  (item: Item): Item =>
    item.entity?.S === "ledger-head" ? change({ ...item }) : item;

/** Faults that are put into the engine, and how each has to be found. */
export const faults: Readonly<Record<string, { readonly tampering: Tampering; readonly found: RegExp }>> = {
  "an account is not held to its constraints": {
    tampering: unconditionally("ledger-guard"),
    found: /posted in spite of (ledger\.insufficient|ledger\.limit-exceeded)/,
  },
  "an earlier day is not looked at": {
    tampering: withoutConditionOn("lastDay"),
    found: /posted in spite of (ledger\.insufficient|ledger\.limit-exceeded)/,
  },
  "earlier days are looked at, and change before it is posted": {
    tampering: withoutConditionOn("backdated"),
    found: /posted in spite of (ledger\.insufficient|ledger\.limit-exceeded)/,
  },
  "the days between those of a batch are not looked at": {
    tampering: withoutConditionOn("settled"),
    found: /posted in spite of (ledger\.insufficient|ledger\.limit-exceeded)/,
  },
  "the pages of an earlier month are not seen": {
    tampering: {
      read: (item) =>
        item.entity?.S === "ledger-page" && item.sk?.S?.startsWith("PAGE#2026-01")
          ? { ...item, e05i20260203: { N: "0" }, e05i20260204: { N: "0" } }
          : item,
    },
    found: /posted in spite of (ledger\.insufficient|ledger\.limit-exceeded)|without a reason/,
  },
  "an id posts again": {
    tampering: unconditionally("ledger-transaction"),
    found: /was written over/,
  },
  "two are chained to the same one": {
    tampering: unconditionally("ledger-head"),
    found: /chain of t\d+/,
  },
  "a pending transaction is settled twice": {
    tampering: unconditionally("ledger-pending"),
    found: /posted in spite of ledger\.pending-(settled|expired)/,
  },
  "a transaction is taken back twice": {
    tampering: unconditionally("ledger-reversal"),
    found: /posted in spite of ledger\.reversed-already/,
  },
  "pages are written again with an answer that was lost": {
    tampering: { again: (write) => kindOf(write) === "ledger-page" },
    found: /"balance":-?\d+.* instead of|^seed \d+: page /,
  },
  "a control account misses what its members do": {
    tampering: without(
      (write) => kindOf(write) === "ledger-page" && (write.Update?.Key?.pk?.S?.includes(":*:") ?? false),
    ),
    found: /page (clients|members):\*:/,
  },
  "turnover misses a product": {
    tampering: without((write) => write.Update?.Key?.pk?.S?.includes("#TURNOVER#product#") ?? false),
    found: /turnover product 20\d\d/,
  },
  "the lock is not looked at": {
    tampering: {
      read: headWith((head) => {
        delete head.lockedThrough;
        return head;
      }),
    },
    found: /posted in spite of ledger\.period-locked/,
  },
  "what is remembered of an account is believed for ever": {
    tampering: { read: headWith((head) => ({ ...head, epoch: { N: "1" } })) },
    found:
      /posted in spite of ledger\.(account-closed|insufficient|limit-exceeded)|guard of|without a reason/,
  },
  "an event is lost": {
    tampering: {
      writes: (write) => {
        const { happened: _happened, ...item } = write.Put?.Item ?? {};
        const isOne = kindOf(write) === "ledger-transaction" && item.pk?.S?.endsWith("7");
        return [isOne && write.Put ? { Put: { ...write.Put, Item: item } } : write];
      },
    },
    found: /events: \[\] instead of \["ledger\./,
  },
};
