import {
  type AttributeValue,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";
import * as fc from "fast-check";
import * as z from "zod";
import { clientOf, itemsOf } from "../../functions/client.ts";
import { ledgerRoutes } from "../../functions/ledger/routes.ts";
import { newTenant, stackUrl } from "../support/client.ts";

export const booksAs = (token: string) => clientOf(ledgerRoutes, { baseUrl: stackUrl(), token });
export type Books = ReturnType<typeof booksAs>;

export const newBooks = async () => {
  const tenant = await newTenant({ currency: "EUR" });
  return { ...tenant, books: booksAs(tenant.token) };
};

/** A posting of a generated transaction as the naive recount keeps it. */
export interface Kept {
  readonly account: string;
  readonly amount: number;
  readonly effectiveOn: string;
  readonly transactionId: string;
}

/** Money that goes from one account to another on a day. */
export interface Move {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
  readonly effectiveOn: string;
}

export const movesAmong = (accounts: readonly string[], days: readonly string[]): fc.Arbitrary<Move> =>
  fc
    .record({
      pair: fc.shuffledSubarray([...accounts], { minLength: 2, maxLength: 2 }),
      amount: fc.integer({ min: 1, max: 100_000 }),
      effectiveOn: fc.constantFrom(...days),
    })
    .map(({ pair: [from = "", to = ""], amount, effectiveOn }) => ({ from, to, amount, effectiveOn }));

export const transactionOf = (id: string, { from, to, amount, effectiveOn }: Move) => ({
  id,
  effectiveOn,
  postings: [
    { account: to, commodity: "EUR", amount },
    { account: from, commodity: "EUR", amount: -amount },
  ],
});

/** Posts the moves, a few at a time, and says what a naive recount has to count. */
export const posted = async (books: Books, moves: readonly Move[], prefix: string): Promise<Kept[]> => {
  const named = moves.map((move, n) => ({ id: `${prefix}-${n}`, move }));
  for (let at = 0; at < named.length; at += 8)
    await Promise.all(
      named.slice(at, at + 8).map(({ id, move }) => books.postTransaction({ body: transactionOf(id, move) })),
    );
  return named.flatMap(({ id: transactionId, move: { from, to, amount, effectiveOn } }) => [
    { account: to, amount, effectiveOn, transactionId },
    { account: from, amount: -amount, effectiveOn, transactionId },
  ]);
};

export const sumOf = (kept: readonly Kept[], account: string, asOf = "9999-12-31"): number =>
  kept
    .filter((one) => one.account === account && one.effectiveOn <= asOf)
    .reduce((sum, { amount }) => sum + amount, 0);

/** Verifies to the end. */
export const verified = async (books: Books) => {
  let cursor: string | undefined;
  const checked = { transactions: 0, lines: 0, accounts: 0 };
  for (let call = 0; call < 100; call++) {
    const answer = await books.verifyLedger({ body: cursor === undefined ? {} : { cursor } });
    checked.transactions += answer.checked.transactions;
    checked.lines += answer.checked.lines;
    checked.accounts += answer.checked.accounts;
    if (answer.done) return { checked, fault: answer.fault, calls: call + 1 };
    cursor = answer.next;
  }
  throw new Error("verifying did not come to an end");
};

export const allOf = async <Item>(
  read: (
    cursor: string | undefined,
  ) => Promise<{ readonly items: readonly Item[]; readonly next?: string | undefined }>,
): Promise<Item[]> => {
  const all: Item[] = [];
  for await (const item of itemsOf(read)) all.push(item);
  return all;
};

const State = z.object({ databaseEndpoint: z.string() });

/** The table itself, for a hand that goes past the product. */
export const openVault = async (tenantId: string) => {
  const answer: unknown = await (await fetch(`${stackUrl()}/_local/state`)).json();
  const client = new DynamoDBClient({
    endpoint: State.parse(answer).databaseEndpoint,
    region: "eu-central-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const { TableNames } = await client.send(new ListTablesCommand({}));
  const TableName = TableNames?.[0] ?? "";
  const keyOf = (pk: string, sk: string) => ({ pk: { S: `T#${tenantId}#${pk}` }, sk: { S: sk } });
  const put = async (Item: Record<string, AttributeValue>) => {
    await client.send(new PutItemCommand({ TableName, Item }));
  };
  return {
    async get(pk: string, sk: string) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName, Key: keyOf(pk, sk), ConsistentRead: true }),
      );
      if (!Item) throw new Error(`there is no item ${pk} ${sk}`);
      return Item;
    },
    put,
    async remove(pk: string, sk: string) {
      await client.send(new DeleteItemCommand({ TableName, Key: keyOf(pk, sk) }));
    },
    /** The sort keys of a partition that begin so. */
    async sortKeys(pk: string, prefix: string): Promise<string[]> {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: "pk = :pk AND begins_with(sk, :sk)",
          ExpressionAttributeValues: { ":pk": keyOf(pk, "").pk, ":sk": { S: prefix } },
        }),
      );
      return Items.map((item) => item.sk?.S ?? "");
    },
    close: () => client.destroy(),
  };
};
export type Vault = Awaited<ReturnType<typeof openVault>>;
