import iconv from "iconv-lite";
import { beforeAll, describe, expect, it } from "vitest";
import type { Encoding } from "../../domain/imports/decode.ts";
import { type Import, NewImport } from "../../domain/imports/job.ts";
import { clientOf } from "../../functions/client.ts";
import { allRoutes } from "../../functions/routes.ts";
import { newTenant, settle, stackUrl } from "../support/client.ts";

const connect = async () =>
  clientOf(allRoutes, { baseUrl: stackUrl(), token: (await newTenant({ currency: "EUR" })).token });

let api: Awaited<ReturnType<typeof connect>>;
beforeAll(async () => {
  api = await connect();
});

/** Imports products from text in Windows-1252, and waits for the end of the import. */
const importProducts = async (
  text: string,
  { dryRun = false, encoding }: { dryRun?: boolean; encoding?: Encoding } = {},
): Promise<Import> => {
  const bytes = iconv.encode(text, "windows-1252");
  const { uploadId, url, headers } = await api.createUpload({ body: { bytes: bytes.length } });
  const { "content-length": _, ...others } = headers;
  await fetch(url, { method: "PUT", headers: others, body: Buffer.from(bytes) });
  const body = NewImport.parse({
    uploadId,
    dryRun,
    mapping: {
      entity: "products",
      format: encoding ? { encoding } : {},
      identifiedBy: ["code"],
      fields: [
        { to: "code", from: "code", required: true },
        { to: "name", from: "name", required: true },
      ],
    },
  });
  const { id } = await api.createImport({ body });
  await settle();
  return api.readImport({ params: { importId: id } });
};
const nameOf = async (code: string) =>
  (await api.listProducts({ query: { code } })).items.map(({ name }) => name);

describe("a file in Windows-1252", () => {
  it("is read right without being told the encoding, and shows three words", async () => {
    expect(await importProducts("code;name\nW-1;Hélène Bœuf & Frères\n")).toMatchObject({
      status: "done",
      counts: { made: 1 },
      found: {
        encoding: "windows-1252",
        encodingIs: "certain",
        sampleWords: ["Hélène", "Bœuf", "Frères"],
      },
    });
    expect(await nameOf("W-1")).toEqual(["Hélène Bœuf & Frères"]);
  });

  it("makes nothing while another encoding is as likely, until the right one is stated", async () => {
    const text = "code;name\nW-2;Hélène & Frères\n";
    const refused = await importProducts(text);
    expect(refused).toMatchObject({
      status: "failed",
      counts: { made: 0 },
      failure: { code: "import.encoding-uncertain" },
    });
    expect(refused.failure?.detail).toContain('"Hélène", "Frères"');
    expect(await importProducts(text, { dryRun: true })).toMatchObject({
      status: "done",
      counts: { made: 1 },
      found: { encodingIs: "uncertain" },
    });
    expect(await nameOf("W-2")).toEqual([]);
    expect(await importProducts(text, { encoding: "windows-1252" })).toMatchObject({
      status: "done",
      counts: { made: 1 },
      found: { encoding: "windows-1252", encodingIs: "stated" },
    });
    expect(await nameOf("W-2")).toEqual(["Hélène & Frères"]);
  });
});
