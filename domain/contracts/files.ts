import * as z from "zod";
import { Failure, notFound } from "../kernel/errors.ts";
import { Format, Line } from "../kernel/text.ts";
import { Instant } from "../kernel/time.ts";
import { type Doing, nextContract } from "./change.ts";
import { ContractFile, type ContractRecord, mostFiles } from "./contract.ts";

/** The largest file of a contract, in bytes. */
export const mostFileBytes = 52_428_800;

/** A file that is to come. */
export const NewContractFile = z.strictObject({
  name: Line.min(1)
    .max(200)
    .meta({ examples: ["contract-2026-114.pdf"] }),
  mediaType: Format(123, z.regex(/^[a-z0-9][a-z0-9!#$&^_.+-]{0,60}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}$/)).meta({
    examples: ["application/pdf"],
  }),
  bytes: z.int().min(1).max(mostFileBytes).meta({ description: "The exact size of the file" }),
});
export type NewContractFile = z.infer<typeof NewContractFile>;

const place = {
  url: z.string(),
  headers: z.record(z.string(), z.string()).meta({ description: "Headers that the request has to carry" }),
  expiresAt: Instant,
};

export const AnnouncedFile = z
  .object({ file: ContractFile, upload: z.object(place).meta({ description: "Where to PUT its bytes" }) })
  .meta({ id: "AnnouncedContractFile" });
export const FilePlace = z
  .object({ file: ContractFile, ...place })
  .meta({ id: "ContractFilePlace", description: "Where to GET the bytes of a file" });

/** The contract with a file that is to come. @throws limit.exceeded */
export const withFile = (
  contract: ContractRecord,
  input: NewContractFile,
  id: string,
  { by, now }: Doing,
): { readonly contract: ContractRecord; readonly file: ContractFile } => {
  if (contract.files.length >= mostFiles)
    throw new Failure("limit.exceeded", { detail: `A contract has at most ${mostFiles} files.` });
  const file = { id, ...input, announcedBy: by, announcedAt: now };
  return { file, contract: nextContract(contract, { files: [...contract.files, file] }, now) };
};

/** @throws record.not-found */
export const fileOf = (contract: ContractRecord, fileId: string): ContractFile => {
  const file = contract.files.find(({ id }) => id === fileId);
  if (!file) throw notFound();
  return file;
};

/** What lies in the bucket under the name of a file. */
export interface Arrived {
  readonly bytes: number;
  readonly etag: string;
}

/** @throws contract.file-missing */
export const checkArrived = (file: ContractFile, there: Arrived | undefined): Arrived => {
  if (there?.bytes === file.bytes) return there;
  throw new Failure("contract.file-missing", {
    detail: there
      ? `${there.bytes} bytes have arrived instead of the ${file.bytes} announced.`
      : "None of its bytes have arrived.",
  });
};

/** The contract with a file whose bytes are there. @throws contract.file-missing */
export const withArrival = (
  contract: ContractRecord,
  fileId: string,
  there: Arrived | undefined,
  now: Instant,
): ContractRecord => {
  const { etag } = checkArrived(fileOf(contract, fileId), there);
  const files = contract.files.map((file) => (file.id === fileId ? { ...file, arrivedAt: now, etag } : file));
  return nextContract(contract, { files }, now);
};

export const withoutFile = (contract: ContractRecord, fileId: string, now: Instant): ContractRecord =>
  nextContract(contract, { files: contract.files.filter(({ id }) => id !== fileId) }, now);
