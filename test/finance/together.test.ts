import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Failure } from "../../domain/kernel/errors.ts";
import { clientHandlers } from "../../functions/clients/handlers.ts";
import { clientRoutes } from "../../functions/clients/routes.ts";
import { drafted } from "../../functions/finance/drafting.ts";
import { issueDraft } from "../../functions/finance/issuing.ts";
import { exchangeRateEntity, invoiceEntity } from "../../functions/finance/store.ts";
import { memberEntity, tenantEntity } from "../../functions/kit/records.ts";
import { serve } from "../../functions/kit/serve.ts";
import { newMeter } from "../../functions/kit/table/database.ts";
import { create } from "../../functions/kit/table/store.ts";
import { transactionEntity } from "../../functions/ledger/store.ts";
import { provision } from "../../functions/provision/provision.ts";
import { caller, startGround, type TestGround } from "../access/ground.ts";
import { contextOn } from "../ledger/table.ts";

let ground: TestGround;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.stop());

const orderId = "ord_01JD8Z5T2V9Q4R6W8Y0A1B3C5D";

/** Another subject at work: it drafts and issues in a change of its own. */
const subject = async () => {
  const adminEmail = "orders@example.com";
  const { tenantId, adminMemberId } = await provision(
    { name: "Exemplu", adminEmail, currency: "RON" },
    ground,
  );
  const sendClients = caller(serve(clientRoutes, clientHandlers, ground));
  const as = { tenantId, memberId: adminMemberId };
  const client = await sendClients(as, { route: "POST /v1/clients", body: { name: "Test" } });
  const posting = contextOn(ground.database(newMeter()), tenantId, ground.clock());
  const tenant = await posting.store.get(tenantEntity, {});
  const member = await posting.store.get(memberEntity, { id: adminMemberId });
  if (!tenant || !member) throw new Error("the tenant was not made");
  const context = { ...posting, tenant, member, scope: "all" as const };
  const draft = () =>
    drafted(
      context,
      {
        side: "sale",
        clientId: String(client.body.id),
        pricesIncludeTax: false,
        lines: [{ description: "A", quantity: 1, unitPriceMinor: 1_000 }],
      },
      orderId,
    );
  return { context, draft };
};

/** A record of the other subject; that it is there already is its refusal. */
const ownWrite = (day: string) =>
  create(
    exchangeRateEntity,
    { version: 1, currency: "EUR", day, rate: "5", updatedAt: "2026-11-23T18:00:00.000Z" },
    () => new Failure("record.exists"),
  );

describe("an invoice that another subject issues with its own records", () => {
  test("is there with them or not at all, and takes no number when they are refused", async () => {
    const { context, draft } = await subject();
    const first = await draft();
    const document = await issueDraft(
      context,
      first,
      {},
      {
        fresh: true,
        writes: [ownWrite("2026-01-01")],
        answer: (one) => one,
      },
    );
    expect(document).toMatchObject({ version: 1, state: "open", number: "INV-2026-000001", orderId });
    expect(await context.store.get(invoiceEntity, { id: first.id })).toEqual(document);
    expect(await context.store.get(transactionEntity, { id: first.id })).toMatchObject({
      kind: "invoice",
      links: { orderId, invoiceId: first.id },
    });

    const second = await draft();
    const refused = issueDraft(
      context,
      second,
      {},
      {
        fresh: true,
        writes: [ownWrite("2026-01-01")],
        answer: (one) => one,
      },
    );
    await expect(refused).rejects.toMatchObject({ code: "record.exists" });
    expect(await context.store.get(invoiceEntity, { id: second.id })).toBeUndefined();
    expect(await context.store.get(transactionEntity, { id: second.id })).toBeUndefined();

    const third = await issueDraft(context, await draft(), {}, { fresh: true, answer: (one) => one });
    expect(third.number).toBe("INV-2026-000002");
  });
});
