import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { itemsOf } from "../../functions/client.ts";
import { stackUrl } from "../support/client.ts";
import { type Api, as, type Company, company, day, draft, newClient, signed } from "./company.ts";

let own: Company;
beforeAll(async () => {
  own = await company();
});

const nobody = (prefix: string) => `${prefix}_01JD8Z5T2V9Q4R6W8Y0A1B3C5D`;
const idsOf = async (api: Api, query: Parameters<Api["listContracts"]>[0] = {}) => {
  const ids: string[] = [];
  for await (const { id } of itemsOf((cursor) => api.listContracts({ query: { ...query.query, cursor } })))
    ids.push(id);
  return ids;
};

describe("a contract", () => {
  test("is drawn up, changed, signed and terminated, and says its state", async () => {
    const number = `R ${randomUUID()}`;
    const drawn = await draft(own, { number, terms: "Net 30" });
    expect(drawn).toMatchObject({
      state: "draft",
      number,
      endsOn: day(100),
      remainingMinor: 100_000,
      version: 1,
    });
    const params = { contractId: drawn.id };
    const changed = await own.admin.changeContract({ params, body: { kind: "single", terms: null } });
    expect(changed).toMatchObject({ kind: "single", version: 2 });
    expect(changed.terms).toBeUndefined();
    const active = await own.admin.signContract({ params, body: { signedOn: day(0) } });
    expect(active.state).toBe("active");
    await expect(own.admin.changeContract({ params, body: { kind: "frame" } })).rejects.toMatchObject({
      status: 409,
      code: "contract.fixed",
      fields: [{ pointer: "/kind" }],
    });
    const over = await own.admin.terminateContract({
      params,
      body: { on: day(-1), reason: "The plant closed" },
    });
    expect(over).toMatchObject({ state: "terminated", endsOn: day(-1) });
    expect(await own.admin.readContract({ params })).toEqual(over);
    expect((await signed(own, { validTo: day(-1) })).state).toBe("ended");
  });

  test("has a number that no other has in any case, also when many ask at once; a changed one is free again", async () => {
    const number = `N ${randomUUID()}`;
    const tries = await Promise.allSettled(
      Array.from({ length: 6 }, (_, n) => draft(own, { number: n % 2 ? number : number.toUpperCase() })),
    );
    const made = tries.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    expect(made).toHaveLength(1);
    for (const one of tries)
      if (one.status === "rejected")
        expect(one.reason).toMatchObject({ status: 409, code: "contract.number-taken" });
    expect(await idsOf(own.admin, { query: { number: number.toLowerCase() } })).toEqual([made[0]?.id]);
    await own.admin.changeContract({
      params: { contractId: made[0]?.id ?? "" },
      body: { number: `M ${randomUUID()}` },
    });
    expect((await draft(own, { number })).number).toBe(number);
  });

  test("is with a counterparty of the client and nobody else", async () => {
    const other = await newClient(own.admin);
    const wrong: [Partial<Parameters<Api["createContract"]>[0]["body"]>, string][] = [
      [{ clientId: nobody("cli") }, "/clientId"],
      [{ counterpartyId: nobody("cpt") }, "/counterpartyId"],
      [{ counterpartyId: other.counterpartyId }, "/counterpartyId"],
    ];
    for (const [wishes, pointer] of wrong)
      await expect(draft(own, wishes)).rejects.toMatchObject({
        status: 422,
        code: "reference.unknown",
        fields: [{ pointer }],
      });
    await expect(draft(own, { validTo: day(-200), currency: undefined })).rejects.toMatchObject({
      status: 400,
      fields: [{ pointer: "/validTo" }, { pointer: "/amountMinor" }],
    });
  });

  test("is found by its client, and all of them by their end, page by page", async () => {
    const mine = await company();
    const ends = [40, 10, 30, 20];
    const made = new Map<number, string>();
    for (const end of ends) made.set(end, (await signed(mine, { validTo: day(end) })).id);
    const endless = await signed(mine, { validTo: undefined });
    const over = await signed(mine, { validTo: day(-5) });
    const inOrder = [over.id, ...[10, 20, 30, 40].map((end) => made.get(end)), endless.id];
    expect(await idsOf(mine.admin, { query: { limit: 2 } })).toEqual(inOrder);
    expect(await idsOf(mine.admin, { query: { endsFrom: day(20), endsTo: day(30), limit: 1 } })).toEqual([
      made.get(20),
      made.get(30),
    ]);
    expect(await idsOf(mine.admin, { query: { state: "ended" } })).toEqual([over.id]);
    expect((await idsOf(mine.admin, { query: { client: mine.clientId } })).sort()).toEqual(
      [...inOrder].sort(),
    );
    expect(await idsOf(mine.admin, { query: { client: (await newClient(mine.admin)).clientId } })).toEqual(
      [],
    );
  });

  test("is seen by whoever sees its client", async () => {
    const manager = await own.hire("manager");
    const theirs = await newClient(own.admin, manager.id);
    const seen = await draft(own, theirs);
    const hidden = await draft(own);
    expect(await idsOf(manager.api)).toEqual([seen.id]);
    expect((await manager.api.readContract({ params: { contractId: seen.id } })).id).toBe(seen.id);
    await expect(manager.api.readContract({ params: { contractId: hidden.id } })).rejects.toMatchObject({
      status: 404,
      code: "record.not-found",
    });
    expect(await idsOf(manager.api, { query: { number: hidden.number } })).toEqual([]);
    const warehouse = await own.hire("warehouse");
    await expect(warehouse.api.listContracts()).rejects.toMatchObject({ status: 403 });
    const auditor = await own.hire("auditor");
    expect((await auditor.api.readContract({ params: { contractId: hidden.id } })).id).toBe(hidden.id);
    await expect(
      auditor.api.changeContract({ params: { contractId: hidden.id }, body: { title: "x" } }),
    ).rejects.toMatchObject({ status: 403 });
  });
});

