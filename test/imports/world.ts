import { createHash } from "node:crypto";
import type { Tenant } from "../../domain/access/records.ts";
import { Import } from "../../domain/imports/job.ts";
import type { MappingInput } from "../../domain/imports/mapping.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { importHandlers } from "../../functions/imports/handlers.ts";
import { importRoutes } from "../../functions/imports/routes.ts";
import { type FaultyRow, importEntity } from "../../functions/imports/store.ts";
import type { Uploads } from "../../functions/imports/uploads.ts";
import { clientMakers } from "../../functions/imports/worker/makers/clients.ts";
import { otherMakers } from "../../functions/imports/worker/makers/others.ts";
import { runImport } from "../../functions/imports/worker/run.ts";
import { momentOf } from "../../functions/kit/context.ts";
import type { Ground } from "../../functions/kit/machine.ts";
import { tenantEntity } from "../../functions/kit/records.ts";
import { serve } from "../../functions/kit/serve.ts";
import { settingsOf } from "../../functions/kit/settings.ts";
import { newMeter } from "../../functions/kit/table/database.ts";
import { Store } from "../../functions/kit/table/store.ts";
import { provision } from "../../functions/provision/provision.ts";
import { type Answer, type Call, caller, startGround, type TestGround } from "../access/ground.ts";

/** Uploads in memory, served in small pieces as a network does. */
const memoryUploads = (pieceBytes: number): Uploads & { files: Map<string, Uint8Array> } => {
  const files = new Map<string, Uint8Array>();
  const key = (tenantId: string, uploadId: string) => `${tenantId}/${uploadId}`;
  return {
    files,
    presign: async (tenantId, uploadId) => ({ url: `memory:${key(tenantId, uploadId)}`, headers: {} }),
    put: async (tenantId, uploadId, text) => {
      files.set(key(tenantId, uploadId), new TextEncoder().encode(text));
    },
    size: async (tenantId, uploadId) => files.get(key(tenantId, uploadId))?.length,
    open: async (tenantId, uploadId, etag) => {
      const bytes = files.get(key(tenantId, uploadId));
      if (!bytes) throw new Failure("import.upload-missing");
      const now = createHash("sha256").update(bytes).digest("hex");
      if (etag !== undefined && etag !== now) throw new Failure("import.file-changed");
      const pieces = async function* () {
        for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
      };
      return { etag: now, bytes: bytes.length, pieces: pieces() };
    },
  };
};

export interface World {
  readonly ground: TestGround;
  readonly tenantId: string;
  readonly adminId: string;
  readonly store: Store;
  readonly uploads: ReturnType<typeof memoryUploads>;
  call(call: Call, memberId?: string): Promise<Answer>;
  /** Orders an import of a text; it is not carried out yet. */
  order(text: string, mapping: MappingInput, more?: { dryRun?: boolean }): Promise<string>;
  /** Carries out what is called for, until no worker is called any more. */
  carryOut(importId: string, ground?: Ground, remainingMs?: () => number): Promise<void>;
  read(importId: string): Promise<Import>;
  faults(importId: string): Promise<FaultyRow[]>;
  import(text: string, mapping: MappingInput, more?: { dryRun?: boolean }): Promise<Import>;
}

export const startWorld = async (pieceBytes = 10_000): Promise<World> => {
  const ground = await startGround();
  const { tenantId, adminMemberId } = await provision(
    { name: "Test", adminEmail: "admin@test.example", currency: "USD" },
    ground,
  );
  const uploads = memoryUploads(pieceBytes);
  const store = new Store(ground.database(newMeter()), tenantId);
  const handle = caller(serve(importRoutes, importHandlers(uploads), ground));
  const call = (request: Call, memberId = adminMemberId) => handle({ tenantId, memberId }, request);
  const load = async (importId: string) => {
    const job = await store.get(importEntity, { id: importId });
    if (!job) throw new Error("there is no such import");
    return job;
  };

  const world: World = {
    ground,
    tenantId,
    adminId: adminMemberId,
    store,
    uploads,
    call,
    async order(text, mapping, more = {}) {
      const bytes = new TextEncoder().encode(text);
      const place = await call({ route: "POST /v1/uploads", body: { bytes: bytes.length } });
      uploads.files.set(String(place.body.url).replace("memory:", ""), bytes);
      const { uploadId } = place.body;
      const answer = await call({ route: "POST /v1/imports", body: { uploadId, mapping, ...more } });
      if (answer.status !== 202) throw new Error(JSON.stringify(answer.body));
      return String(answer.body.id);
    },
    async carryOut(importId, on = ground, remainingMs = () => 300_000) {
      const tenant: Tenant | undefined = await store.get(tenantEntity, {});
      if (!tenant) throw new Error("there is no tenant");
      const own = new Store(on.database(newMeter()), tenantId);
      for (let calls = 0; calls < 100; calls++) {
        const { run, status } = await load(importId);
        if (status !== "waiting" && status !== "running") return;
        await runImport(
          { importId, run },
          {
            makers: { ...clientMakers, ...otherMakers },
            ground: on,
            uploads,
            actor: {
              ...momentOf(on),
              tenant,
              store: own,
              correlationId: "test",
              settings: () => settingsOf(own, tenant),
            },
            log: { info: () => {}, warn: () => {}, error: () => {} },
            remainingMs,
            wait: async (ms) => ground.advance(ms),
          },
        );
      }
      throw new Error("the import does not come to an end");
    },
    async read(importId) {
      const answer = await call({ route: "GET /v1/imports/{importId}", params: { importId } });
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
      return Import.parse(answer.body);
    },
    async faults(importId) {
      const page = await store.list<FaultyRow>({
        pk: `IMPORT#${importId}`,
        beginsWith: "FAULT#",
        limit: 1_000,
      });
      return page.items;
    },
    async import(text, mapping, more) {
      const importId = await world.order(text, mapping, more);
      await world.carryOut(importId);
      return world.read(importId);
    },
  };
  return world;
};
