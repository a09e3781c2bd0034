import { afterAll, beforeAll, expect, test } from "vitest";
import { clientHandlers } from "../../functions/clients/handlers.ts";
import { clientRoutes } from "../../functions/clients/routes.ts";
import { serve } from "../../functions/kit/serve.ts";
import { idOf, openCompany } from "../access/fixture.ts";
import { type Call, caller, startGround, type TestGround } from "../access/ground.ts";

let ground: TestGround;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.stop());

/** The API of clients, of which one request can be held between its load and its save. */
const opened = async () => {
  const { tenantId, adminMemberId } = await openCompany(ground);
  const as = { tenantId, memberId: adminMemberId };
  const plain = caller(serve(clientRoutes, clientHandlers, ground));
  const send = (call: Call) => plain(as, call);
  /** Sends a request, and lets another happen just before it is saved for the first time. */
  const sendAround = (call: Call, meanwhile: () => Promise<unknown>) => {
    let held = false;
    const before = async () => {
      if (held) return;
      held = true;
      await meanwhile();
    };
    const handler = serve(clientRoutes, clientHandlers, {
      ...ground,
      database: (meter) => {
        const database = ground.database(meter);
        return {
          ...database,
          put: (input) => before().then(() => database.put(input)),
          transact: (writes, token) => before().then(() => database.transact(writes, token)),
        };
      },
    });
    return caller(handler)(as, call);
  };
  const client = async (name: string) => idOf(await send({ route: "POST /v1/clients", body: { name } }));
  return { send, sendAround, client };
};

const under = (clientId: string, parentId: string): Call => ({
  route: "PATCH /v1/clients/{clientId}",
  params: { clientId },
  body: { parentId },
});

test("a parent that comes to stand below meanwhile is refused, however far up", async () => {
  const { send, sendAround, client } = await opened();
  const [a, b, c] = [await client("A"), await client("B"), await client("C")];
  await send(under(b, c));
  const held = await sendAround(under(a, b), async () => {
    expect(await send(under(c, a))).toMatchObject({ status: 200 });
  });
  expect(held).toMatchObject({ status: 422, body: { code: "client.parent-cycle" } });
});

test("an ancestor that only changes its name meanwhile does not stand in the way", async () => {
  const { send, sendAround, client } = await opened();
  const [a, b] = [await client("A"), await client("B")];
  const held = await sendAround(under(a, b), () =>
    send({ route: "PATCH /v1/clients/{clientId}", params: { clientId: b }, body: { name: "B2" } }),
  );
  expect(held).toMatchObject({ status: 200, body: { parentId: b } });
});

test("a link that overlaps with one made meanwhile is refused, and a move goes on from where a move ended", async () => {
  const { send, sendAround, client } = await opened();
  const [one, two, three] = [await client("One"), await client("Two"), await client("Three")];
  const counterpartyId = idOf(
    await send({
      route: "POST /v1/clients/{clientId}/counterparties",
      params: { clientId: one },
      body: { legalName: "L", validFrom: "2020-01-01", validTo: "2020-12-31" },
    }),
  );
  const params = { counterpartyId };
  const link = (clientId: string): Call => ({
    route: "POST /v1/counterparties/{counterpartyId}/links",
    params,
    body: { clientId, validFrom: "2021-01-01" },
  });
  const held = await sendAround(link(two), async () => {
    expect(await send(link(three))).toMatchObject({ status: 201 });
  });
  expect(held).toMatchObject({ status: 409, body: { code: "counterparty.link-overlap" } });

  const move = (clientId: string, on: string): Call => ({
    route: "POST /v1/counterparties/{counterpartyId}/move",
    params,
    body: { clientId, on },
  });
  const moved = await sendAround(move(one, "2023-01-01"), async () => {
    expect(await send(move(two, "2022-01-01"))).toMatchObject({ status: 200 });
  });
  expect(moved.status).toBe(200);
  const owners = await Promise.all(
    ["2020-06-01", "2021-06-01", "2022-06-01", "2023-06-01"].map(async (asOf) => {
      const { body } = await send({
        route: "GET /v1/counterparties/{counterpartyId}/client",
        params,
        query: { asOf },
      });
      return body.link;
    }),
  );
  expect(owners).toMatchObject([one, three, two, one].map((clientId) => ({ clientId })));
  for (const clientId of [one, two, three]) {
    const whole = await send({ route: "GET /v1/clients/{clientId}", params: { clientId } });
    expect(whole.body.counterpartyCount).toBe(1);
  }
});

test("the last free place for a contact is given once", async () => {
  const { send, sendAround, client } = await opened();
  const clientId = await client("Full");
  const add = (name: string): Call => ({
    route: "POST /v1/clients/{clientId}/contacts",
    params: { clientId },
    body: { name },
  });
  for (let n = 0; n < 199; n++) expect(await send(add(`${n}`))).toMatchObject({ status: 201 });
  const held = await sendAround(add("one too many"), async () => {
    expect(await send(add("the last"))).toMatchObject({ status: 201 });
  });
  expect(held).toMatchObject({ status: 422, body: { code: "limit.exceeded" } });
  const whole = await send({ route: "GET /v1/clients/{clientId}", params: { clientId } });
  expect(whole.body.contacts).toHaveLength(200);
});
