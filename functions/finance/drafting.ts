import {
  changedDraft,
  checkDraft,
  draftOf,
  type Invoice,
  type InvoiceChange,
  type NewInvoice,
} from "../../domain/finance/invoice.ts";
import { totalled } from "../../domain/finance/lines.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import type { Context } from "../kit/context.ts";
import { runParallel } from "../kit/parallel.ts";
import { type Doing, financeSettingsOf, loadNamed, todayOf } from "./ground.ts";

/** Who drafts: as far as their right reaches the clients. */
export type Drafting = Doing & Pick<Context, "member" | "scope">;

/**
 * A draft of what a request names, with prices of today; it is not saved.
 * @param orderId the order that it is made for
 * @throws reference.unknown, invoice.line-invalid, deal.discount-exceeds-line, money.overflow
 */
export const drafted = async (context: Drafting, body: NewInvoice, orderId?: string): Promise<Invoice> => {
  const [{ settings }, { products }] = await runParallel([
    () => financeSettingsOf(context),
    () => loadNamed(context, body),
  ]);
  const { lines, currency = context.tenant.currency, ...input } = body;
  const totals = totalled(lines, {
    side: body.side,
    currency,
    pricesIncludeTax: body.pricesIncludeTax,
    day: todayOf(context),
    products,
    settings,
  });
  const about = orderId === undefined ? input : { ...input, orderId };
  return draftOf(about, currency, totals, { id: context.newId("invoice"), now: context.now });
};

/** A draft after a change. @throws invoice.not-draft, reference.unknown, invoice.line-invalid */
export const redrafted = async (context: Drafting, draft: Invoice, body: InvoiceChange): Promise<Invoice> => {
  checkDraft(draft);
  const { lines } = body;
  if (lines === undefined && (body.currency !== undefined || body.pricesIncludeTax !== undefined))
    throw new Failure("request.invalid", {
      fields: [{ pointer: "/lines", reason: "has to be there with another currency or kind of prices" }],
    });
  const [{ settings }, { products }] = await runParallel([
    () => financeSettingsOf(context),
    () => loadNamed(context, { ...body, clientId: draft.clientId }),
  ]);
  const totals =
    lines &&
    totalled(lines, {
      side: draft.side,
      currency: body.currency ?? draft.currency,
      pricesIncludeTax: body.pricesIncludeTax ?? draft.pricesIncludeTax,
      day: todayOf(context),
      products,
      settings,
    });
  return changedDraft(draft, body, totals, context.now);
};
