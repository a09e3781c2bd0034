import { Failure } from "../../domain/kernel/errors.ts";
import { type Bucket, type OpenFile, systemBucket, urlLifetimeSeconds } from "../kit/bucket.ts";

/** Where uploaded files lie, as imports see them. */
export interface Uploads {
  /** A URL to which exactly so many bytes can be put. */
  presign(
    tenantId: string,
    uploadId: string,
    bytes: number,
  ): Promise<{ url: string; headers: Record<string, string> }>;
  put(tenantId: string, uploadId: string, text: string): Promise<void>;
  /** The size of the file in bytes, or undefined where none has arrived. */
  size(tenantId: string, uploadId: string): Promise<number | undefined>;
  /** @throws import.upload-missing, import.file-changed if the file is not the one with that ETag */
  open(tenantId: string, uploadId: string, etag: string | undefined): Promise<OpenFile>;
}

/** How long the URL of an upload is good, in seconds. */
export const uploadLifetimeSeconds = urlLifetimeSeconds;

/** Uploads in a bucket: files that are worked through and forgotten. */
export const uploadsIn = (bucket: Bucket): Uploads => {
  const placeOf = (tenantId: string, id: string) => ({ kind: "uploads", tenantId, id }) as const;
  return {
    presign: (tenantId, uploadId, bytes) => bucket.presignPut(placeOf(tenantId, uploadId), bytes),
    put: (tenantId, uploadId, text) => bucket.put(placeOf(tenantId, uploadId), text),
    size: async (tenantId, uploadId) => (await bucket.head(placeOf(tenantId, uploadId)))?.bytes,
    async open(tenantId, uploadId, etag) {
      const file = await bucket.open(placeOf(tenantId, uploadId), etag);
      if (file === "missing") throw new Failure("import.upload-missing");
      if (file === "changed") throw new Failure("import.file-changed");
      return file;
    },
  };
};

/** The bucket of uploads, found by the environment. */
export const systemUploads: Uploads = uploadsIn(systemBucket);
