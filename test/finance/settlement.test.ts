import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { reduced, reopened, type Settlement, settled, type Wish } from "../../domain/finance/settlement.ts";
import { amountText } from "../../domain/kernel/currency.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { balanceOf, dayFrom, issuedInvoice, newFinanceCompany } from "./company.ts";

const seed = 20_261_201;
const decimals: Record<string, bigint> = { JPY: 0n, KRW: 0n, EUR: 2n, MXN: 2n, IDR: 2n, KWD: 3n, BHD: 3n };

/** A decimal number of at most ten digits after the point, and what it is as a fraction. */
const rate = fc
  .tuple(fc.oneof(fc.integer({ min: 1, max: 99_999 }), fc.constant(526_315_789)), fc.nat(8))
  .map(([mantissa, shift]) => {
    const digits = mantissa === 526_315_789 ? 10 : shift;
    const text = String(mantissa).padStart(digits + 1, "0");
    return {
      text: digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`,
      over: BigInt(mantissa),
      under: 10n ** BigInt(digits),
    };
  });

/** Two currencies and the tenant's own, which may be one of them, and how many units of the second one of the first is worth. */
const market = fc
  .record({
    claim: fc.constantFrom(...Object.keys(decimals)),
    money: fc.constantFrom(...Object.keys(decimals)),
    own: fc.constantFrom(...Object.keys(decimals)),
    claimRate: rate,
    moneyRate: rate,
  })
  .filter(({ claim, money }) => claim !== money)
  .map(({ claim, money, own, claimRate, moneyRate }) => {
    const worth = (currency: string, of: typeof claimRate) =>
      currency === own ? { over: 1n, under: 1n } : of;
    const [give, take] = [worth(claim, claimRate), worth(money, moneyRate)];
    return {
      claim,
      money,
      own,
      rates: {
        tenantCurrency: own,
        day: "2026-12-01",
        rates: new Map([
          [claim, claimRate.text],
          [money, moneyRate.text],
        ]),
      },
      // Minor units of the money for one of the claim.
      over: give.over * take.under * 10n ** (decimals[money] ?? 0n),
      under: give.under * take.over * 10n ** (decimals[claim] ?? 0n),
      // Minor units of the books for one of the claim.
      bookOver: give.over * 10n ** (decimals[own] ?? 0n),
      bookUnder: give.under * 10n ** (decimals[claim] ?? 0n),
    };
  });
type Market = typeof market extends fc.Arbitrary<infer T> ? T : never;

const rounded = (over: bigint, under: bigint): bigint => (2n * over + under) / (2n * under);
const most = 9_000_000_000_000n;
const isUsable = (amount: bigint) => amount > 0n && amount < most;

/** A claim as it stands on paper: what is open as a fraction, paid in amounts of the money. */
class Paper {
  /** What is open, in units of the claim, over `under`. */
  left: bigint;
  open: bigint;
  readonly market: Market;

  constructor(market: Market, amount: bigint) {
    this.market = market;
    this.left = amount * market.over;
    this.open = amount;
  }

  /** What is open is worth so many units of the money, at least one. */
  get cost(): bigint {
    const cost = rounded(this.left, this.market.under);
    return cost > 0n ? cost : 1n;
  }

  /** What a payment settles: undefined where it is worth more than what is open. */
  pay(sourceMinor: bigint): bigint | undefined {
    const { over, under } = this.market;
    // Everything in units of the money over `under`: one unit of the money is `under`, one of the claim is `over`.
    const paid = sourceMinor * under;
    const distance = paid > this.left ? paid - this.left : this.left - paid;
    const before = this.open;
    const isNear = 2n * distance <= over || 2n * distance <= under;
    if (isNear || sourceMinor === this.cost) {
      this.left = 0n;
      this.open = 0n;
      return before;
    }
    if (paid > this.left) return undefined;
    this.left -= paid;
    this.open = rounded(this.left, over);
    return before - this.open;
  }
}

/** A claim of the product and the same on paper; undefined where its amounts are beyond what is counted. */
const bothOf = (of: Market, amount: bigint) => {
  const paper = new Paper(of, amount);
  const book = of.claim === of.own ? amount : rounded(amount * of.bookOver, of.bookUnder);
  const worth = rounded(amount * of.over, of.under);
  if (!isUsable(worth) || book >= most) return undefined;
  return { paper, claim: { currency: of.claim, openMinor: Number(amount), openBookMinor: Number(book) } };
};

const moneyOf = (of: Market, openMinor: bigint) => ({
  currency: of.money,
  openMinor: Number(openMinor),
  openBookMinor: Number(openMinor),
});

const amount = fc.oneof(
  fc.integer({ min: 1, max: 300 }),
  fc.integer({ min: 1, max: 99_999_999 }),
  fc.constant(52_500),
);
const shares = fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 6 });

describe("what a claim costs in another currency", () => {
  test("settles it, whole or in whatever parts, for every pair of currencies", () => {
    let [settledWhole, inParts] = [0, 0];
    fc.assert(
      fc.property(market, amount, shares, (of, minor, weights) => {
        const both = bothOf(of, BigInt(minor));
        if (!both) return;
        const { paper } = both;
        let claim: Parameters<typeof settled>[0] = both.claim;
        const total = paper.cost;
        const sum = weights.reduce((a, b) => a + b, 0);
        let paid = 0n;
        let running = 0;
        for (const weight of weights) {
          running += weight;
          const part = (total * BigInt(running)) / BigInt(sum) - paid;
          if (part === 0n || paper.open === 0n) continue;
          const expected = paper.pay(part);
          if (expected === 0n) return; // Worth less than a unit of the claim: refused, see below.
          const one = settled(claim, moneyOf(of, part), { sourceMinor: Number(part) }, of.rates);
          paid += part;
          expect([one.sourceMinor, BigInt(one.amountMinor)]).toEqual([Number(part), expected]);
          claim = reduced(claim, [one]);
          expect([claim.openMinor, claim.openBookMinor === 0]).toEqual([
            Number(paper.open),
            paper.open === 0n || both.claim.openBookMinor === 0,
          ]);
        }
        expect(claim.openMinor).toBe(0);
        if (weights.length === 1) settledWhole++;
        else inParts++;
      }),
      { seed, numRuns: 16_000 },
    );
    expect(settledWhole).toBeGreaterThan(1_000);
    expect(inParts + settledWhole).toBeGreaterThan(10_000);
  });

  test("is what an advance gives for it, and the rest of the advance stays", () => {
    let done = 0;
    fc.assert(
      fc.property(market, amount, fc.integer({ min: 0, max: 5 }), (of, minor, more) => {
        const both = bothOf(of, BigInt(minor));
        if (!both) return;
        const { paper, claim } = both;
        const { cost } = paper;
        const source = moneyOf(of, cost + BigInt(more));
        for (const wish of [{}, { amountMinor: minor }]) {
          const one = settled(claim, source, wish, of.rates);
          expect([one.amountMinor, one.amountBookMinor]).toEqual([minor, claim.openBookMinor]);
          // The worth of this money in the books is its own amount: what is left of it is never nothing.
          expect(BigInt(one.sourceMinor)).toBe(cost);
        }
        done++;
      }),
      { seed, numRuns: 10_000 },
    );
    expect(done).toBeGreaterThan(5_000);
  });

  test("never hangs in one currency with nothing in the other, however it is settled", () => {
    const wish = fc.constantFrom<(left: number) => Wish>(
      () => ({}),
      (left) => ({ amountMinor: left }),
      (left) => ({ sourceMinor: left }),
    );
    const step = fc.record({ wish, part: fc.integer({ min: 1, max: 1_000 }), back: fc.nat(9) });
    let [done, taken] = [0, 0];
    fc.assert(
      fc.property(market, amount, fc.array(step, { minLength: 1, maxLength: 8 }), (of, minor, steps) => {
        const both = bothOf(of, BigInt(minor));
        if (!both) return;
        let claim: Parameters<typeof settled>[0] = both.claim;
        const standing: Settlement[] = [];
        for (const { wish: wishOf, part, back } of steps) {
          const taking = back === 0 ? standing.pop() : undefined;
          if (taking) {
            claim = reopened(claim, [taking]);
            taken++;
          }
          const share = (all: number) => Math.max(1, Math.floor((all * part) / 1_000));
          const price = Math.max(1, Math.round((claim.openMinor * Number(of.over)) / Number(of.under)));
          const asked = wishOf(1).amountMinor === undefined ? share(price) : share(claim.openMinor);
          try {
            const source = moneyOf(of, BigInt(share(price) + (asked % 3)));
            const one = settled(claim, source, wishOf(asked), of.rates);
            const left = source.openMinor - one.sourceMinor;
            const leftBook = source.openBookMinor - one.sourceBookMinor;
            expect(left === 0).toBe(leftBook === 0);
            standing.push(one);
            const before = claim;
            claim = reduced(claim, [one]);
            done++;
            if (before.openBookMinor > 0) expect(claim.openMinor === 0).toBe(claim.openBookMinor === 0);
          } catch (error) {
            if (!(error instanceof Failure)) throw error;
            expect(error.code).toMatch(
              /^allocation\.(exceeds-open|exceeds-source|nothing)$|^money\.overflow$/,
            );
          }
          expect(claim.openMinor).toBeGreaterThanOrEqual(0);
          expect(claim.openBookMinor).toBeGreaterThanOrEqual(0);
        }
        // Taking all of it back leaves the claim as it was.
        expect({ roundingBillionths: 0, ...reopened(claim, standing) }).toEqual({
          roundingBillionths: 0,
          ...both.claim,
        });
        // Whatever is open can be paid.
        if (claim.openMinor === 0) return;
        const rest = settled(claim, moneyOf(of, most), {}, of.rates);
        expect(reduced(claim, [rest])).toMatchObject({ openMinor: 0, openBookMinor: 0 });
      }),
      { seed, numRuns: 10_000 },
    );
    expect(done).toBeGreaterThan(10_000);
    expect(taken).toBeGreaterThan(500);
  });

  test("is refused as nothing where it is worth no unit, and as too much with what would do", () => {
    const rates = { tenantCurrency: "EUR", day: "2026-12-01", rates: new Map([["MXN", "0.0526315789"]]) };
    const claim = { currency: "MXN", openMinor: 52_500, openBookMinor: 2_763 };
    expect(() =>
      settled(
        claim,
        { currency: "EUR", openMinor: 9_000, openBookMinor: 9_000 },
        { sourceMinor: 2_764 },
        rates,
        "/a",
      ),
    ).toThrow(
      expect.objectContaining({
        code: "allocation.exceeds-open",
        detail: "27.64 EUR is worth 525.16 MXN; 525.00 MXN is open and costs 27.63 EUR. Settle at most that.",
        fields: [{ pointer: "/a/sourceMinor", reason: expect.any(String) }],
      }),
    );
    const dear = { currency: "EUR", openMinor: 2_763, openBookMinor: 2_763 };
    const small = { currency: "MXN", openMinor: 9, openBookMinor: 1 };
    expect(() => settled(dear, small, { sourceMinor: 9 }, rates)).toThrow(/allocation.nothing/);
  });
});

describe("an invoice in another currency, paid by what it costs", () => {
  const mxn = { currency: "MXN", pricesIncludeTax: true } as const;
  const lines = [{ description: "Silver", unitPriceMinor: 52_500, taxId: "zero" }];

  const company = async () => {
    const own = await newFinanceCompany({ currency: "EUR" });
    await own.call.setExchangeRate({
      params: { currency: "MXN", day: dayFrom(-9) },
      body: { rate: "0.0526315789" },
    });
    return own;
  };
  const isSettled = { state: "settled", openMinor: 0, openBookMinor: 0 };

  test("525.00 MXN at 0.0526315789 is settled by 27.63 EUR", async () => {
    const own = await company();
    const { call, clientId } = own;
    const { id: invoiceId } = await issuedInvoice(own, 0, { ...mxn, lines }, { issuedOn: dayFrom(-5) });
    const payment = await call.createPayment({
      body: { clientId, amountMinor: 2_763, allocations: [{ invoiceId, sourceMinor: 2_763 }] },
    });
    expect(payment).toMatchObject({ leftMinor: 0, leftBookMinor: 0 });
    expect(payment.allocations).toMatchObject([{ amountMinor: 52_500, amountBookMinor: 2_763 }]);
    expect(await call.readInvoice({ params: { invoiceId } })).toMatchObject(isSettled);
    expect(await balanceOf(own, `clients:${clientId}:receivable`, "MXN")).toBe(0);
    expect(await balanceOf(own, "exchange:receivable:MXN", "EUR")).toBe(0);
  });

  test("three part payments settle it, and taking one back reopens what it settled", async () => {
    const own = await company();
    const { call, clientId } = own;
    const { id: invoiceId } = await issuedInvoice(own, 0, { ...mxn, lines }, { issuedOn: dayFrom(-5) });
    const pay = (amountMinor: number) =>
      call.createPayment({
        body: { clientId, amountMinor, allocations: [{ invoiceId, sourceMinor: amountMinor }] },
      });
    await pay(921);
    const second = await pay(921);
    const open = await call.readInvoice({ params: { invoiceId } });
    await pay(921);
    expect(await call.readInvoice({ params: { invoiceId } })).toMatchObject(isSettled);
    await call.reversePayment({ params: { paymentId: second.id }, body: {} });
    const again = await call.readInvoice({ params: { invoiceId } });
    expect(again).toMatchObject({ state: "open", openMinor: second.allocations[0]?.amountMinor });
    expect(open.openMinor).toBeGreaterThan(0);
    await pay(921);
    expect(await call.readInvoice({ params: { invoiceId } })).toMatchObject(isSettled);
  });

  test("an advance of 525.00 MXN settles 27.63 EUR and nothing of it is left", async () => {
    const own = await company();
    const { call, clientId } = own;
    const advance = await call.createPayment({
      body: { clientId, currency: "MXN", amountMinor: 52_500, paidOn: dayFrom(-6) },
    });
    const { id: invoiceId } = await issuedInvoice(
      own,
      0,
      { lines: [{ description: "Silver", unitPriceMinor: 2_763, taxId: "zero" }] },
      { issuedOn: dayFrom(-5) },
    );
    const used = await call.allocatePayment({
      params: { paymentId: advance.id },
      body: { allocations: [{ invoiceId }] },
    });
    expect(used).toMatchObject({ leftMinor: 0, leftBookMinor: 0 });
    expect(await call.readInvoice({ params: { invoiceId } })).toMatchObject(isSettled);
    expect(await balanceOf(own, `clients:${clientId}:advance`, "MXN")).toBe(0);
  });

  test("what a part payment in its own currency leaves keeps a worth in the books", async () => {
    const own = await company();
    const { call, clientId } = own;
    const { id: invoiceId } = await issuedInvoice(own, 0, { ...mxn, lines }, { issuedOn: dayFrom(-5) });
    await call.createPayment({
      body: { clientId, currency: "MXN", amountMinor: 52_497, allocations: [{ invoiceId }] },
    });
    const left = await call.readInvoice({ params: { invoiceId } });
    expect(left).toMatchObject({ state: "open", openMinor: 3, openBookMinor: 1 });
    const note = await call.creditInvoice({
      params: { invoiceId },
      body: { reason: "Rest written off", lines: [{ line: 0, netMinor: 3 }] },
    });
    expect(note).toMatchObject({ settledMinor: 3, settledBookMinor: 1, leftMinor: 0 });
    expect(await call.readInvoice({ params: { invoiceId } })).toMatchObject(isSettled);
    expect(await balanceOf(own, "exchange:receivable:MXN", "EUR")).toBe(0);
  });
});

test("an amount is told in its currency's digits", () => {
  expect([
    amountText(52_500, "MXN"),
    amountText(-5, "EUR"),
    amountText(300, "JPY"),
    amountText(1, "KWD"),
  ]).toEqual(["525.00 MXN", "-0.05 EUR", "300 JPY", "0.001 KWD"]);
});