describe("the deals of a contract", () => {
  const deal = (clientId: string) =>
    own.admin.createDeal({ body: { title: "A deal", typeId: "sale", clientId } });

  test("are of its client, linked once, found both ways, and taken off again", async () => {
    const contract = await signed(own);
    const params = { contractId: contract.id };
    const one = await deal(own.clientId);
    const linked = await own.admin.linkContractDeal({ params, body: { dealId: one.id } });
    expect(linked.dealCount).toBe(1);
    await expect(own.admin.linkContractDeal({ params, body: { dealId: one.id } })).rejects.toMatchObject({
      code: "contract.deal-linked",
    });
    const foreign = await deal((await newClient(own.admin)).clientId);
    await expect(own.admin.linkContractDeal({ params, body: { dealId: foreign.id } })).rejects.toMatchObject({
      status: 422,
      code: "reference.unknown",
    });
    expect((await own.admin.listContractDeals({ params })).items.map(({ dealId }) => dealId)).toEqual([
      one.id,
    ]);
    expect(await idsOf(own.admin, { query: { deal: one.id } })).toEqual([contract.id]);
    const off = await own.admin.unlinkContractDeal({ params: { ...params, dealId: one.id } });
    expect(off.dealCount).toBe(0);
    expect(await idsOf(own.admin, { query: { deal: one.id } })).toEqual([]);
    await expect(
      own.admin.unlinkContractDeal({ params: { ...params, dealId: one.id } }),
    ).rejects.toMatchObject({
      status: 404,
    });
  });

  test("are one for a single contract, however many are linked at once", async () => {
    const params = { contractId: (await signed(own, { kind: "single" })).id };
    const deals = await Promise.all([1, 2, 3].map(() => deal(own.clientId)));
    const tries = await Promise.allSettled(
      deals.map(({ id }) => own.admin.linkContractDeal({ params, body: { dealId: id } })),
    );
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const one of tries)
      if (one.status === "rejected")
        expect(one.reason).toMatchObject({ status: 409, code: "contract.single" });
  });
});

