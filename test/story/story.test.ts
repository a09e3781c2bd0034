import { expect, test } from "vitest";
import { stackUrl } from "../support/client.ts";
import { type Figures, withoutZeros } from "./figures.ts";
import { newcomer, printed, story, verified } from "./story.ts";

/**
 * What each step changes, reckoned by hand; all else stays. Debits are above zero, credits below. A section of the books sums to
 * zero in every step, which the story itself looks at.
 */
const reckoned: readonly { readonly step: string; readonly changes: Figures }[] = [
  {
    step: "10 machines come in at 2,000.00 RON and 10 at 2,300.00, and 100 kg of coffee at 30.00",
    changes: {
      // 20,000.00 + 23,000.00: one of the 20 costs 2,150.00 from now on.
      stock: {
        ...{ machines: "20", "machines cost": "43000.00" },
        ...{ coffee: "100.000", "coffee cost": "3000.00" },
      },
      "books RON": { inventory: "46000.00", "goods-received": "-46000.00" },
      "books machines": { "stock:*:main": "20", world: "-20" },
      "books coffee": { "stock:*:main": "100.000", world: "-100.000" },
    },
  },
  {
    step: "8 machines are quoted, then 8 less 5 % with 40 kg of coffee; the second edition is accepted",
    changes: {},
  },
  {
    step: "The order is confirmed: its goods are reserved",
    changes: { stock: { "machines reserved": "8", "coffee reserved": "40.000" } },
  },
  {
    step: "5 machines and the coffee are shipped",
    changes: {
      // 5 × 2,150.00 = 10,750.00; 40 × 30.00 = 1,200.00.
      stock: {
        ...{ machines: "15", "machines reserved": "3", "machines cost": "32250.00" },
        ...{ coffee: "60.000", "coffee reserved": "0", "coffee cost": "1800.00" },
      },
      profit: {
        ...{ "cost of goods": "11950.00", profit: "-11950.00" },
        ...{ "profit of the company": "-11950.00", "profit with Export": "-11950.00" },
      },
      "books RON": { inventory: "34050.00", "cost-of-goods": "11950.00" },
      "books machines": { "stock:*:main": "15", world: "-15" },
      "books coffee": { "stock:*:main": "60.000", world: "-60.000" },
    },
  },
  {
    step: "1 machine comes back before there is an invoice",
    changes: {
      // It comes back at the 2,150.00 at which it left.
      stock: { machines: "16", "machines cost": "34400.00" },
      profit: {
        ...{ "cost of goods": "9800.00", profit: "-9800.00" },
        ...{ "profit of the company": "-9800.00", "profit with Export": "-9800.00" },
      },
      "books RON": { inventory: "36200.00", "cost-of-goods": "9800.00" },
      "books machines": { "stock:*:main": "16", world: "-16" },
    },
  },
  {
    step: "The rest is shipped: 3 machines",
    changes: {
      // 3 × 2,150.00 = 6,450.00. The client keeps 7 machines and the coffee: 15,050.00 + 1,200.00.
      stock: { machines: "13", "machines reserved": "0", "machines cost": "27950.00" },
      profit: {
        ...{ "cost of goods": "16250.00", profit: "-16250.00" },
        ...{ "profit of the company": "-16250.00", "profit with Export": "-16250.00" },
      },
      "books RON": { inventory: "29750.00", "cost-of-goods": "16250.00" },
      "books machines": { "stock:*:main": "13", world: "-13" },
    },
  },
  {
    step: "What the client kept is invoiced in euro, at 4.97",
    changes: {
      // 7 × 1,000.00 = 7,000.00, less 5 % 6,650.00; 40 × 20.00 = 800.00: 7,450.00 EUR, 21 % of tax 1,564.50, in all 9,014.50.
      // Issued 70 days ago, due after 30: 40 days past due.
      owed: { "client owes EUR": "9014.50", "Export owes EUR": "9014.50" },
      // × 4.97: 44,802.065, to the nearest 44,802.07.
      ageing: { "EUR 31-60": "9014.50", "EUR in the books": "44802.07" },
      // 7,800.00 × 4.97 = 38,766.00 and 350.00 × 4.97 = 1,739.50; 37,026.50 less 16,250.00 is 20,776.50.
      profit: {
        ...{ revenue: "38766.00", discounts: "1739.50", profit: "20776.50" },
        ...{ "profit of the company": "20776.50", "profit with Export": "20776.50" },
      },
      // 1,564.50 × 4.97 = 7,775.565, to the nearest 7,775.57. `exchange:receivable:EUR` stands for the claim in the books in lei.
      "books RON": {
        ...{ "exchange:receivable:EUR": "44802.07", revenue: "-38766.00" },
        ...{ discounts: "1739.50", "tax-payable": "-7775.57" },
      },
      "books EUR": { "clients:*:receivable": "9014.50", exchange: "-9014.50" },
    },
  },
  {
    step: "The assembly is invoiced in lei, to the client's other counterparty",
    changes: {
      // 500.00 and 105.00 of tax; issued 20 days ago, due in 10.
      owed: { "client owes RON": "605.00", "Home owes RON": "605.00" },
      ageing: { "RON not due": "605.00", "RON in the books": "605.00" },
      profit: {
        ...{ revenue: "39266.00", profit: "21276.50" },
        ...{ "profit of the company": "21276.50", "profit with Home": "500.00" },
      },
      "books RON": { "clients:*:receivable": "605.00", revenue: "-39266.00", "tax-payable": "-7880.57" },
    },
  },
  {
    step: "25,100.00 RON are paid, at 5.02: 5,000.00 EUR of the invoice",
    changes: {
      owed: { "client owes EUR": "4014.50", "Export owes EUR": "4014.50" },
      // 5,000.00 of 9,014.50 stood at 44,802.07 × 5,000.00 ÷ 9,014.50 = 24,850.00: a gain of 250.00.
      ageing: { "EUR 31-60": "4014.50", "EUR in the books": "19952.07" },
      profit: {
        ...{ other: "-250.00", profit: "21526.50" },
        ...{ "profit of the company": "21526.50", "profit with Export": "21026.50" },
      },
      "books RON": {
        bank: "25100.00",
        "exchange:receivable:EUR": "19952.07",
        "exchange-differences": "-250.00",
      },
      "books EUR": { "clients:*:receivable": "4014.50", exchange: "-4014.50" },
    },
  },
  {
    step: "20,000.00 RON are paid, at 4.90: the rest of the invoice, and more than is owed",
    changes: {
      // 4,014.50 × 4.90 = 19,671.05 pay the rest; 328.95 are the client's advance.
      owed: {
        ...{ "client owes EUR": "0", "Export owes EUR": "0" },
        ...{ "client has free RON": "328.95", "Export has free RON": "328.95" },
      },
      ageing: { "EUR 31-60": "0", "EUR in the books": "0" },
      // The rest stood at 19,952.07: a loss of 281.02, which leaves one of 31.02.
      profit: {
        ...{ other: "31.02", profit: "21245.48" },
        ...{ "profit of the company": "21245.48", "profit with Export": "20745.48" },
      },
      "books RON": {
        ...{ bank: "45100.00", "clients:*:advance": "-328.95" },
        ...{ "exchange:receivable:EUR": "0", "exchange-differences": "31.02" },
      },
      "books EUR": { "clients:*:receivable": "0", exchange: "0" },
    },
  },
  {
    step: "1 machine that is paid for comes back: a credit note, with the goods in one write",
    changes: {
      stock: { machines: "14", "machines cost": "30100.00" },
      // 950.00 and 199.50 of tax, at the invoice's rate.
      owed: { "client has free EUR": "1149.50", "Export has free EUR": "1149.50" },
      // 1,000.00 × 4.97 = 4,970.00 less of revenue and 50.00 × 4.97 = 248.50 less of discounts; 2,150.00 less of cost.
      profit: {
        ...{ revenue: "34296.00", discounts: "1491.00", "cost of goods": "14100.00", profit: "18673.98" },
        ...{ "profit of the company": "18673.98", "profit with Export": "18173.98" },
      },
      // The claim stood at 44,802.07 × 1,149.50 ÷ 9,014.50 = 5,713.02; of the tax 7,775.57 × 199.50 ÷ 1,564.50 = 991.52.
      "books RON": {
        ...{ inventory: "31900.00", "cost-of-goods": "14100.00", "exchange:advance:EUR": "-5713.02" },
        ...{ revenue: "-34296.00", discounts: "1491.00", "tax-payable": "-6889.05" },
      },
      "books EUR": { "clients:*:advance": "-1149.50", exchange: "1149.50" },
      "books machines": { "stock:*:main": "14", world: "-14" },
    },
  },
  {
    step: "The credit is paid back in euro, at 4.95, and what was paid too much pays the assembly",
    changes: {
      // 605.00 less 328.95.
      owed: {
        ...{ "client has free EUR": "0", "Export has free EUR": "0" },
        ...{ "client has free RON": "0", "Export has free RON": "0" },
        ...{ "client owes RON": "276.05", "Home owes RON": "276.05" },
      },
      ageing: { "RON not due": "276.05", "RON in the books": "276.05" },
      // 1,149.50 × 4.95 = 5,690.025, to the nearest 5,690.03; it stood at 5,713.02: a gain of 22.99, which leaves a loss of 8.03.
      profit: {
        ...{ other: "8.03", profit: "18696.97" },
        ...{ "profit of the company": "18696.97", "profit with Export": "18196.97" },
      },
      "books RON": {
        ...{ "clients:*:advance": "0", "clients:*:receivable": "276.05" },
        ...{ "exchange:advance:EUR": "0", "exchange:money:EUR": "-5690.03", "exchange-differences": "8.03" },
      },
      "books EUR": { "clients:*:advance": "0", "bank:eur": "-1149.50" },
    },
  },
];

/** The figures with some of them changed. */
const changed = (before: Figures, changes: Figures): Figures => {
  const sections = [...new Set([...Object.keys(before), ...Object.keys(changes)])];
  return withoutZeros(
    Object.fromEntries(sections.map((name) => [name, { ...before[name], ...changes[name] }])),
  );
};

test("from a quote to money, stock, claims, ageing, profit and the books are what a person reckons, after every step", async () => {
  const { call, nowMs } = await newcomer(stackUrl());
  let figures: Figures = {};
  let at = 0;
  for await (const told of story(call, nowMs)) {
    const next = reckoned[at++];
    expect(told.title).toBe(next?.step);
    figures = changed(figures, next?.changes ?? {});
    expect({ step: told.title, ...told.figures }).toEqual({ step: told.title, ...figures });
    expect(printed(told, at)).toContain(`${at}. ${told.title}\n   stock `);
  }
  expect(at).toBe(reckoned.length);
  expect(await verified(call)).toBe(13);
});
