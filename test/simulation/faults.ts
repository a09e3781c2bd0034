import type { Item } from "../../functions/kit/table/item.ts";
import { jsonOf, textOf } from "../../functions/kit/table/text.ts";
import { unconditionally, without } from "../ledger/simulation/faults.ts";
import type { Tampering } from "../ledger/simulation/network.ts";

/** Records of a kind are read as something else. */
const readAs = (entity: string, change: (record: Record<string, unknown>) => object): Tampering => ({
  read: (item: Item) =>
    item.entity?.S === entity && item.record?.S !== undefined
      ? { ...item, record: { S: textOf(change(JSON.parse(jsonOf(item.record.S)))) } }
      : item,
});

/** Faults that are put into the product, and how each has to be found. */
export const faults: Readonly<Record<string, { readonly tampering: Tampering; readonly found: RegExp }>> = {
  "a late count compares with the level of today": {
    tampering: readAs("stock-movement", (record) => ({ ...record, quantity: 0, quantityChange: 0 })),
    found: /difference of line \d of count/,
  },
  "goods leave on a day before they came": {
    tampering: readAs("stock-movement", (record) => ({ ...record, quantity: 0, quantityChange: 0 })),
    found: /was done in spite of stock\.insufficient|is below zero on/,
  },
  "counts are forgotten": {
    tampering: readAs("stock-level", ({ countedOn: _, ...record }) => record),
    found: /was done in spite of stock\.counted/,
  },
  "two take the same goods": {
    tampering: {
      writes: (write) =>
        ["stock-level", "stock-cost", "ledger-guard"].reduce(
          (some, entity) => some.flatMap(unconditionally(entity).writes ?? ((one) => [one])),
          [write],
        ),
    },
    found: /was done in spite of stock\.insufficient|cost of|level of|is below zero/,
  },
  "two credit the same invoice": {
    tampering: {
      writes: (write) =>
        ["invoice", "number-series-count", "document-number"].reduce(
          (some, entity) => some.flatMap(unconditionally(entity).writes ?? ((one) => [one])),
          [write],
        ),
    },
    found: /credit note crn_|was done in spite of|open of inv_/,
  },
  "a price cut leaves the price of the other pieces": {
    tampering: readAs("invoice", (record) => {
      const { credited, lines } = record;
      if (typeof credited !== "object" || credited === null || !Array.isArray(lines)) return record;
      const pieces = lines.map(({ netMinor }) => ({ fromQuantity: 0, amountMinor: netMinor }));
      return { ...record, credited: { ...credited, pieces } };
    }),
    found: /credit note crn_/,
  },
  "a request is not known again by its key": {
    tampering: without(({ Put }) => Put?.Item?.entity?.S === "idempotency"),
    found: /was done twice|was refused by [a-z.-]+ and done|without a reason/,
  },
  "a late document counts today": {
    tampering: {
      writes: (write) => {
        const { Update } = write;
        const sk = Update?.Key?.sk?.S ?? "";
        if (!Update?.Key || !/^PAGE#2026-01#/.test(sk)) return [write];
        return [
          { Update: { ...Update, Key: { ...Update.Key, sk: { S: sk.replace("2026-01", "2026-03") } } } },
        ];
      },
    },
    found: /by day/,
  },
};