describe("what is consumed of a contract", () => {
  test("on a day that was mistyped is no obstacle once it is reversed: the contract ends when it was consumed last", async () => {
    const { id: contractId } = await signed(own);
    const params = { contractId };
    const consume = (on: string) =>
      own.admin.consumeContract({ params, body: { amountMinor: 100, currency: "EUR", on } });
    await consume(day(-50));
    const typo = await consume(day(90));
    const last = await consume(day(-20));
    const terminate = (on: string) =>
      own.admin.terminateContract({ params, body: { on, reason: "The plant was closed" } });
    await expect(terminate(day(10))).rejects.toMatchObject({ code: "contract.days" });
    const reverse = (consumptionId: string) =>
      own.admin.reverseContractConsumption({ params: { contractId, consumptionId } });
    await reverse(typo.id);
    expect(await own.admin.readContract({ params })).toMatchObject({
      lastConsumedOn: day(-20),
      consumedMinor: 200,
    });
    await expect(terminate(day(-30))).rejects.toMatchObject({ code: "contract.days" });
    await reverse(last.id);
    expect((await own.admin.readContract({ params })).lastConsumedOn).toBe(day(-50));
    expect(await terminate(day(-30))).toMatchObject({ state: "terminated" });
  });

  test("is never more than agreed, whoever consumes at the same moment, and can be reversed once", async () => {
    const contract = await signed(own);
    const params = { contractId: contract.id };
    const take = (amountMinor: number) =>
      own.admin.consumeContract({ params, body: { amountMinor, currency: "EUR", on: day(0) } });
    const tries = await Promise.allSettled(Array.from({ length: 5 }, () => take(30_000)));
    const entries = tries.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    expect(entries).toHaveLength(3);
    for (const one of tries)
      if (one.status === "rejected")
        expect(one.reason).toMatchObject({ status: 409, code: "contract.exceeded" });
    expect(await own.admin.readContract({ params })).toMatchObject({
      consumedMinor: 90_000,
      remainingMinor: 10_000,
    });
    const back = { params: { ...params, consumptionId: entries[0]?.id ?? "" } };
    const reversals = await Promise.allSettled(
      [1, 2, 3].map(() => own.admin.reverseContractConsumption(back)),
    );
    expect(reversals.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await own.admin.readContract({ params })).consumedMinor).toBe(60_000);
    const { items } = await own.admin.listContractConsumptions({ params });
    expect(items.map(({ amountMinor }) => amountMinor).sort()).toEqual([-30_000, 30_000, 30_000, 30_000]);
    expect(items.reduce((sum, { amountMinor }) => sum + amountMinor, 0)).toBe(60_000);
  });

  test("names a deal of the contract, lies on its days and is in its currency", async () => {
    const params = { contractId: (await signed(own)).id };
    const body = { amountMinor: 1, currency: "EUR", on: day(0) };
    const refused = async (more: Partial<typeof body> & { dealId?: string }, code: string) =>
      expect(own.admin.consumeContract({ params, body: { ...body, ...more } })).rejects.toMatchObject({
        code,
      });
    await refused({ dealId: nobody("deal") }, "reference.unknown");
    await refused({ on: day(101) }, "contract.not-in-force");
    await refused({ currency: "RON" }, "contract.currency-differs");
    await expect(
      own.admin.consumeContract({ params: { contractId: (await draft(own)).id }, body }),
    ).rejects.toMatchObject({ status: 409, code: "contract.not-in-force" });
  });
});

