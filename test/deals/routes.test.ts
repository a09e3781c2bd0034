import { beforeAll, describe, expect, it } from "vitest";
import { newId } from "../../domain/kernel/id.ts";
import { systemEntropy } from "../../functions/kit/clock.ts";
import { type Company, company, daysAgo, failure } from "./company.ts";

let here: Company;
let api: Company["admin"];
beforeAll(async () => {
  here = await company();
  api = here.admin;
});

const nobody = (kind: "deal" | "client" | "contact" | "product" | "member") => newId(kind, 0, systemEntropy);
const made = (input: Record<string, unknown> = {}) =>
  api.createDeal({ body: { title: "Roof", typeId: "sale", ...input } });
const at = (deal: { id: string }) => ({ dealId: deal.id });

describe("a deal", () => {
  it("needs neither client, items nor amount, and belongs to who enters it", async () => {
    const deal = await made();
    expect(deal).toMatchObject({
      version: 1,
      state: "open",
      stageId: "interest",
      ownerId: here.adminMemberId,
      currency: "EUR",
      probability: { standardPercent: 10 },
      moves: [],
    });
    expect(deal.amountMinor).toBeUndefined();
    expect(await api.readDeal({ params: at(deal) })).toEqual(deal);
  });

  it("is entered with everything that belongs to it", async () => {
    const client = await api.createClient({
      body: { name: "Cărămizi SA", contacts: [{ name: "Ana Țurcanu", roles: ["decider"] }] },
    });
    const contactId = client.contacts[0]?.id ?? "";
    const product = await api.createProduct({
      body: {
        code: "BRICK",
        name: "Brick",
        unit: { name: "t", scale: 3 },
        prices: [{ currency: "EUR", unitPriceMinor: 12_345 }],
      },
    });
    const colleague = await here.hire("manager");
    const deal = await made({
      clientId: client.id,
      contacts: [{ contactId, roles: ["decider", "payer"], sharePercent: 70 }],
      participantIds: [colleague.id],
      items: [
        { productId: product.id, quantity: 1_500 },
        { productId: product.id, quantity: 10, unitPriceMinor: 999, discount: { basisPoints: 1_250 } },
      ],
      estimatedAmountMinor: 1,
      manualProbabilityPercent: 66,
      expectedCloseOn: "2027-01-31",
    });
    expect(deal.items).toEqual([
      { productId: product.id, quantity: 1_500, scale: 3, unitPriceMinor: 12_345, totalMinor: 18_518 },
      {
        productId: product.id,
        quantity: 10,
        scale: 3,
        unitPriceMinor: 999,
        discount: { basisPoints: 1_250 },
        totalMinor: 9,
      },
    ]);
    expect(deal).toMatchObject({
      amountMinor: 18_527,
      probability: { standardPercent: 10, manualPercent: 66 },
    });
    expect((await api.listDeals({ query: { client: client.id } })).items).toEqual([deal]);
    // Who takes part sees it, and who does not sees nothing.
    expect(await colleague.call.readDeal({ params: at(deal) })).toEqual(deal);
    const stranger = await here.hire("manager");
    await expect(stranger.call.readDeal({ params: at(deal) })).rejects.toMatchObject(
      failure("record.not-found", 404),
    );
  });

  it("names nothing that is not there: every fault in one answer", async () => {
    const client = await api.createClient({ body: { name: "Known" } });
    await expect(
      made({
        clientId: client.id,
        contacts: [{ contactId: nobody("contact"), roles: ["payer"] }],
        participantIds: [nobody("member")],
        ownerId: nobody("member"),
        items: [{ productId: nobody("product"), quantity: 1 }],
      }),
    ).rejects.toMatchObject(
      failure(
        "reference.unknown",
        422,
        "/contacts/0/contactId",
        "/items/0/productId",
        "/participantIds/0",
        "/ownerId",
      ),
    );
    await expect(made({ clientId: nobody("client") })).rejects.toMatchObject(
      failure("reference.unknown", 422, "/clientId"),
    );
    await expect(made({ typeId: "nothing" })).rejects.toMatchObject(
      failure("reference.unknown", 422, "/typeId"),
    );
    await expect(made({ title: " ", items: 7, colour: "red" })).rejects.toMatchObject({
      code: "request.invalid",
      fields: expect.arrayContaining(
        ["/title", "/items", "/colour"].map((pointer) => expect.objectContaining({ pointer })),
      ),
    });
  });

  it("says where a product has no price, and refuses sums that cannot be counted", async () => {
    const product = await api.createProduct({ body: { code: "UNPRICED", name: "Unpriced" } });
    await expect(made({ items: [{ productId: product.id, quantity: 1 }] })).rejects.toMatchObject(
      failure("deal.price-missing", 422, "/items/0/unitPriceMinor"),
    );
    const most = Number.MAX_SAFE_INTEGER;
    await expect(
      made({ items: [{ productId: product.id, quantity: most, unitPriceMinor: most }] }),
    ).rejects.toMatchObject(failure("money.overflow", 422));
  });

  it("carries the fields that the tenant declared, checked", async () => {
    const other = await company();
    await other.admin.setFields({
      body: {
        deal: [
          { key: "region", label: "Region", type: "choice", choices: ["North", "South"], required: true },
          { key: "after", label: "After", type: "reference", references: "deal" },
        ],
      },
    });
    const body = { title: "x", typeId: "sale" };
    const { admin } = other;
    await expect(admin.createDeal({ body })).rejects.toMatchObject(
      failure("request.invalid", 400, "/fields/region"),
    );
    const first = await admin.createDeal({ body: { ...body, fields: { region: "North" } } });
    const second = await admin.createDeal({
      body: { ...body, fields: { region: "South", after: first.id } },
    });
    const params = at(second);
    await expect(
      admin.changeDeal({ params, body: { fields: { after: nobody("deal") } } }),
    ).rejects.toMatchObject(failure("reference.unknown", 422, "/fields/after"));
    const changed = await admin.changeDeal({ params, body: { fields: { after: null } } });
    expect(changed.fields).toEqual({ region: "South" });
  });

  it("of the past is entered under the same rules", async () => {
    const past = {
      registeredAt: daysAgo(60),
      history: ["qualified", "proposal", "negotiation"].map((stageId, n) => ({
        stageId,
        at: daysAgo(50 - n),
      })),
      outcome: { state: "won", at: daysAgo(40) },
      estimatedAmountMinor: 5_000,
    };
    const deal = await made(past);
    expect(deal).toMatchObject({
      state: "won",
      stageId: "negotiation",
      closedAt: past.outcome.at,
      version: 1,
    });
    expect(deal.moves).toHaveLength(4);
    await expect(made({ ...past, history: past.history.slice(1) })).rejects.toMatchObject(
      failure("deal.stage-skipped", 409, "/history/0/stageId"),
    );
    await expect(made({ ...past, outcome: { state: "won", at: daysAgo(-1) } })).rejects.toMatchObject(
      failure("deal.history-disordered", 422, "/outcome/at"),
    );
    // A month of the year 1 would be none that the record, or a summary, can say.
    const slip = "0001-01-01T00:00:00.000Z";
    await expect(made({ registeredAt: slip })).rejects.toMatchObject(
      failure("deal.history-disordered", 422, "/registeredAt"),
    );
    await expect(made({ outcome: { state: "lost", at: slip, reasonId: "price" } })).rejects.toMatchObject(
      failure("deal.history-disordered", 422, "/outcome/at"),
    );
  });

  it("is made once under one key, and a change under an old version is refused", async () => {
    const call = { body: { title: "Once", typeId: "sale" }, idempotencyKey: "deal-once" };
    const first = await api.createDeal.answered(call);
    const again = await api.createDeal.answered(call);
    expect([again.replayed, again.answer]).toEqual([true, first.answer]);
    const params = at(first.answer);
    const changed = await api.changeDeal({ params, body: { title: "Twice" }, ifMatch: 1 });
    expect(changed).toMatchObject({ title: "Twice", version: 2 });
    const stale = failure("record.stale", 412);
    await expect(api.changeDeal({ params, body: { title: "Thrice" }, ifMatch: 1 })).rejects.toMatchObject(
      stale,
    );
    await expect(api.moveDeal({ params, body: { stageId: "qualified" }, ifMatch: 1 })).rejects.toMatchObject(
      stale,
    );
    expect(await api.readDeal({ params })).toEqual(changed);
  });
});

