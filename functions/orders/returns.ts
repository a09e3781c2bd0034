import type { NewCreditNote } from "../../domain/finance/credit.ts";
import { asIssued } from "../../domain/finance/invoice.ts";
import { checkNotBefore } from "../../domain/finance/issue.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import type { Day } from "../../domain/kernel/time.ts";
import { creditOf } from "../../domain/orders/billing.ts";
import { heldMore } from "../../domain/orders/change.ts";
import type { Order } from "../../domain/orders/order.ts";
import { type InvoiceCredit, returned } from "../../domain/orders/returning.ts";
import { happened } from "../../events/event.ts";
import { orderReturned } from "../../events/orders.ts";
import { type CreditOrder, issueCreditNotes } from "../finance/issuing.ts";
import { invoiceEntity } from "../finance/store.ts";
import type { Context } from "../kit/context.ts";
import type { RequestOf } from "../kit/route.ts";
import { update } from "../kit/table/store.ts";
import { goodsReturn } from "../stock/movements.ts";
import { documentEntity } from "../stock/store.ts";
import { changing, found, heldOfContract, postWith } from "./changing.ts";
import type { orderRoutes } from "./routes.ts";
import { orderEntity } from "./store.ts";

type Wished = RequestOf<typeof orderRoutes.returnOfOrder>["body"];

/** The credit notes of what comes back. An invoice of which finance has nothing left needs none. */
const prepareCreditOrders = async (
  { store }: Context,
  credits: readonly InvoiceCredit[],
  goodsOn: Day,
  about: Pick<NewCreditNote, "reason" | "issuedOn">,
): Promise<CreditOrder[]> => {
  const invoices = await store.getAll(
    invoiceEntity,
    credits.map(({ invoiceId }) => ({ id: invoiceId })),
  );
  return credits.flatMap((credit, at) => {
    const invoice = asIssued(found(invoices[at], "invoice"));
    checkNotBefore(goodsOn, invoice.issuedOn, "/effectiveOn");
    const lines = creditOf(invoice, credit.lines);
    return lines.length === 0 ? [] : [{ invoice, input: { ...about, lines } }];
  });
};

/** What is said where credit notes, each of which fits into one write, do not fit into it together. */
const explainLimit = (error: unknown, orders: readonly CreditOrder[]): unknown => {
  if (orders.length < 2 || !(error instanceof Failure) || error.code !== "limit.exceeded") return error;
  const numbers = orders.map(({ invoice }) => invoice.number).join(", ");
  return new Failure("order.return-in-parts", {
    detail: `The goods were billed by ${orders.length} invoices: ${numbers}. Take back fewer lines or a smaller quantity at a time.`,
  });
};

/**
 * Takes goods of a shipment of an order back: the order, the goods and a credit note on each invoice that billed them, in one write.
 * @throws order.return-in-parts, and what the order, stock, finance and the contract refuse
 */
export const returnGoods = (
  context: Context,
  orderId: string,
  { shipmentId, lines, reason, effectiveOn }: Wished,
): Promise<Order> =>
  changing(context, orderId, async (before) => {
    const { order, shipmentLines, credits } = returned(before, shipmentId, lines, context.now);
    const movement = await goodsReturn(
      context,
      { by: context.member.id, memo: reason, effectiveOn },
      found(await context.store.get(documentEntity, { id: shipmentId }), "shipment"),
      [...shipmentLines],
    );
    const event = happened(orderReturned, order);
    const about = { reason, issuedOn: effectiveOn };
    const [first, ...others] = await prepareCreditOrders(
      context,
      credits,
      movement.document.effectiveOn,
      about,
    );
    if (!first)
      return postWith(context, movement, order, event, await heldOfContract(context, before, order));
    try {
      return await issueCreditNotes(context, [first, ...others], {
        dayField: "/effectiveOn",
        requests: movement.requests,
        orderedMinor: heldMore(before, order),
        writes: [...movement.writes, update(orderEntity, order)],
        happened: [...movement.happened, event],
        answer: () => order,
      });
    } catch (error) {
      throw explainLimit(error, [first, ...others]);
    }
  });