describe("the files of a contract", () => {
  const pdf = new TextEncoder().encode("%PDF-1.7 Contract nr. 1, părți: …");

  /** Announces a file of a new contract. */
  const announce = async (name = "contract.pdf") => {
    const params = { contractId: (await draft(own)).id };
    const body = { name, mediaType: "application/pdf" as const, bytes: pdf.length };
    const { file, upload } = await own.admin.announceContractFile({ params, body });
    const put = (content: Uint8Array<ArrayBuffer>, mediaType = "application/pdf") =>
      fetch(upload.url, { method: "PUT", headers: { "content-type": mediaType }, body: content });
    return { body, file, put, params: { ...params, fileId: file.id } };
  };

  test("arrive as they were announced and are read back byte by byte by whoever may", async () => {
    const { body, file, put, params } = await announce();
    const missing = { status: 409, code: "contract.file-missing" };
    await expect(own.admin.confirmContractFile({ params })).rejects.toMatchObject(missing);
    await expect(own.admin.readContractFile({ params })).rejects.toMatchObject(missing);
    expect((await put(pdf)).status).toBe(200);
    await expect(own.admin.readContractFile({ params })).rejects.toMatchObject(missing);
    const confirmed = await own.admin.confirmContractFile({ params });
    expect(confirmed.files).toEqual([expect.objectContaining({ ...body, id: file.id })]);
    expect(confirmed.files[0]?.arrivedAt).toBeDefined();
    expect(await own.admin.confirmContractFile({ params })).toEqual(confirmed);
    const place = await own.admin.readContractFile({ params });
    expect(new Uint8Array(await (await fetch(place.url)).arrayBuffer())).toEqual(pdf);
    const other = as((await company()).token);
    await expect(other.readContractFile({ params })).rejects.toMatchObject({ status: 404 });
    expect((await own.admin.removeContractFile({ params })).files).toEqual([]);
    expect((await fetch(place.url)).status).toBe(404);
  });

  test("are put with the length and the type that were announced, or not at all", async () => {
    const { put, params } = await announce();
    expect((await put(pdf.slice(1))).status).toBe(403);
    expect((await put(pdf, "text/html")).status).toBe(403);
    await expect(own.admin.confirmContractFile({ params })).rejects.toMatchObject({
      code: "contract.file-missing",
    });
  });

  test.each(["text/html", "image/svg+xml", "application/xhtml+xml", "application/xml", "text/javascript"])(
    "are no %s, which a browser would run",
    async (mediaType) => {
      const answer = await fetch(`${stackUrl()}/v1/contracts/${(await draft(own)).id}/files`, {
        method: "POST",
        headers: { authorization: `Bearer ${own.token}`, "content-type": "application/json" },
        body: JSON.stringify({ name: "contract.pdf", mediaType, bytes: 10 }),
      });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ errors: [{ pointer: "/mediaType" }] });
    },
  );

  test("are handed out as attachments under their name and announced type", async () => {
    const { put, params } = await announce("Contract (părți) 1.pdf");
    await put(pdf);
    await own.admin.confirmContractFile({ params });
    const { headers } = await fetch((await own.admin.readContractFile({ params })).url);
    expect(headers.get("content-disposition")).toBe(
      "attachment; filename*=UTF-8''Contract%20%28p%C4%83r%C8%9Bi%29%201.pdf",
    );
    expect(headers.get("content-type")).toBe("application/pdf");
  });

  test("stay as they were confirmed, whatever is put to the upload's URL afterwards", async () => {
    const { put, params } = await announce();
    await put(pdf);
    await own.admin.confirmContractFile({ params });
    const forged = pdf.map((byte) => byte ^ 1);
    expect((await put(forged)).status).toBe(200);
    await own.admin.confirmContractFile({ params });
    const { url } = await own.admin.readContractFile({ params });
    expect(new Uint8Array(await (await fetch(url)).arrayBuffer())).toEqual(pdf);
  });

  test("confirmed by two at once with another upload between keep one of them whole", async () => {
    const { put, params } = await announce();
    await put(pdf);
    const forged = pdf.map((byte) => byte ^ 1);
    const confirm = () => own.admin.confirmContractFile({ params }).catch(() => undefined);
    await Promise.all([confirm(), put(forged), confirm()]);
    await own.admin.confirmContractFile({ params });
    const { file, url } = await own.admin.readContractFile({ params });
    const answer = await fetch(url);
    expect(answer.headers.get("etag")).toBe(file.etag);
    expect([pdf, forged]).toContainEqual(new Uint8Array(await answer.arrayBuffer()));
  });
});
