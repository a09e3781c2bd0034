import { cancelled, type ImportJob, importOf, newImportJob, resumed } from "../../domain/imports/job.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { pagingOf } from "../../domain/kernel/page.ts";
import { instantOf, millisecondsOf } from "../../domain/kernel/time.ts";
import { happened } from "../../events/event.ts";
import { callOf, importContinued, importEnded, importRequested } from "../../events/imports.ts";
import { type Context, checkVersion } from "../kit/context.ts";
import { found } from "../kit/found.ts";
import type { Handlers } from "../kit/serve.ts";
import { create, update } from "../kit/table/store.ts";
import { checkRights } from "./rights.ts";
import type { importRoutes } from "./routes.ts";
import { type FaultyRow, faultsPrefix, importEntity, importMappingEntity, uploadEntity } from "./store.ts";
import { type Uploads, uploadLifetimeSeconds } from "./uploads.ts";

const load = async (context: Context, importId: string): Promise<ImportJob> => {
  return found(context.store.get(importEntity, { id: importId }));
};

export const importHandlers = (uploads: Uploads): Handlers<typeof importRoutes> => ({
  async createUpload({ body: { bytes } }, { tenant, now, newId, save }) {
    const uploadId = newId("upload");
    const { url, headers } = await uploads.presign(tenant.id, uploadId, bytes);
    const expiresAtMs = millisecondsOf(now) + uploadLifetimeSeconds * 1000;
    const expiresAtSeconds = Math.floor(expiresAtMs / 1000);
    return save({
      writes: [create(uploadEntity, { version: 1, id: uploadId, bytes, expiresAtSeconds })],
      answer: { uploadId, url, headers, expiresAt: instantOf(expiresAtMs) },
    });
  },

  async createImport({ body }, context) {
    const { tenant, member, now, newId, save } = context;
    checkRights(member, tenant, body.mapping.entity);
    const uploadId = body.uploadId ?? newId("upload");
    if (body.text !== undefined) await uploads.put(tenant.id, uploadId, body.text);
    else if ((await uploads.size(tenant.id, uploadId)) === undefined)
      throw new Failure("import.upload-missing", {
        fields: [{ pointer: "/uploadId", reason: "names no file" }],
      });
    const job = newImportJob({ ...body, uploadId }, newId("job"), member.id, now);
    return save({
      writes: [
        create(importEntity, job),
        create(importMappingEntity, { version: 1, importId: job.id, mapping: body.mapping }),
      ],
      happened: [happened(importRequested, callOf(job))],
      answer: importOf(job),
    });
  },

  async listImports({ query }, { store }) {
    const page = await store.list<ImportJob>({
      index: "list",
      pk: "IMPORTS",
      newestFirst: true,
      ...pagingOf(query),
    });
    return { ...page, items: page.items.map(importOf) };
  },

  async readImport({ params }, context) {
    return importOf(await load(context, params.importId));
  },

  async listImportFaults({ params, query }, context) {
    const job = await load(context, params.importId);
    return context.store.list<FaultyRow>({
      pk: importEntity.key(job).pk,
      beginsWith: faultsPrefix,
      ...pagingOf(query),
    });
  },

  async cancelImport({ params }, context) {
    const job = await load(context, params.importId);
    checkVersion(context, job);
    const stopped = cancelled(job, context.now);
    const { kind, dryRun, status, counts } = stopped;
    return context.save({
      writes: [update(importEntity, stopped)],
      happened: [happened(importEnded, { importId: job.id, kind, dryRun, status, counts })],
      answer: importOf(stopped),
    });
  },

  async resumeImport({ params }, context) {
    const job = await load(context, params.importId);
    checkVersion(context, job);
    const again = resumed(job, context.now);
    return context.save({
      writes: [update(importEntity, again)],
      happened: [happened(importContinued, callOf(again))],
      answer: importOf(again),
    });
  },
});
