import * as fc from "fast-check";
import { expect, it } from "vitest";
import { saleTransaction } from "../../domain/imports/sale.ts";
import { importedRowEntity } from "../../functions/imports/store.ts";
import { create, mostItemsInTransaction } from "../../functions/kit/table/store.ts";
import { groupsOf } from "../../functions/ledger/bulk.ts";

const clientIdOf = (n: number): string => `cli_01JD8Z5T2V9Q4R6W8Y0A1B3C${"0123456789ABCDEFGHJK"[n]}D`;

/** A sale on a day, with the mark that is written with it. */
const rowOf = (at: number, client: number, effectiveOn: string) => {
  const identity = `row-${at}`;
  const sold = { clientId: clientIdOf(client), effectiveOn, amountMinor: 100, currency: "USD" as const };
  const mark = {
    version: 1,
    kind: "sales" as const,
    identity,
    recordId: identity,
    importId: "job_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
    line: at,
    pass: 1,
  };
  const transaction = saleTransaction({ ...sold, paidTo: "cash", revenueAccount: "revenue" }, identity);
  return { at, request: { transaction, writes: [create(importedRowEntity, mark)] } };
};

it("sales with their marks stand in groups, in their order, each of which fits into one transaction", () => {
  const sale = fc.record({
    client: fc.nat({ max: 19 }),
    day: fc.constantFrom("2017-01-01", "2017-02-01", "2017-03-31", "2018-01-01", "2018-06-30"),
  });
  fc.assert(
    fc.property(fc.array(sale, { minLength: 60, maxLength: 200 }), (sales) => {
      const rows = sales.map(({ client, day }, at) => rowOf(at, client, day));
      const groups = groupsOf(rows, { account: () => undefined });
      expect(groups.flat().map(({ at }) => at)).toEqual(rows.map(({ at }) => at));
      for (const group of groups) {
        const transactions = group.map(({ request }) => request.transaction);
        const months = new Set(transactions.map(({ effectiveOn = "" }) => effectiveOn.slice(0, 7)));
        const years = new Set(
          transactions.map(({ effectiveOn = "", links }) => `${links?.clientId} ${effectiveOn.slice(0, 4)}`),
        );
        // Record, two lines and mark of each; two pages a month; one turnover a client and year; the head.
        const items = 4 * group.length + 2 * months.size + years.size + 1;
        expect(items).toBeLessThanOrEqual(mostItemsInTransaction);
      }
    }),
    { seed: 20_261_123 },
  );
});
