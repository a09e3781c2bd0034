import { describe, expect, test } from "vitest";
import { ProblemError } from "../../functions/client.ts";
import { allowEarlierDays, balanceOf, dayFrom, heldTogether, rates } from "../finance/company.ts";
import { newSellingCompany, type SellingCompany } from "./company.ts";

/** Numbers from 0 to 1 that are the same in every run. */
const chanceFrom = (seed: number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

/** What people do with orders, goods and money of one client, each time with something that is there by then. */
const doings = (company: SellingCompany, seed: number) => {
  const { call, clientId, first, second, flour, sugar } = company;
  const chance = chanceFrom(seed);
  const upTo = (most: number) => 1 + Math.floor(chance() * most);
  const often = (share: number) => chance() < share;
  const one = <T>(all: readonly [T, ...T[]]): T => all[Math.floor(chance() * all.length)] ?? all[0];
  const ids = { order: [""], invoice: [""], payment: [""], note: [""], shipment: [""] };
  /** Something of that kind; what is not there yet is nothing, which is refused. */
  const some = (kind: keyof typeof ids): string => {
    const all = ids[kind];
    return all[Math.floor(chance() * (all.length - 1)) + 1] ?? `${kind.slice(0, 3)}_none`;
  };
  const currency = () => one(["RON", "EUR"]);
  const day = () => dayFrom(-Math.floor(chance() * (often(0.3) ? 40 : 3)));
  const goods = () => one([flour, sugar]);
  const orderOf = async (orderId: string) => {
    const order = await call.readOrder({ params: { orderId } });
    ids.invoice.push(
      ...order.invoices.map(({ invoiceId }) => invoiceId).filter((id) => !ids.invoice.includes(id)),
    );
    return order;
  };

  return {
    async order() {
      const lines = [flour, sugar].slice(0, upTo(2)).map((lot) => ({
        ...{
          ...lot,
          quantity: upTo(20),
          unitPriceMinor: upTo(1_500),
          discount: { basisPoints: upTo(5_000) },
        },
        taxId: one(["standard", "reduced", "zero"]),
      }));
      const about = { clientId, counterpartyId: one([first, second]), currency: currency() };
      const { id } = await call.createOrder({ body: { ...about, pricesIncludeTax: often(0.5), lines } });
      ids.order.push(id);
      await call.confirmOrder({ params: { orderId: id } });
    },
    async ship() {
      const lines = often(0.5) ? [{ line: 0, quantity: upTo(8) }] : undefined;
      await call.shipOrder({ params: { orderId: some("order") }, body: { lines, effectiveOn: day() } });
    },
    async invoice() {
      const orderId = some("order");
      await call.invoiceOrder({ params: { orderId }, body: { issuedOn: day() } });
      await orderOf(orderId);
    },
    async returnGoods() {
      const orderId = some("order");
      const { shipments } = await orderOf(orderId);
      for (const { documentId } of shipments.slice(0, 1))
        await call.returnOfOrder({
          params: { orderId },
          body: { shipmentId: documentId, reason: "Returned", lines: [{ line: 0, quantity: upTo(4) }] },
        });
    },
    async cancel() {
      const lines = often(0.5) ? [{ line: 0, quantity: upTo(3) }] : undefined;
      await call.cancelOrder({ params: { orderId: some("order") }, body: { lines } });
    },
    async bill() {
      const side = one(["sale", "purchase"] as const);
      const lines = [{ description: "Work", unitPriceMinor: upTo(90_000), quantity: upTo(5) }];
      const { id } = await call.createInvoice({ body: { clientId, side, currency: currency(), lines } });
      ids.invoice.push(id);
      await call.issueInvoice({ params: { invoiceId: id }, body: { issuedOn: day(), number: id } });
    },
    async pay() {
      const invoice = await call.readInvoice({ params: { invoiceId: some("invoice") } });
      const { id } = await call.createPayment({
        body: {
          ...{
            clientId,
            side: invoice.side,
            currency: currency(),
            amountMinor: upTo(200_000),
            paidOn: day(),
          },
          allocations: often(0.7) ? [{ invoiceId: invoice.id }] : [],
        },
      });
      ids.payment.push(id);
    },
    async allocate() {
      const allocations = [{ invoiceId: some("invoice") }];
      if (often(0.5))
        await call.allocatePayment({ params: { paymentId: some("payment") }, body: { allocations } });
      else await call.allocateCreditNote({ params: { creditNoteId: some("note") }, body: { allocations } });
    },
    async takeBack() {
      const params = { paymentId: some("payment") };
      const { allocations } = await call.readPayment({ params });
      for (const { invoiceId } of allocations.slice(-1))
        await call.deallocatePayment({ params, body: { invoiceId } });
    },
    async reverse() {
      await call.reversePayment({ params: { paymentId: some("payment") }, body: {} });
    },
    async refund() {
      const sourceId = often(0.5) ? some("payment") : some("note");
      await call.createRefund({ body: { sourceId, amountMinor: upTo(3_000) } });
    },
    async credit() {
      const lines = [{ line: 0, ...(often(0.5) ? { quantity: upTo(3) } : { netMinor: upTo(4_000) }) }];
      const body = { reason: "Returned", number: `C-${chance()}`, ...(often(0.7) ? { lines } : {}) };
      const { id } = await call.creditInvoice({ params: { invoiceId: some("invoice") }, body });
      ids.note.push(id);
    },
    async receive() {
      await call.postReceipt({
        body: { lines: [{ ...goods(), quantity: upTo(30), costMinor: upTo(9_000) }] },
      });
    },
    async count() {
      await call.postCount({ body: { lines: [{ ...goods(), countedQuantity: upTo(120) }] } });
    },
    async sell() {
      const { id } = await call.postShipment({
        body: { clientId, lines: [{ ...goods(), quantity: upTo(4) }] },
      });
      ids.shipment.push(id);
    },
    async returnSold() {
      const params = { documentId: some("shipment") };
      await call.postReturn({ params, body: { lines: [{ line: 0, quantity: upTo(3) }] } });
    },
    async revalue() {
      await call.revalue({ body: { month: dayFrom(-31).slice(0, 7) } });
    },
  };
};

describe("what six do at once with orders, goods and money of one client", () => {
  test("is done or refused, and afterwards documents, stock and books say the same", async () => {
    const company = await newSellingCompany();
    await allowEarlierDays(company);
    const { call, flour, sugar } = company;
    await rates(company, { [dayFrom(-60)]: "4.8123", [dayFrom(-30)]: "4.9731", [dayFrom(-3)]: "5.0127" });
    const all = Object.entries(doings(company, 20_261_124));
    const order = chanceFrom(20_261_125);
    const done = new Map<string, number>();
    const failed: string[] = [];
    const worker = async () => {
      for (let n = 0; n < 45; n++) {
        const [name, work] = all[Math.floor(order() * all.length)] ?? expect.fail("there is nothing to do");
        try {
          await work();
          done.set(name, (done.get(name) ?? 0) + 1);
        } catch (error) {
          if (!(error instanceof ProblemError)) throw error;
          if (error.status === 500) failed.push(`${name}: ${error.message}`);
        }
      }
    };
    await Promise.all(Array.from({ length: 6 }, worker));
    expect(failed).toEqual([]);
    // Not a test of refusals alone.
    expect([...done.values()].reduce((sum, times) => sum + times, 0)).toBeGreaterThan(50);

    await heldTogether(company);
    let valueMinor = 0;
    for (const { productId } of [flour, sugar]) {
      const stock = await call.readStockOfProduct({ params: { productId } });
      valueMinor += stock.valueMinor;
      expect(await balanceOf(company, "stock:*:main", productId)).toBe(stock.quantity);
    }
    expect(await balanceOf(company, "inventory", "RON")).toBe(valueMinor);
    let cursor: string | undefined;
    for (let part = 0; part < 1_000; part++) {
      const {
        fault,
        done: isDone,
        next,
      } = await call.verifyLedger({ body: cursor === undefined ? {} : { cursor } });
      expect(fault).toBeUndefined();
      if (isDone) return;
      cursor = next;
    }
    expect.fail("verify comes to no end");
  });
});
