import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import iconv from "iconv-lite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Import, NewImport } from "../../domain/imports/job.ts";
import type { MappingInput } from "../../domain/imports/mapping.ts";
import { clientOf, itemsOf } from "../../functions/client.ts";
import { allRoutes } from "../../functions/routes.ts";
import { newTenant, stackUrl, type TestTenant } from "../support/client.ts";
import { until } from "../support/until.ts";

const products: MappingInput = {
  entity: "products",
  format: { currency: "EUR", decimal: ",", thousands: "." },
  identifiedBy: ["Cod"],
  fields: [
    { to: "code", from: "Cod", required: true },
    { to: "name", from: "Denumire", required: true },
    { to: "prices[0].unitPriceMinor", from: "Preț", type: "money" },
    { to: "prices[0].currency", constant: "EUR" },
  ],
};

const apiOf = ({ token }: TestTenant) => clientOf(allRoutes, { baseUrl: stackUrl(), token });

/** Puts a file where the API says. */
const upload = async (tenant: TestTenant, bytes: Uint8Array): Promise<string> => {
  const { uploadId, url, headers } = await apiOf(tenant).createUpload({ body: { bytes: bytes.length } });
  const { "content-length": length, ...others } = headers;
  expect(length).toBe(String(bytes.length));
  const answer = await fetch(url, { method: "PUT", headers: others, body: Buffer.from(bytes) });
  expect(answer.status).toBe(200);
  return uploadId;
};

const ended = async (tenant: TestTenant, { id }: Pick<Import, "id">): Promise<Import> => {
  const read = () => apiOf(tenant).readImport({ params: { importId: id } });
  await until("the import ends", async () => !["waiting", "running"].includes((await read()).status));
  return read();
};

const bodyFor = (body: { uploadId?: string; text?: string; mapping: MappingInput }) => NewImport.parse(body);

describe("an import over HTTP", () => {
  let tenant: TestTenant;
  beforeAll(async () => {
    tenant = await newTenant({ currency: "EUR" });
  });

  it("takes an uploaded file in another encoding and reports what is wrong in it, row by row", async () => {
    const text = 'Cod;Denumire;Preț\nA-1;Țuică "veche";1.234,50\nA-2;Brânză;12,345\n'.replaceAll(
      'Țuică "veche"',
      '"Țuică ""veche"""',
    );
    const uploadId = await upload(tenant, iconv.encode(text, "utf-16le", { addBOM: true }));
    const ordered = await apiOf(tenant).createImport({ body: bodyFor({ uploadId, mapping: products }) });
    const job = await ended(tenant, ordered);
    expect(job).toMatchObject({
      status: "done",
      kind: "products",
      counts: { rows: 2, made: 1, faulty: 1 },
      found: { encoding: "utf-16le", separator: ";", columns: ["Cod", "Denumire", "Preț"] },
    });
    const faults = [];
    for await (const row of itemsOf((cursor) =>
      apiOf(tenant).listImportFaults({
        params: { importId: job.id },
        query: { limit: 1, ...(cursor ? { cursor } : {}) },
      }),
    ))
      faults.push(row);
    expect(faults).toEqual([
      {
        line: 3,
        faults: [
          {
            line: 3,
            column: "Preț",
            value: "12,345",
            reason: "has more than 2 digits after the decimal point",
          },
        ],
      },
    ]);
    const { items } = await apiOf(tenant).listProducts({ query: { code: "a-1" } });
    expect(items).toMatchObject([
      { code: "A-1", name: 'Țuică "veche"', prices: [{ unitPriceMinor: 123_450 }] },
    ]);
    expect((await apiOf(tenant).listImports()).items[0]?.id).toBe(job.id);
  });

  it("knows another tenant's uploads and imports as little as those that do not exist", async () => {
    const other = await newTenant();
    const uploadId = await upload(tenant, new TextEncoder().encode("Cod;Denumire;Preț\nB;C;1\n"));
    const job = await apiOf(tenant).createImport({ body: bodyFor({ uploadId, mapping: products }) });
    await expect(
      apiOf(other).createImport({ body: bodyFor({ uploadId, mapping: products }) }),
    ).rejects.toMatchObject({
      status: 422,
      code: "import.upload-missing",
    });
    for (const call of [
      () => apiOf(other).readImport({ params: { importId: job.id } }),
      () => apiOf(other).listImportFaults({ params: { importId: job.id } }),
      () => apiOf(other).cancelImport({ params: { importId: job.id } }),
      () => apiOf(other).resumeImport({ params: { importId: job.id } }),
    ])
      await expect(call()).rejects.toMatchObject({ status: 404, code: "record.not-found" });
    expect((await ended(tenant, job)).status).toBe("done");
  });

  it("refuses a mapping that is wrong, naming every fault by pointer", async () => {
    const wrong = {
      entity: "products",
      identifiedBy: ["a"],
      fields: [{ to: "a..b", from: "a" }, { to: "c" }],
    };
    const answer = await fetch(`${stackUrl()}/v1/imports`, {
      method: "POST",
      headers: { authorization: `Bearer ${tenant.token}`, "content-type": "application/json" },
      body: JSON.stringify({ text: "a\n1\n", mapping: wrong }),
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      code: "request.invalid",
      errors: [{ pointer: "/mapping/fields/0/to" }, { pointer: "/mapping/fields/1/from" }],
    });
  });
});