describe("the stages of a deal", () => {
  it("are passed one by one, won from the last, and come back with a reopening", async () => {
    const params = at(await made());
    await expect(api.moveDeal({ params, body: { stageId: "proposal" } })).rejects.toMatchObject(
      failure("deal.stage-skipped", 409, "/stageId"),
    );
    await expect(api.winDeal({ params })).rejects.toMatchObject(failure("deal.stage-not-last", 409));
    for (const stageId of ["qualified", "proposal", "negotiation"])
      expect(await api.moveDeal({ params, body: { stageId } })).toMatchObject({ stageId, moved: true });
    const won = await api.winDeal({ params });
    expect(won).toMatchObject({ state: "won", version: 5 });
    await expect(api.moveDeal({ params, body: { stageId: "interest" } })).rejects.toMatchObject(
      failure("deal.closed", 409),
    );
    await expect(api.changeDeal({ params, body: { estimatedAmountMinor: 1 } })).rejects.toMatchObject(
      failure("deal.closed", 409, "/estimatedAmountMinor"),
    );
    const open = await api.reopenDeal({ params });
    expect(open).toMatchObject({ state: "open", stageId: "negotiation" });
    expect(open.closedAt).toBeUndefined();
    await expect(api.reopenDeal({ params })).rejects.toMatchObject(failure("deal.not-closed", 409));
  });

  it("are not changed by a move to the stage it is in, and the answer says so", async () => {
    const params = at(await made());
    for (let n = 0; n < 2; n++)
      expect(
        await api.moveDeal({ params, body: { stageId: "interest" }, idempotencyKey: "same-stage" }),
      ).toMatchObject({
        moved: false,
        version: 1,
      });
  });

  it("are lost for a reason of the tenant, with where and to whom", async () => {
    const params = at(await made());
    await expect(api.loseDeal({ params, body: { reasonId: "weather" } })).rejects.toMatchObject(
      failure("reference.unknown", 422, "/reasonId"),
    );
    const lost = await api.loseDeal({
      params,
      body: { reasonId: "price", competitor: "Acme", note: "By a tenth" },
    });
    expect(lost).toMatchObject({
      state: "lost",
      loss: { reasonId: "price", competitor: "Acme", note: "By a tenth", stageId: "interest" },
    });
  });

  it("lose no move when two members move at the same moment", async () => {
    const params = at(await made({ typeId: "project" }));
    const stages = ["scoping", "tender", "contract", "idea", "scoping", "tender"];
    const moves = await Promise.all(stages.map((stageId) => api.moveDeal({ params, body: { stageId } })));
    const deal = await api.readDeal({ params });
    expect(deal.version).toBe(1 + moves.filter(({ moved }) => moved).length);
    expect(deal.moves.map(({ from }) => from)).toEqual([
      "idea",
      ...deal.moves.slice(0, -1).map(({ to }) => to),
    ]);
  });

  it("are won once, whoever wins them at the same moment", async () => {
    const params = at(await made({ typeId: "order" }));
    const wins = await Promise.allSettled([1, 2, 3, 4].map(() => api.winDeal({ params })));
    expect(wins.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const one of wins)
      if (one.status === "rejected") expect(one.reason).toMatchObject(failure("deal.closed", 409));
  });

  it("are all told page by page, also those that the record has no room for", async () => {
    const stages = ["scoping", "idea"];
    const history = Array.from({ length: 100 }, (_, n) => ({
      stageId: stages[n % 2] ?? "",
      at: daysAgo(200 - n),
    }));
    const deal = await made({ typeId: "project", registeredAt: daysAgo(300), history });
    expect(deal.moves.length + deal.movesSpilled).toBe(100);
    expect(deal.movesSpilled).toBe(50);
    const params = at(deal);
    for (let n = 0; n < 3; n++) await api.moveDeal({ params, body: { stageId: stages[n % 2] ?? "" } });
    const numbers: number[] = [];
    const instants: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await api.listDealMoves({ params, query: { limit: 7, cursor } });
      numbers.push(...page.items.map(({ number }) => number));
      instants.push(...page.items.map((move) => move.at));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(numbers).toEqual(Array.from({ length: 103 }, (_, n) => 103 - n));
    expect(instants).toEqual([...instants].sort().reverse());
    expect(instants.slice(3)).toEqual(history.map((step) => step.at).reverse());
  });
});
