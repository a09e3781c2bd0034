import { describe, expect, test } from "vitest";
import { balanceOf, dayFrom, heldTogether, issuedInvoice, newFinanceCompany, rates } from "./company.ts";

type Company = Awaited<ReturnType<typeof newFinanceCompany>>;
type CreditLines = NonNullable<Parameters<Company["call"]["creditInvoice"]>[0]["body"]["lines"]>;

const hundredAtTwenty = { description: "Flour", quantity: 100, unitPriceMinor: 2_000, taxId: "standard" };

/** Credits lines of an invoice one note after the other; answers what each comes to. */
const credit = async ({ call }: Company, invoiceId: string, ...notes: CreditLines[]) => {
  const all = [];
  for (const lines of notes)
    all.push(await call.creditInvoice({ params: { invoiceId }, body: { reason: "Agreed", lines } }));
  return all;
};

describe("a price cut", () => {
  test("lowers what pieces come to that are credited later", async () => {
    const company = await newFinanceCompany();
    const { call } = company;
    const { id: invoiceId } = await issuedInvoice(company, 0, { lines: [hundredAtTwenty] });
    const params = { invoiceId };
    const [, ten] = await credit(
      company,
      invoiceId,
      [{ line: 0, netMinor: 20_000 }],
      [{ line: 0, quantity: 10 }],
    );
    expect(ten).toMatchObject({ netMinor: 18_000, taxMinor: 3_780, totalMinor: 21_780 });
    expect(await call.readInvoice({ params })).toMatchObject({
      openMinor: 196_020,
      credited: {
        ...{ netMinor: 38_000, taxMinor: 7_980, lines: [38_000], taxes: [7_980], quantities: [10] },
        pieces: [{ fromQuantity: 0, amountMinor: 180_000 }],
      },
    });
    await expect(credit(company, invoiceId, [{ line: 0, quantity: 91 }])).rejects.toMatchObject({
      ...{ status: 409, code: "credit-note.exceeds-left" },
      fields: [
        {
          pointer: "/lines/0/quantity",
          reason: "is more than 90, which is left of the 100 invoiced; a price cut names no quantity",
        },
      ],
    });
    await expect(credit(company, invoiceId, [{ line: 0, netMinor: 162_001 }])).rejects.toMatchObject({
      fields: [
        { pointer: "/lines/0/netMinor", reason: "is more than 1620.00 RON, which is left of the line" },
      ],
    });
    const [rest] = await credit(company, invoiceId, [{ line: 0, quantity: 90 }]);
    expect(rest).toMatchObject({ netMinor: 162_000, taxMinor: 34_020 });
    expect(await call.readInvoice({ params })).toMatchObject({ state: "settled", openMinor: 0 });
    for (const account of ["revenue", "discounts", "tax-payable"])
      expect([account, await balanceOf(company, account, "RON")]).toEqual([account, 0]);
    await heldTogether(company);
  });

  test("leaves pieces alone that were credited before it", async () => {
    const company = await newFinanceCompany();
    const { id } = await issuedInvoice(company, 0, { lines: [hundredAtTwenty] });
    const notes = await credit(
      company,
      id,
      [{ line: 0, quantity: 50 }],
      [{ line: 0, netMinor: 20_000 }],
      [{ line: 0, quantity: 1 }],
      [{ line: 0, quantity: 49 }],
    );
    expect(notes.map(({ netMinor }) => netMinor)).toEqual([100_000, 20_000, 1_600, 78_400]);
  });

  test("in prices with tax lowers the prices with tax", async () => {
    const company = await newFinanceCompany();
    const lines = [{ ...hundredAtTwenty, quantity: 10, unitPriceMinor: 1_210 }];
    const { id } = await issuedInvoice(company, 0, { pricesIncludeTax: true, lines });
    const notes = await credit(
      company,
      id,
      [{ line: 0, quantity: 1 }],
      [{ line: 0, netMinor: 1_000 }],
      [{ line: 0, quantity: 4 }],
      [{ line: 0, quantity: 5 }],
    );
    // Nine pieces of 12.10 less 12.10 are 96.80: four of them 43.02, five the rest.
    expect(notes.map(({ totalMinor }) => totalMinor)).toEqual([1_210, 1_210, 4_302, 5_378]);
    expect(await company.call.readInvoice({ params: { invoiceId: id } })).toMatchObject({
      openMinor: 0,
      credited: { netMinor: 10_000, taxMinor: 2_100 },
    });
    await heldTogether(company);
  });

  test("in a foreign currency leaves nothing in the books once all is credited", async () => {
    const company = await newFinanceCompany();
    await rates(company, { [dayFrom(0)]: "4.9765" });
    const discount = { basisPoints: 1_000 };
    const lines = [
      { ...hundredAtTwenty, quantity: 7, discount },
      { ...hundredAtTwenty, quantity: 3, unitPriceMinor: 333, taxId: "reduced" },
    ];
    const { id, book } = await issuedInvoice(company, 0, { currency: "EUR", lines });
    const notes = await credit(
      company,
      id,
      [{ line: 0, netMinor: 100 }],
      [
        { line: 0, quantity: 2 },
        { line: 1, quantity: 1 },
      ],
      [{ line: 1, netMinor: 1 }],
      [
        { line: 0, quantity: 5 },
        { line: 1, quantity: 2 },
      ],
    );
    expect(notes.map(({ netMinor }) => netMinor)).toEqual([100, 3_571 + 333, 1, 8_929 + 665]);
    expect(notes.reduce((sum, note) => sum + note.book.totalMinor, 0)).toBe(book?.totalMinor);
    for (const account of ["revenue", "discounts", "tax-payable", "exchange-differences"])
      expect([account, await balanceOf(company, account, "RON")]).toEqual([account, 0]);
    await heldTogether(company);
  });
});

describe("a piece that comes to less than a coin", () => {
  test("is credited at zero, and the pieces together to the last coin", async () => {
    const company = await newFinanceCompany();
    const lines = [{ description: "Pins", quantity: 5, unitPriceMinor: 40, discount: { amountMinor: 198 } }];
    const { id } = await issuedInvoice(company, 0, { lines });
    const one = [{ line: 0, quantity: 1 }];
    const notes = await credit(company, id, one, one, one, one);
    expect(notes.map(({ netMinor }) => netMinor)).toEqual([0, 1, 0, 1]);
    expect(await company.call.readInvoice({ params: { invoiceId: id } })).toMatchObject({
      state: "settled",
    });
    await expect(credit(company, id, one)).rejects.toMatchObject({ code: "credit-note.exceeds-left" });
    await heldTogether(company);
  });
});
