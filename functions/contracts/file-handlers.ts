import { contractOn } from "../../domain/contracts/contract.ts";
import {
  checkUploaded,
  downloadTypeOf,
  fileOf,
  withArrival,
  withFile,
  withoutFile,
} from "../../domain/contracts/files.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { instantOf, millisecondsOf } from "../../domain/kernel/time.ts";
import { type Bucket, type FilePlace, urlLifetimeSeconds } from "../kit/bucket.ts";
import type { Context } from "../kit/context.ts";
import type { Handlers } from "../kit/serve.ts";
import { update } from "../kit/table/store.ts";
import { doingOf, loadContract, todayOf } from "./access.ts";
import { changeOf, changing } from "./changing.ts";
import type { contractRoutes } from "./routes.ts";
import { contractEntity } from "./store.ts";

type Routes = Pick<
  typeof contractRoutes,
  "announceContractFile" | "confirmContractFile" | "readContractFile" | "removeContractFile"
>;

type OfTenant = Pick<Context, "tenant">;

/** Where a file is uploaded to. Whoever has the URL can put it again for an hour, so it is not kept there. */
const uploadPlace = ({ tenant }: OfTenant, id: string): FilePlace => ({
  kind: "uploads",
  tenantId: tenant.id,
  id,
});

/** Where the bytes of a file are kept, by their ETag: no URL is given out to put anything there. */
const keptPlace = ({ tenant }: OfTenant, id: string, etag: string): FilePlace => ({
  kind: "files",
  tenantId: tenant.id,
  id: `${id}/${etag.replaceAll('"', "")}`,
});

/** Where a file from before 2026-12-01 lies: it was kept where it was uploaded to. */
const formerPlace = ({ tenant }: OfTenant, id: string): FilePlace => ({
  kind: "files",
  tenantId: tenant.id,
  id,
});

const expiryOf = ({ now }: Pick<Context, "now">) =>
  instantOf(millisecondsOf(now) + urlLifetimeSeconds * 1000);

const uploadedMeanwhile = "Its bytes were uploaded again at this moment. Confirm it once more.";

/** The first of the places at which bytes with this ETag lie. */
const findKept = async (
  bucket: Bucket,
  places: readonly FilePlace[],
  etag: string,
): Promise<FilePlace | undefined> => {
  for (const place of places) if ((await bucket.head(place))?.etag === etag) return place;
  return undefined;
};

export const fileHandlers = (bucket: Bucket): Handlers<Routes> => ({
  async announceContractFile({ params, body }, context) {
    const before = await loadContract(context, params.contractId);
    const { contract, file } = withFile(before, body, context.newId("file"), doingOf(context));
    const upload = await bucket.presignPut(uploadPlace(context, file.id), file.bytes, file.mediaType);
    return context.save({
      writes: [update(contractEntity, contract)],
      happened: [changeOf(contract, ["files"])],
      answer: { file, upload: { ...upload, expiresAt: expiryOf(context) } },
    });
  },

  async confirmContractFile({ params: { contractId, fileId } }, context) {
    const contract = await loadContract(context, contractId);
    if (fileOf(contract, fileId).arrivedAt !== undefined)
      return context.save({ writes: [], answer: contractOn(contract, todayOf(context)) });
    const upload = uploadPlace(context, fileId);
    return changing(context, contractId, async (before) => {
      const { etag } = checkUploaded(fileOf(before, fileId), await bucket.head(upload));
      const outcome = await bucket.copy(upload, etag, keptPlace(context, fileId, etag));
      if (outcome !== "copied") throw new Failure("contract.file-missing", { detail: uploadedMeanwhile });
      const after = withArrival(before, fileId, etag, context.now);
      return { after, what: changeOf(after, ["files"]) };
    });
  },

  async readContractFile({ params }, context) {
    const file = fileOf(await loadContract(context, params.contractId), params.fileId);
    const { id, name, etag } = file;
    if (file.arrivedAt === undefined || etag === undefined) {
      const detail = "It was announced, and its arrival was not confirmed.";
      throw new Failure("contract.file-missing", { detail });
    }
    const place = await findKept(bucket, [keptPlace(context, id, etag), formerPlace(context, id)], etag);
    if (!place) throw new Failure("contract.file-changed");
    const download = { name, mediaType: downloadTypeOf(file) };
    return { file, ...(await bucket.presignDownload(place, download)), expiresAt: expiryOf(context) };
  },

  async removeContractFile({ params: { contractId, fileId } }, context) {
    let etag: string | undefined;
    const contract = await changing(context, contractId, async (before) => {
      ({ etag } = fileOf(before, fileId));
      const after = withoutFile(before, fileId, context.now);
      return { after, what: changeOf(after, ["files"]) };
    });
    const places = [uploadPlace(context, fileId), formerPlace(context, fileId)];
    if (etag !== undefined) places.push(keptPlace(context, fileId, etag));
    for (const place of places) await bucket.remove(place);
    return contract;
  },
});
