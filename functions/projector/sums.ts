import { createHash } from "node:crypto";
import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  type TransactWriteItem,
} from "@aws-sdk/client-dynamodb";
import type { DynamoDBRecord } from "aws-lambda";
import type { Deal } from "../../domain/deals/deal.ts";
import { SumDeltas, type SumFacts, sumFactsOf } from "../../domain/deals/sums.ts";
import { countedKey, countedUpToKey, sumKey } from "../deals/sums.ts";
import { systemEntropy } from "../kit/clock.ts";
import type { Database } from "../kit/table/database.ts";
import { fromItem, type Item, itemKey } from "../kit/table/item.ts";
import { mostItemsInTransaction } from "../kit/table/store.ts";

/** A deal as a stream record shows it: its newest version in the batch. */
export interface SeenDeal {
  readonly tenantId: string;
  readonly dealId: string;
  readonly version: number;
  readonly changedAt: string;
  readonly facts: SumFacts;
}

/**
 * Beside each deal stands what of it is in the sums: the version counted last and its facts. `turn` grows with each
 * write of it, and is the condition under which the next may be made.
 */
export interface Counted {
  readonly version: number;
  readonly turn: number;
  readonly facts: SumFacts | undefined;
}

/** What of the table the counting needs. */
export type SumsTable = Pick<Database, "batchGet" | "put" | "transact" | "tableName">;

const nothingCounted: Counted = { version: 0, turn: 0, facts: undefined };
const dealPartition = /^T#([^#]+)#DEAL#([^#]+)$/;

/** The newest version of each deal among stream records; what is no deal is left out. */
export const dealsOf = (records: readonly DynamoDBRecord[]): SeenDeal[] => {
  const newest = new Map<string, SeenDeal>();
  for (const { dynamodb } of records) {
    const image = dynamodb?.NewImage;
    if (image?.entity?.S !== "deal") continue;
    const [key = "", tenantId, dealId] = dealPartition.exec(image.pk?.S ?? "") ?? [];
    const version = Number(image.version?.N);
    if (!tenantId || !dealId || version <= (newest.get(key)?.version ?? 0)) continue;
    const deal = fromItem<Deal>(image as Item);
    newest.set(key, { tenantId, dealId, version, changedAt: deal.updatedAt, facts: sumFactsOf(deal) });
  }
  return [...newest.values()];
};

/** One step of a deal from what is counted of it towards what it is. */
interface Step {
  readonly deal: SeenDeal;
  readonly before: Counted;
  readonly after: Counted;
}

const placesTouched = (before: SumFacts | undefined, after: SumFacts): string[] => {
  const deltas = new SumDeltas();
  deltas.add(before, after);
  return deltas.changes().map(({ place }) => `${place.dimension} ${place.value}`);
};

const mostPlaces = mostItemsInTransaction - 1;
/** So many products fit into a transaction beside the other dimensions. */
const productsAtOnce = 80;

/**
 * What to count next of a deal. Mostly all of it; a deal whose lists of products are too long for one transaction
 * goes there in a few, each of which leaves the counted facts and the sums in agreement.
 */
const stepOf = (deal: SeenDeal, before: Counted): Step => {
  const turn = before.turn + 1;
  const fits = placesTouched(before.facts, deal.facts).length <= mostPlaces;
  if (fits) return { deal, before, after: { version: deal.version, turn, facts: deal.facts } };
  const facts: SumFacts = before.facts?.products.length
    ? { ...before.facts, products: before.facts.products.slice(productsAtOnce) }
    : { ...deal.facts, products: deal.facts.products.slice(0, productsAtOnce) };
  return { deal, before, after: { version: before.version, turn, facts } };
};

const guardWrite = (TableName: string, { deal, before, after }: Step): TransactWriteItem => ({
  Put: {
    TableName,
    Item: {
      ...itemKey(deal.tenantId, countedKey(deal.dealId)),
      entity: { S: "deal-counted" },
      version: { N: String(after.version) },
      turn: { N: String(after.turn) },
      facts: { S: JSON.stringify(after.facts) },
    },
    ...(before.turn === 0
      ? { ConditionExpression: "attribute_not_exists(pk)" }
      : {
          ConditionExpression: "turn = :turn",
          ExpressionAttributeValues: { ":turn": { N: String(before.turn) } },
        }),
  },
});

const sumWrites = (TableName: string, steps: readonly Step[]): TransactWriteItem[] => {
  const [first] = steps;
  const deltas = new SumDeltas();
  for (const { before, after } of steps) if (after.facts) deltas.add(before.facts, after.facts);
  return deltas.changes().map(({ place, counters }) => {
    const names: Record<string, string> = {};
    const values: Item = { ":entity": { S: "deal-sum" } };
    const sums = [...counters].map(([name, by], at) => {
      names[`#c${at}`] = name;
      values[`:c${at}`] = { N: String(by) };
      return `#c${at} :c${at}`;
    });
    return {
      Update: {
        TableName,
        Key: itemKey(first?.deal.tenantId ?? "", sumKey(place.dimension, place.value)),
        UpdateExpression: `SET entity = :entity ADD ${sums.join(", ")}`,
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: values,
      },
    };
  });
};

