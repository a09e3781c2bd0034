import type { ContractFile } from "../../domain/contracts/contract.ts";
import { checkArrived, fileOf, withArrival, withFile, withoutFile } from "../../domain/contracts/files.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { instantOf, millisecondsOf } from "../../domain/kernel/time.ts";
import { type Bucket, type FilePlace, urlLifetimeSeconds } from "../kit/bucket.ts";
import type { Context } from "../kit/context.ts";
import type { Handlers } from "../kit/serve.ts";
import { update } from "../kit/table/store.ts";
import { doingOf, loadContract } from "./access.ts";
import { changeOf, changing } from "./changing.ts";
import type { contractRoutes } from "./routes.ts";
import { contractEntity } from "./store.ts";

type Routes = Pick<
  typeof contractRoutes,
  "announceContractFile" | "confirmContractFile" | "readContractFile" | "removeContractFile"
>;

const placeOf = ({ tenant }: Pick<Context, "tenant">, { id }: Pick<ContractFile, "id">): FilePlace => ({
  kind: "files",
  tenantId: tenant.id,
  id,
});

const expiryOf = ({ now }: Pick<Context, "now">) =>
  instantOf(millisecondsOf(now) + urlLifetimeSeconds * 1000);

export const fileHandlers = (bucket: Bucket): Handlers<Routes> => ({
  async announceContractFile({ params, body }, context) {
    const before = await loadContract(context, params.contractId);
    const { contract, file } = withFile(before, body, context.newId("file"), doingOf(context));
    const upload = await bucket.presignPut(placeOf(context, file), file.bytes);
    return context.save({
      writes: [update(contractEntity, contract)],
      happened: [changeOf(contract, ["files"])],
      answer: { file, upload: { ...upload, expiresAt: expiryOf(context) } },
    });
  },

  async confirmContractFile({ params }, context) {
    return changing(context, params.contractId, async (before) => {
      const there = await bucket.head(placeOf(context, fileOf(before, params.fileId)));
      const after = withArrival(before, params.fileId, there, context.now);
      return { after, what: changeOf(after, ["files"]) };
    });
  },

  async readContractFile({ params }, context) {
    const file = fileOf(await loadContract(context, params.contractId), params.fileId);
    if (file.arrivedAt === undefined) checkArrived(file, undefined);
    const place = placeOf(context, file);
    const there = checkArrived(file, await bucket.head(place));
    // Within its hour the URL of the upload can be used again: what was confirmed is what is given out.
    if (there.etag !== file.etag) throw new Failure("contract.file-changed");
    return { file, ...(await bucket.presignGet(place)), expiresAt: expiryOf(context) };
  },

  async removeContractFile({ params }, context) {
    const contract = await changing(context, params.contractId, async (before) => {
      fileOf(before, params.fileId);
      const after = withoutFile(before, params.fileId, context.now);
      return { after, what: changeOf(after, ["files"]) };
    });
    await bucket.remove(placeOf(context, { id: params.fileId }));
    return contract;
  },
});
