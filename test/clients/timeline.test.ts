import { expect, test } from "vitest";
import { clientOf } from "../../functions/client.ts";
import { dealRoutes } from "../../functions/deals/routes.ts";
import { stackUrl, tokenFor } from "../support/client.ts";
import { type as, company, failure, nobody, notFound } from "./company.ts";

test("the timeline of a client is its deals, newest first, in pages, for whoever may see each", async () => {
  const { admin, adminEmail, hire } = await company();
  const ana = await hire("manager");
  const dan = await hire("manager");
  const deals = clientOf(dealRoutes, { baseUrl: stackUrl(), token: await tokenFor(adminEmail) });
  const { id } = await admin.createClient({ body: { name: "Busy", ownerId: ana.id } });
  const other = await admin.createClient({ body: { name: "Other", ownerId: ana.id } });
  const titles = ["one", "two", "three", "four"];
  for (const [n, title] of titles.entries())
    await deals.createDeal({
      body: { title, typeId: "sale", clientId: id, ownerId: n === 1 ? dan.id : ana.id },
    });
  await deals.createDeal({ body: { title: "elsewhere", typeId: "sale", clientId: other.id } });

  const titlesFor = async (api: ReturnType<typeof as>) => {
    const seen: string[] = [];
    for (let cursor: string | undefined, page = 0; page < 10; page++) {
      const { items, next } = await api.readTimeline({
        params: { clientId: id },
        query: { limit: 2, cursor },
      });
      expect(items.every(({ kind, state }) => kind === "deal" && state === "open")).toBe(true);
      seen.push(...items.map(({ title }) => title));
      cursor = next;
      if (next === undefined) break;
    }
    return seen;
  };
  expect(await titlesFor(admin)).toEqual(["four", "three", "two", "one"]);
  expect(await titlesFor(ana.api)).toEqual(["four", "three", "one"]);
  await expect(dan.api.readTimeline({ params: { clientId: id } })).rejects.toMatchObject(notFound);
  await expect(admin.readTimeline({ params: { clientId: nobody("cli") } })).rejects.toMatchObject(notFound);
  const { next } = await admin.readTimeline({ params: { clientId: id }, query: { limit: 1 } });
  await expect(
    admin.readTimeline({ params: { clientId: other.id }, query: { cursor: next } }),
  ).rejects.toMatchObject(failure("request.cursor-mismatch", 400));
});
