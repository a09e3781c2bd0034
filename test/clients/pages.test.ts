import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Item } from "../../functions/kit/table/item.ts";
import { mergedPage } from "../../functions/kit/table/merged.ts";
import { mostSifted, siftedPage } from "../../functions/kit/table/sifted.ts";
import { tableOf } from "./memory.ts";

const key = (n: number) => String(n).padStart(6, "0");
const pk = "T#ten_1#LIST";

/** Every page of a list, one after the other. */
const pagesOf = async <R>(
  page: (cursor: string | undefined) => Promise<{ items: readonly R[]; next?: string }>,
): Promise<R[][]> => {
  const pages: R[][] = [];
  let cursor: string | undefined;
  do {
    const { items, next } = await page(cursor);
    pages.push([...items]);
    cursor = next;
  } while (cursor !== undefined && pages.length < 1000);
  return pages;
};

describe("a list over several partitions", () => {
  test("comes in one order, every item once, whatever the pages and the spread", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(500), { maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 25 }),
        fc.boolean(),
        fc.array(fc.nat(3), { minLength: 60, maxLength: 60 }),
        async (numbers, limit, mostAtOnce, newestFirst, shards) => {
          const items = numbers.map((n, at) => ({
            pk: { S: `T#ten_1#X#${n}` },
            sk: { S: "X" },
            listPk: { S: `${pk}#${shards[at]}` },
            listSk: { S: key(n) },
          }));
          const { store } = tableOf(items, mostAtOnce);
          const pks = [0, 1, 2, 3].map((shard) => `LIST#${shard}`);
          const pages = await pagesOf((cursor) =>
            mergedPage(store, { index: "list", pks, newestFirst, limit, cursor }),
          );
          const inOrder = numbers.toSorted((a, b) => (newestFirst ? b - a : a - b)).map(key);
          expect(pages.flat().map((item) => item.listSk?.S)).toEqual(inOrder);
          for (const page of pages.slice(0, -1)) expect(page).toHaveLength(limit);
        },
      ),
      { seed: 20261123, numRuns: 150 },
    );
  });
});

describe("a list over an index and the table", () => {
  test("comes in one order within a range, and what is in both once", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(300), { maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 25 }),
        fc.boolean(),
        fc.array(fc.constantFrom("index", "table", "both"), { minLength: 60, maxLength: 60 }),
        fc.option(fc.tuple(fc.nat(300), fc.nat(300)), { nil: undefined }),
        async (numbers, limit, mostAtOnce, newestFirst, where, range) => {
          const items = numbers.flatMap((n, at) => [
            ...(where[at] === "table"
              ? []
              : [
                  {
                    ...{ pk: { S: `T#ten_1#X#${n}` }, sk: { S: "X" } },
                    ...{ listPk: { S: pk }, listSk: { S: key(n) } },
                  },
                ]),
            ...(where[at] === "index" ? [] : [{ pk: { S: "T#ten_1#POINTERS" }, sk: { S: key(n) } }]),
          ]);
          const { store } = tableOf(items, mostAtOnce);
          const places = [{ index: "list" as const, pk: "LIST" }, { pk: "POINTERS" }];
          const between = range ? { between: [key(range[0]), key(range[1])] as const } : {};
          const pages = await pagesOf((cursor) =>
            mergedPage(store, { pks: places, ...between, newestFirst, limit, cursor }),
          );
          const found = pages.flat().map((item) => item.listSk?.S ?? item.sk?.S);
          const wanted = numbers
            .filter((n) => !range || (n >= range[0] && n <= range[1]))
            .sort((a, b) => (newestFirst ? b - a : a - b));
          // The second of two may come with the first, or be left out behind a page.
          expect(found.filter((sk, at) => sk !== found[at - 1])).toEqual(wanted.map(key));
          for (const page of pages) expect(page.length).toBeLessThanOrEqual(limit);
        },
      ),
      { seed: 20261201, numRuns: 150 },
    );
  });
});

describe("a list with a test", () => {
  const listOf = (numbers: readonly number[]): Item[] =>
    numbers.map((n) => ({ pk: { S: pk }, sk: { S: key(n) } }));

  test("brings all that pass, once and in order, in pages that are full but for the last", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(500), { maxLength: 80 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 6 }),
        async (numbers, limit, mostAtOnce, every) => {
          const { store } = tableOf(listOf(numbers), mostAtOnce);
          const passes = (n: number) => n % every === 0;
          const pages = await pagesOf((cursor) =>
            siftedPage(store, { pk: "LIST", limit, cursor }, async (items) =>
              items.map((item) => (passes(Number(item.sk?.S)) ? Number(item.sk?.S) : undefined)),
            ),
          );
          expect(pages.flat()).toEqual(numbers.filter(passes).sort((a, b) => a - b));
          for (const page of pages.slice(0, -1)) expect(page).toHaveLength(limit);
        },
      ),
      { seed: 20261123, numRuns: 200 },
    );
  });

  test("reads a bounded number of items though none pass, and goes on from there", async () => {
    const { store, read } = tableOf(listOf(Array.from({ length: 2500 }, (_, n) => n)), 100);
    const last = 2400;
    const page = (cursor: string | undefined) =>
      siftedPage(store, { pk: "LIST", limit: 50, cursor }, async (items) =>
        items.map((item) => (Number(item.sk?.S) === last ? "found" : undefined)),
      );
    const first = await page(undefined);
    expect(first.items).toEqual([]);
    expect(first.next).toBeDefined();
    // One item of each query only tells that there are more.
    expect(read()).toBeLessThanOrEqual(mostSifted * 1.05);
    expect((await pagesOf(page)).flat()).toEqual(["found"]);
  });
});