describe("npm run import", () => {
  let folder: string;
  let tenant: TestTenant;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "clientela-import-"));
    tenant = await newTenant({ currency: "EUR" });
    const profile = {
      name: "Ours",
      setup: {
        fields: { client: [{ key: "sector", label: "Sector", type: "choice", choices: ["retail"] }] },
      },
      files: [
        {
          title: "Clients",
          file: "clienti.csv",
          mapping: {
            entity: "clients",
            identifiedBy: ["Nume"],
            fields: [
              { to: "name", from: "Nume" },
              { to: "fields.sector", from: "Sector" },
              { to: "parentId", from: "Grup", lookup: { entity: "clients", by: "identity" } },
            ],
          },
        },
      ],
    };
    writeFileSync(path.join(folder, "profile.json"), JSON.stringify(profile));
    const text =
      "Nume;Sector;Grup\r\nBrânzărie Şi Fii;retail;Ţara Mea\r\nUnde;sailing;\r\nŢara Mea;retail;\r\nOrfan;;Nimeni\r\n";
    writeFileSync(path.join(folder, "clienti.csv"), iconv.encode(text, "win1250"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (...args: string[]): Promise<{ code: number | null; output: string }> =>
    new Promise((resolve, reject) => {
      const cli = path.resolve(import.meta.dirname, "../../functions/imports/cli.ts");
      const child = spawn(process.execPath, [cli, ...args, "--url", stackUrl(), "--token", tenant.token], {
        stdio: "pipe",
      });
      let output = "";
      child.stdout.on("data", (text) => (output += text));
      child.stderr.on("data", (text) => (output += text));
      child.on("error", reject);
      child.on("close", (code) => resolve({ code, output }));
    });
  const lineOf = (output: string): string[] =>
    output
      .split("\n")
      .find((line) => line.startsWith("Clients "))
      ?.trim()
      .split(/\s+/) ?? [];

  it("imports by a profile of one's own, says what is wrong, and makes nothing the second time", async () => {
    const profile = ["--profile", path.join(folder, "profile.json"), folder];
    const tried = await run(...profile, "--dry-run");
    expect(tried.code).toBe(0);
    const first = await run(...profile);
    expect(first.code).toBe(0);
    expect(first.output).toContain("added to the settings: additional fields");
    expect(lineOf(first.output).slice(1, 7)).toEqual(["done", "4", "2", "0", "0", "2"]);
    expect(first.output).toContain('line 3, Sector: "sailing" is none of: retail');
    expect(first.output).toContain('line 5, Grup: "Nimeni" names none of the clients by identity');
    const second = await run(...profile);
    expect(lineOf(second.output).slice(1, 7)).toEqual(["done", "4", "0", "2", "0", "2"]);
  });

  it("says what it lacks", async () => {
    expect(await run(folder)).toMatchObject({
      code: 1,
      output: expect.stringContaining("a profile and one folder are needed"),
    });
    expect(await run("--profile", "nothing", folder)).toMatchObject({
      code: 1,
      output: expect.stringContaining("there is no profile nothing"),
    });
  });
});
