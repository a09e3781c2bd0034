import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  type TransactWriteItem,
} from "@aws-sdk/client-dynamodb";
import type { Item } from "../../functions/kit/table/item.ts";
import type { SumsTable } from "../../functions/projector/sums.ts";

const $metadata = {};
const nameOf = (key: Item): string => `${key.pk?.S} ${key.sk?.S}`;

/** The conditions and updates that the projector writes, on items in memory: enough of DynamoDB to count with. */
export class MemoryTable implements SumsTable {
  readonly tableName = "memory";
  readonly items = new Map<string, Item>();
  readonly transactions: (readonly TransactWriteItem[])[] = [];
  /** Called before and after each write; what it throws is what the caller sees. */
  fault: (when: "before" | "after") => void = () => undefined;

  batchGet = async (keys: readonly Item[]): Promise<Item[]> => {
    await undefined;
    return keys.map((key) => this.items.get(nameOf(key))).filter((item) => item !== undefined);
  };

  put: SumsTable["put"] = async (input) => {
    this.fault("before");
    const item = input.Item ?? {};
    if (!this.#holds(input.ConditionExpression, item, input.ExpressionAttributeValues ?? {}))
      throw new ConditionalCheckFailedException({ message: "condition", $metadata });
    this.items.set(nameOf(item), item);
    this.fault("after");
  };

  transact: SumsTable["transact"] = async (writes) => {
    await undefined;
    this.fault("before");
    const reasons = writes.map(({ Put }) =>
      !Put || this.#holds(Put.ConditionExpression, Put.Item ?? {}, Put.ExpressionAttributeValues ?? {})
        ? { Code: "None" }
        : { Code: "ConditionalCheckFailed" },
    );
    if (reasons.some(({ Code }) => Code !== "None"))
      throw new TransactionCanceledException({
        message: "cancelled",
        $metadata,
        CancellationReasons: reasons,
      });
    this.transactions.push(writes);
    const written = new Set<string>();
    for (const { Put, Update } of writes) {
      const name = nameOf(Put?.Item ?? Update?.Key ?? {});
      if (written.has(name)) throw new Error(`a transaction writes ${name} twice`);
      written.add(name);
      if (Put) this.items.set(name, Put.Item ?? {});
      if (Update) this.items.set(name, this.#added(name, Update));
    }
    this.fault("after");
  };

  #holds(condition: string | undefined, item: Item, values: Item): boolean {
    const stored = this.items.get(nameOf(item));
    switch (condition) {
      case undefined:
        return true;
      case "attribute_not_exists(pk)":
        return !stored;
      case "turn = :turn":
        return stored?.turn?.N !== undefined && stored.turn.N === values[":turn"]?.N;
      case "attribute_not_exists(pk) OR asOf < :asOf":
        return !stored || (stored.asOf?.S ?? "") < (values[":asOf"]?.S ?? "");
      default:
        throw new Error(`the condition ${condition} is not understood`);
    }
  }

  #added(name: string, update: NonNullable<TransactWriteItem["Update"]>): Item {
    const item: Item = { ...(this.items.get(name) ?? update.Key) };
    const sums = (update.UpdateExpression ?? "").split(" ADD ")[1]?.split(", ") ?? [];
    for (const sum of sums) {
      const [reference = "", value = ""] = sum.split(" ");
      const attribute = update.ExpressionAttributeNames?.[reference] ?? "";
      const before = BigInt(item[attribute]?.N ?? "0");
      item[attribute] = { N: String(before + BigInt(update.ExpressionAttributeValues?.[value]?.N ?? "")) };
    }
    return item;
  }
}
