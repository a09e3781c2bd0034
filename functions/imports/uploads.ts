import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { Failure } from "../../domain/kernel/errors.ts";
import { environment } from "../kit/machine.ts";
import { tracer } from "../kit/observe.ts";

export interface OpenFile {
  readonly etag: string;
  readonly bytes: number;
  readonly pieces: AsyncIterable<Uint8Array>;
}

/** Where uploaded files lie. Every key begins with the tenant: a file cannot be named across tenants. */
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
export const uploadLifetimeSeconds = 3600;

const keyOf = (tenantId: string, uploadId: string): string => `${tenantId}/${uploadId}`;

const isNamed = (error: unknown, ...names: string[]): boolean =>
  error instanceof Error && names.includes(error.name);

async function* pieces(stream: ReadableStream<Uint8Array>): AsyncIterable<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}

export const s3Uploads = (client: S3Client, bucket: () => string): Uploads => ({
  async presign(tenantId, uploadId, bytes) {
    const command = new PutObjectCommand({
      Bucket: bucket(),
      Key: keyOf(tenantId, uploadId),
      ContentLength: bytes,
      ContentType: "text/csv",
    });
    const url = await getSignedUrl(client, command, {
      expiresIn: uploadLifetimeSeconds,
      signableHeaders: new Set(["content-length", "content-type", "host"]),
    });
    return { url, headers: { "content-type": "text/csv", "content-length": String(bytes) } };
  },

  async put(tenantId, uploadId, text) {
    await client.send(
      new PutObjectCommand({
        Bucket: bucket(),
        Key: keyOf(tenantId, uploadId),
        Body: text,
        ContentType: "text/csv",
      }),
    );
  },

  async size(tenantId, uploadId) {
    try {
      const answer = await client.send(
        new HeadObjectCommand({ Bucket: bucket(), Key: keyOf(tenantId, uploadId) }),
      );
      return answer.ContentLength ?? 0;
    } catch (error) {
      if (isNamed(error, "NotFound", "NoSuchKey")) return undefined;
      throw error;
    }
  },

  async open(tenantId, uploadId, etag) {
    try {
      const answer = await client.send(
        new GetObjectCommand({
          Bucket: bucket(),
          Key: keyOf(tenantId, uploadId),
          ...(etag === undefined ? {} : { IfMatch: etag }),
        }),
      );
      if (!answer.Body) throw new Failure("import.upload-missing");
      return {
        etag: answer.ETag ?? "",
        bytes: answer.ContentLength ?? 0,
        pieces: pieces(answer.Body.transformToWebStream()),
      };
    } catch (error) {
      if (isNamed(error, "NoSuchKey", "NotFound")) throw new Failure("import.upload-missing");
      if (isNamed(error, "PreconditionFailed")) throw new Failure("import.file-changed");
      throw error;
    }
  },
});

/** The bucket of uploads, found by the environment. */
export const systemUploads: Uploads = s3Uploads(
  tracer.captureAWSv3Client(
    // Without this the SDK signs a checksum of an empty body into the URL.
    new S3Client({ maxAttempts: 4, requestChecksumCalculation: "WHEN_REQUIRED" }),
  ),
  environment.uploadsBucket,
);