/**
 * Cuts steps into transactions of at most 100 items: what is counted of each deal, and the additions to the sums of
 * all of them together. Deals that share places go together, so that a batch needs few.
 */
export const sumTransactions = (TableName: string, steps: readonly Step[]): TransactWriteItem[][] => {
  const order = ({ deal: { tenantId, facts } }: Step) =>
    [tenantId, facts.clientId, facts.ownerId, facts.registeredMonth].join(" ");
  const sorted = [...steps].sort((a, b) => (order(a) < order(b) ? -1 : 1));
  const groups: { tenantId: string; steps: Step[]; places: Set<string> }[] = [];
  for (const step of sorted) {
    const touched = step.after.facts ? placesTouched(step.before.facts, step.after.facts) : [];
    const group = groups.at(-1);
    const places = new Set([...(group?.places ?? []), ...touched]);
    if (
      group &&
      group.tenantId === step.deal.tenantId &&
      places.size + group.steps.length + 1 <= mostItemsInTransaction
    ) {
      group.steps.push(step);
      group.places = places;
    } else groups.push({ tenantId: step.deal.tenantId, steps: [step], places: new Set(touched) });
  }
  return groups.map((group) => [
    ...group.steps.map((step) => guardWrite(TableName, step)),
    ...sumWrites(TableName, group.steps),
  ]);
};

const countedOf = async (database: SumsTable, deals: readonly SeenDeal[]): Promise<Counted[]> => {
  const keys = deals.map(({ tenantId, dealId }) => itemKey(tenantId, countedKey(dealId)));
  const items = await database.batchGet(keys);
  const byPartition = new Map(items.map((item) => [item.pk?.S, item]));
  return keys.map((key) => {
    const item = byPartition.get(key.pk?.S);
    if (!item) return nothingCounted;
    const facts: SumFacts = JSON.parse(item.facts?.S ?? "");
    return { version: Number(item.version?.N), turn: Number(item.turn?.N), facts };
  });
};

/** Whether others wrote the same items meanwhile: then what is counted is read again. */
const isCollision = (error: unknown): boolean =>
  error instanceof TransactionCanceledException &&
  (error.CancellationReasons ?? []).every(
    ({ Code }) =>
      Code === undefined ||
      ["None", "ConditionalCheckFailed", "TransactionConflict", "ThrottlingError"].includes(Code),
  );

const saysUpTo = async (database: SumsTable, deals: readonly SeenDeal[]): Promise<void> => {
  const latest = new Map<string, string>();
  for (const { tenantId, changedAt } of deals)
    if (changedAt > (latest.get(tenantId) ?? "")) latest.set(tenantId, changedAt);
  for (const [tenantId, asOf] of latest) {
    try {
      await database.put({
        Item: { ...itemKey(tenantId, countedUpToKey), entity: { S: "deal-sums" }, asOf: { S: asOf } },
        ConditionExpression: "attribute_not_exists(pk) OR asOf < :asOf",
        ExpressionAttributeValues: { ":asOf": { S: asOf } },
      });
    } catch (error) {
      // A later change is counted already.
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }
};

const mostRounds = 12;
const jitteredPause = (round: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ((systemEntropy(1)[0] ?? 0) / 256) * 5 * 2 ** round));

/**
 * Brings the kept sums up to the deals that the stream shows, each version exactly once.
 *
 * The stream tells every change at least once and those of one deal in order, but not which shard a batch came from.
 * So the guard is the deal's own: its counted facts are replaced, and the sums changed by the difference between
 * them and the facts seen, in one transaction on the condition that nobody did so meanwhile. A version that is not
 * above the counted one is left aside. A record that comes twice, in another batch or after a kill therefore
 * counts once, and one that was lost for good is made up for by the deal's next change.
 */
export const keepSums = async (
  database: SumsTable,
  records: readonly DynamoDBRecord[],
  pause: (round: number) => Promise<void> = jitteredPause,
): Promise<void> => {
  const deals = dealsOf(records);
  if (deals.length === 0) return;
  let pending = deals;
  for (let round = 0; pending.length > 0; round++) {
    if (round === mostRounds) throw new Error(`${pending.length} deals could not be counted for collisions`);
    const counted = await countedOf(database, pending);
    // A version that changes no figure is noted as well: else an older one, coming late, would still be counted.
    const steps = pending
      .map((deal, at) => stepOf(deal, counted[at] ?? nothingCounted))
      .filter(({ deal, before }) => before.version < deal.version);
    pending = steps.map(({ deal }) => deal);
    const collided = await counting(database, steps);
    if (collided) await pause(round);
    else pending = steps.filter(({ deal, after }) => after.version < deal.version).map(({ deal }) => deal);
  }
  await saysUpTo(database, deals);
};

const counting = async (database: SumsTable, steps: readonly Step[]): Promise<boolean> => {
  let collided = false;
  for (const transaction of sumTransactions(database.tableName, steps)) {
    // The same content cannot be applied twice, for its conditions would not hold: it is its own token.
    const token = createHash("sha256").update(JSON.stringify(transaction)).digest("base64url").slice(0, 36);
    try {
      await database.transact(transaction, token);
    } catch (error) {
      if (!isCollision(error)) throw error;
      collided = true;
    }
  }
  return collided;
};
