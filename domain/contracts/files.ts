import * as z from "zod";
import { Failure, notFound } from "../kernel/errors.ts";
import { Line } from "../kernel/text.ts";
import { Instant } from "../kernel/time.ts";
import { type Doing, nextContract } from "./change.ts";
import { ContractFile, type ContractRecord, mostFiles } from "./contract.ts";

/** The largest file of a contract, in bytes. */
export const mostFileBytes = 52_428_800;

/** Types of files that no browser runs: HTML, SVG and XML can carry script, and are none of them. */
export const fileMediaTypes = [
  "application/pdf",
  "application/msword",
  "application/vnd.ms-excel",
  "application/vnd.ms-outlook",
  "application/vnd.ms-powerpoint",
  "application/vnd.oasis.opendocument.presentation",
  "application/vnd.oasis.opendocument.spreadsheet",
  "application/vnd.oasis.opendocument.text",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  "application/pkcs7-mime",
  "application/pkcs7-signature",
  "application/rtf",
  "application/zip",
  "image/gif",
  "image/heic",
  "image/jpeg",
  "image/png",
  "image/tiff",
  "image/webp",
  "text/csv",
  "text/plain",
] as const;

/** A file that is to come. */
export const NewContractFile = z.strictObject({
  name: Line.min(1)
    .max(200)
    .meta({ examples: ["contract-2026-114.pdf"] }),
  mediaType: z.enum(fileMediaTypes).meta({
    description:
      "Its bytes have to be put with this content-type. Types that a browser would run are not taken",
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

/** What was uploaded for a file. */
export interface UploadedFile {
  readonly bytes: number;
  readonly mediaType: string;
  readonly etag: string;
}

const whyMissing = (
  { bytes, mediaType }: ContractFile,
  there: UploadedFile | undefined,
): string | undefined => {
  if (!there) return "None of its bytes have arrived. PUT them to the URL of the upload first.";
  if (there.bytes !== bytes)
    return `${there.bytes} bytes have arrived instead of the ${bytes} announced. Upload the file again.`;
  if (there.mediaType !== mediaType)
    return `It arrived as ${there.mediaType} and was announced as ${mediaType}. Upload the file again.`;
  return undefined;
};

/** @throws contract.file-missing unless the file was uploaded as it was announced */
export const checkUploaded = (file: ContractFile, there: UploadedFile | undefined): UploadedFile => {
  const detail = whyMissing(file, there);
  if (there && detail === undefined) return there;
  throw new Failure("contract.file-missing", detail === undefined ? {} : { detail });
};

/** The contract with a file whose bytes are kept. @param etag of the bytes */
export const withArrival = (
  contract: ContractRecord,
  fileId: string,
  etag: string,
  now: Instant,
): ContractRecord => {
  const files = contract.files.map((file) => (file.id === fileId ? { ...file, arrivedAt: now, etag } : file));
  return nextContract(contract, { files }, now);
};

/** The type as which a file is handed out. One from before 2026-12-01 may have any, and is then bytes to a browser. */
export const downloadTypeOf = ({ mediaType }: ContractFile): string =>
  fileMediaTypes.find((known) => known === mediaType) ?? "application/octet-stream";

export const withoutFile = (contract: ContractRecord, fileId: string, now: Instant): ContractRecord =>
  nextContract(contract, { files: contract.files.filter(({ id }) => id !== fileId) }, now);
