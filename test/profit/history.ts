import fc from "fast-check";
import { ProblemError } from "../../functions/client.ts";
import { allowEarlierDays, type Call, dayFrom, newFinanceCompany, rates } from "../finance/company.ts";

const ago = fc.constantFrom(0, 0, 3, 40, 75);
const party = fc.nat(3);
const product = fc.nat(2);
const place = fc.nat(30);

/** What may happen in a company that touches profit, by the flows that post it. */
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constant("invoice" as const),
      ...{ party, ago },
      isForeign: fc.boolean(),
      isNamed: fc.boolean(),
      lines: fc.array(
        fc.record({
          product: fc.option(product, { nil: undefined }),
          quantity: fc.integer({ min: 1, max: 5 }),
          unitPriceMinor: fc.integer({ min: 1, max: 9_999 }),
          basisPoints: fc.constantFrom(0, 0, 1_250),
        }),
        { minLength: 1, maxLength: 3 },
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant("ship" as const),
      ...{ party, product, ago },
      quantity: fc.integer({ min: 1, max: 9 }),
      isNamed: fc.boolean(),
      isToNobody: fc.boolean(),
    }),
  },
  fc.record({ does: fc.constant("return" as const), place, quantity: fc.integer({ min: 1, max: 3 }) }),
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant("credit" as const),
      place,
      netMinor: fc.integer({ min: 1, max: 900 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant("pay" as const),
      place,
      amountMinor: fc.integer({ min: 1, max: 40_000 }),
    }),
  },
  fc.record({ does: fc.constant("take payment back" as const), place }),
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant("time" as const),
      party,
      ago,
      minutes: fc.integer({ min: 1, max: 120 }),
    }),
  },
  fc.record({ does: fc.constant("take time back" as const), place }),
  fc.record({
    does: fc.constant("supplier" as const),
    ...{ party, ago },
    costAccount: fc.constantFrom("other-cost" as const, "goods-received" as const),
    netMinor: fc.integer({ min: 1, max: 9_999 }),
  }),
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant("by hand" as const),
      ...{ ago },
      party: fc.option(party, { nil: undefined }),
      product: fc.option(product, { nil: undefined }),
      account: fc.constantFrom("other-cost", "cost-of-goods", "revenue", "discounts", "labour-cost"),
      amount: fc.integer({ min: -5_000, max: 5_000 }).filter((amount) => amount !== 0),
    }),
  },
  fc.record({ does: fc.constant("take back by hand" as const), place }),
  fc.record({ does: fc.constant("write off" as const), product, quantity: fc.integer({ min: 1, max: 4 }) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const at = <T>(list: readonly T[], place: number): T | undefined => list[place % (list.length || 1)];

/** What the documents of a history say of profit, in the tenant's currency, by their own fields. */
export interface Told {
  /** Before discounts, credit notes taken off; by hand too. */
  revenueMinor: number;
  discountsMinor: number;
  costOfGoodsMinor: number;
  timeMinor: number;
}

const newWorld = async () => {
  const company = await newFinanceCompany();
  await allowEarlierDays(company);
  const { call, clientId, first, second, adminMemberId: memberId } = company;
  await rates(company, { [dayFrom(-400)]: "4.97", [dayFrom(-50)]: "5.01", [dayFrom(-2)]: "4.93" });
  const others = await Promise.all(
    [1, 2].map(async (n) => {
      const counterparties = [{ legalName: `Client ${n} SRL`, validFrom: "2020-01-01" }];
      const { id } = await call.createClient({ body: { name: `Client ${n}`, counterparties } });
      const whole = await call.readClient({ params: { clientId: id } });
      return { clientId: id, counterpartyId: whole.counterparties[0]?.id ?? "" };
    }),
  );
  const warehouse = await call.createWarehouse({ body: { name: "Ghencea" } });
  const products: string[] = [];
  for (const n of [1, 2, 3]) {
    const { id: productId } = await call.createProduct({ body: { code: `P${n}`, name: `Product ${n}` } });
    products.push(productId);
    const lot = { productId, warehouseId: warehouse.id };
    await call.postReceipt({
      body: { effectiveOn: dayFrom(-80), lines: [{ ...lot, quantity: 300, costMinor: 10_007 * n }] },
    });
  }
  const { id: positionId } = await call.createPosition({
    body: { name: "Fitter", rates: [{ hourlyRateMinor: 4_123 }] },
  });
  await call.setMemberPosts({ params: { memberId }, body: { posts: [{ positionId }] } });
  return {
    ...{ call, products, warehouseId: warehouse.id },
    parties: [{ clientId, counterpartyId: first }, { clientId, counterpartyId: second }, ...others],
  };
};
type World = Awaited<ReturnType<typeof newWorld>>;

interface Past {
  readonly invoices: Awaited<ReturnType<Call["issueInvoice"]>>[];
  readonly shipments: Awaited<ReturnType<Call["postShipment"]>>[];
  readonly payments: string[];
  readonly entries: string[];
  readonly moves: Step[];
  readonly takenBack: Set<Step>;
  readonly done: Map<string, number>;
  readonly told: Told;
}

const carriedOut = async ({ call, parties, products, warehouseId }: World, past: Past, step: Step) => {
  const { told } = past;
  const whose = (n: number) => parties[n] ?? { clientId: "", counterpartyId: "" };
  switch (step.does) {
    case "invoice": {
      const { clientId, counterpartyId } = whose(step.party);
      const { id } = await call.createInvoice({
        body: {
          clientId,
          ...(step.isNamed ? { counterpartyId } : {}),
          currency: step.isForeign ? "EUR" : "RON",
          lines: step.lines.map(({ product: n, basisPoints, ...line }) => ({
            ...line,
            description: "Sold",
            ...(n === undefined ? {} : { productId: products[n] }),
            ...(basisPoints === 0 ? {} : { discount: { basisPoints } }),
          })),
        },
      });
      const invoice = await call.issueInvoice({
        params: { invoiceId: id },
        body: { issuedOn: dayFrom(-step.ago) },
      });
      past.invoices.push(invoice);
      const { totalMinor = 0, taxMinor = 0, discountMinor = 0 } = invoice.book ?? {};
      told.revenueMinor += totalMinor - taxMinor + discountMinor;
      told.discountsMinor += discountMinor;
      return;
    }
    case "ship": {
      const { clientId, counterpartyId } = whose(step.party);
      const shipment = await call.postShipment({
        body: {
          effectiveOn: dayFrom(-step.ago),
          ...(step.isToNobody ? {} : { clientId }),
          ...(step.isNamed && !step.isToNobody ? { counterpartyId } : {}),
          lines: [{ productId: products[step.product] ?? "", warehouseId, quantity: step.quantity }],
        },
      });
      past.shipments.push(shipment);
      told.costOfGoodsMinor += shipment.lines.reduce((sum, { valueMinor }) => sum + valueMinor, 0);
      return;
    }
    case "return": {
      const shipment = at(past.shipments, step.place);
      if (!shipment) return "nothing";
      const back = await call.postReturn({
        params: { documentId: shipment.id },
        body: { lines: [{ line: 0, quantity: step.quantity }] },
      });
      told.costOfGoodsMinor -= back.lines.reduce((sum, { valueMinor }) => sum + valueMinor, 0);
      return;
    }
    case "credit": {
      const invoice = at(past.invoices, step.place);
      if (!invoice) return "nothing";
      const note = await call.creditInvoice({
        params: { invoiceId: invoice.id },
        body: { reason: "Agreed", lines: [{ line: 0, netMinor: step.netMinor }] },
      });
      const { totalMinor, taxMinor, discountMinor } = note.book;
      told.revenueMinor -= totalMinor - taxMinor + discountMinor;
      told.discountsMinor -= discountMinor;
      return;
    }
    case "pay": {
      const invoice = at(past.invoices, step.place);
      if (!invoice) return "nothing";
      const { id } = await call.createPayment({
        body: {
          clientId: invoice.clientId,
          amountMinor: step.amountMinor,
          allocations: [{ invoiceId: invoice.id }],
        },
      });
      past.payments.push(id);
      return;
    }
    case "take payment back": {
      const paymentId = at(past.payments, step.place);
      if (!paymentId) return "nothing";
      await call.reversePayment({ params: { paymentId }, body: {} });
      return;
    }
    case "time": {
      const { clientId } = whose(step.party);
      const on = dayFrom(-step.ago);
      const entry = await call.postTime({ body: { clientId, on, minutes: step.minutes } });
      past.entries.push(entry.id);
      told.timeMinor += entry.costMinor ?? 0;
      return;
    }
    case "take time back": {
      const timeEntryId = at(past.entries, step.place);
      if (!timeEntryId) return "nothing";
      const entry = await call.reverseTime({ params: { timeEntryId }, body: {} });
      told.timeMinor -= entry.costMinor ?? 0;
      return;
    }
    case "supplier": {
      const { clientId } = whose(step.party);
      const { id } = await call.createInvoice({
        body: {
          ...{ side: "purchase", clientId },
          lines: [{ description: "Bought", unitPriceMinor: step.netMinor, costAccount: step.costAccount }],
        },
      });
      const order = { number: `S-${id}`, issuedOn: dayFrom(-step.ago) };
      await call.issueInvoice({ params: { invoiceId: id }, body: order });
      return;
    }
    case "by hand": {
      const links = {
        ...(step.party === undefined ? {} : { clientId: whose(step.party).clientId }),
        ...(step.product === undefined ? {} : { productId: products[step.product] }),
      };
      await call.postTransaction({
        body: {
          id: `by-hand-${past.moves.length}`,
          effectiveOn: dayFrom(-step.ago),
          ...(Object.keys(links).length > 0 ? { links } : {}),
          postings: [
            { account: step.account, commodity: "RON", amount: step.amount },
            { account: "bank", commodity: "RON", amount: -step.amount },
          ],
        },
      });
      past.moves.push(step);
      countByHand(told, step, 1);
      return;
    }
    case "take back by hand": {
      const move = at(past.moves, step.place);
      if (move?.does !== "by hand" || past.takenBack.has(move)) return "nothing";
      const id = `by-hand-${past.moves.indexOf(move)}`;
      await call.reverseTransaction({ params: { transactionId: id }, body: { id: `${id}-back` } });
      past.takenBack.add(move);
      countByHand(told, move, -1);
      return;
    }
    case "write off": {
      const productId = products[step.product] ?? "";
      const lot = { productId, warehouseId, quantity: step.quantity };
      await call.postWriteOff({ body: { memo: "Broken", lines: [lot] } });
    }
  }
};

const countByHand = (told: Told, step: Step & { does: "by hand" }, sign: 1 | -1): void => {
  if (step.account === "revenue") told.revenueMinor -= sign * step.amount;
  if (step.account === "discounts") told.discountsMinor += sign * step.amount;
  if (step.account === "cost-of-goods") told.costOfGoodsMinor += sign * step.amount;
  if (step.account === "labour-cost") told.timeMinor += sign * step.amount;
};

/** A company with so many steps behind it; what a rule refused (more returned than shipped, say) left nothing. */
export const livedThrough = async (seed: number, steps: number) => {
  const world = await newWorld();
  const told = { revenueMinor: 0, discountsMinor: 0, costOfGoodsMinor: 0, timeMinor: 0 };
  const past: Past = {
    ...{ invoices: [], shipments: [], payments: [], entries: [], moves: [] },
    takenBack: new Set(),
    done: new Map(),
    told,
  };
  for (const one of fc.sample(step, { seed, numRuns: steps }))
    try {
      if ((await carriedOut(world, past, one)) === undefined)
        past.done.set(one.does, (past.done.get(one.does) ?? 0) + 1);
    } catch (error) {
      if (!(error instanceof ProblemError) || (error.status !== 409 && error.status !== 422)) throw error;
    }
  return { ...world, done: past.done, told };
};
