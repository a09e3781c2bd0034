import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Transaction } from "../../domain/ledger/transaction.ts";
import type { ChainPlace, VerificationFault } from "../../domain/ledger/verify.ts";
import { itemKey } from "../../functions/kit/table/item.ts";
import { tableLayout } from "../../functions/kit/table/layout.ts";
import { post } from "../../functions/ledger/posting.ts";
import { chainBlock, headKey, headKeys, headOf, transactionEntity } from "../../functions/ledger/store.ts";
import { chainStep, transactionsBehind } from "../../functions/ledger/verify-chains.ts";
import { dynoxide } from "../../infra/local/dynamodb.ts";
import { openTable, type TestTable } from "../kit/databases.ts";
import { contextOn, moved } from "./table.ts";

const { list } = tableLayout.indexes;
/** All chains begin so far before the end of their first block. */
const before: ChainPlace = { seq: chainBlock - 4, hash: "before" };
const many = 12;

describe("a chain that goes from one block of the index into the next", () => {
  let table: TestTable | undefined;
  let tenantId: string;
  let chain: number;
  let posted: Transaction[];
  beforeAll(async () => {
    table = await openTable(dynoxide);
  });
  afterAll(async () => {
    await table?.stop();
  });
  const database = () => table?.open() ?? expect.fail("no table");
  const context = () => contextOn(database(), tenantId);

  beforeEach(async ({ skip }) => {
    skip(!table, "dynoxide is not to be had on this machine");
    tenantId = randomUUID();
    const answer = () => undefined;
    await post(context(), [moved("first", "opening", "cash", 1)], { answer });
    for (const key of headKeys) {
      const item = (await database().get(itemKey(tenantId, key))) ?? expect.fail("no head");
      const version = String(Number(item.version?.N) + 1);
      await database().put({
        Item: { ...item, version: { N: version }, seq: { N: String(before.seq) }, hash: { S: before.hash } },
      });
    }
    // They all go to one chain: that of the head which this batch meets first.
    const { transactions } = await post(
      context(),
      Array.from({ length: many }, (_, n) => moved(`t${n}`, "opening", "cash", 1 + n)),
      { answer },
    );
    posted = [...transactions];
    chain = posted[0]?.chain ?? -1;
  });

  const followed = async () => {
    let place = before;
    let count = 0;
    let fault: VerificationFault | undefined;
    for (let steps = 0; steps < 10; steps++) {
      const step = await chainStep(context().store, chain, place);
      count += step.transactions.length;
      ({ place, fault } = step);
      if (fault || step.isEnd) return { count, fault, steps: steps + 1 };
    }
    return expect.fail("the chain comes to no end");
  };
  const stored = async (seq: number) => {
    const id = posted.find((one) => one.seq === seq)?.id ?? expect.fail(`nothing has the number ${seq}`);
    const item = await database().get(itemKey(tenantId, transactionEntity.key({ id })));
    return { id, item: item ?? expect.fail("no transaction") };
  };

  test("is numbered without a gap, and followed through both blocks", async () => {
    expect(posted.map(({ seq }) => seq)).toEqual(Array.from({ length: many }, (_, n) => before.seq + 1 + n));
    expect(await followed()).toEqual({ count: many, fault: undefined, steps: 2 });
    const { item: last } = await stored(chainBlock - 1);
    const { item: first } = await stored(chainBlock);
    expect([last, first].map((item) => item[list.partitionKey]?.S?.split("#").at(-1))).toEqual(["0", "1"]);
    const end = before.seq + many;
    const one = await transactionsBehind(context().store, chain, before.seq, end);
    const two = await transactionsBehind(context().store, chain, chainBlock - 1, end);
    expect([...one, ...two].map(({ id }) => id)).toEqual(posted.map(({ id }) => id));
  });

  test.each([chainBlock - 1, chainBlock])(
    "has the transaction %i missed where it lies in the other block",
    async (seq) => {
      const { item } = await stored(seq);
      const [from, to] = seq < chainBlock ? ["#0", "#1"] : ["#1", "#0"];
      const pk = item[list.partitionKey]?.S ?? "";
      expect(pk.endsWith(from)).toBe(true);
      await database().put({ Item: { ...item, [list.partitionKey]: { S: pk.replace(/#\d$/, to) } } });
      expect((await followed()).fault).toMatchObject({ kind: "missing", chain, seq });
    },
  );

  test.each([chainBlock - 1, chainBlock])(
    "has the transaction %i missed where it was taken out",
    async (seq) => {
      const { item } = await stored(seq);
      const { pk, sk } = item;
      await database().batchWrite([{ remove: { ...(pk && { pk }), ...(sk && { sk }) } }]);
      expect((await followed()).fault).toMatchObject({ kind: "missing", chain, seq });
    },
  );

  test("has what lies behind its end named, also where the block ends there", async () => {
    const last = posted.find(({ seq }) => seq === chainBlock - 1) ?? expect.fail("no last of the block");
    const key = itemKey(tenantId, headKey(chain));
    const item = (await database().get(key)) ?? expect.fail("no head");
    expect(headOf(chain, item).seq).toBe(before.seq + many);
    await database().put({ Item: { ...item, seq: { N: String(last.seq) }, hash: { S: last.hash } } });
    const { id } = await stored(chainBlock);
    expect((await followed()).fault).toMatchObject({ kind: "surplus", seq: chainBlock, transactionId: id });
  });
});
