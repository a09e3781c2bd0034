import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3RequestPresigner } from "@aws-sdk/s3-request-presigner";
import { Failure } from "../../domain/kernel/errors.ts";
import { awsConfig, environment } from "../kit/machine.ts";

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
/** How long our own URLs are good, in seconds: longer than a Lambda runs. */
const ownLifetimeSeconds = 900;
const mostTries = 3;
const firstPauseMs = 200;

type Method = "GET" | "HEAD" | "PUT";
/** What the SDK's client was configured with by the standard environment. */
export type AwsConfig = Pick<DynamoDBClient["config"], "credentials" | "region" | "sha256">;

/** The standard variables that lead the SDK to another endpoint than AWS. */
const customEndpoint = (): string | undefined =>
  process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL;

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

/**
 * Uploads in S3. Every request is a URL signed by the SDK's presigner and sent with fetch: the whole S3 client would
 * add 170 kB to each bundle for four plain requests.
 */
export const s3Uploads = (config: AwsConfig, bucket: () => string): Uploads => {
  const presigner = new S3RequestPresigner(config);

  const signed = async (
    method: Method,
    tenantId: string,
    uploadId: string,
    headers: Record<string, string>,
    expiresIn: number,
  ): Promise<string> => {
    const custom = customEndpoint();
    const endpoint = new URL(custom ?? `https://${bucket()}.s3.${await config.region()}.amazonaws.com`);
    const path = `${custom ? `/${bucket()}` : ""}/${tenantId}/${uploadId}`;
    const signedRequest = await presigner.presign(
      {
        method,
        protocol: endpoint.protocol,
        hostname: endpoint.hostname,
        ...(endpoint.port ? { port: Number(endpoint.port) } : {}),
        path,
        query: {},
        headers: { host: endpoint.host, ...headers },
      },
      { expiresIn, signableHeaders: new Set(["host", ...Object.keys(headers)]) },
    );
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(signedRequest.query ?? {}))
      for (const one of Array.isArray(value) ? value : [value ?? ""]) query.append(name, one);
    // A query writes spaces as %20 where it is signed.
    return `${endpoint.origin}${path}?${query.toString().replaceAll("+", "%20")}`;
  };

  /** Sends a request, again where the network or S3 falters. */
  const send = async (
    method: Method,
    tenantId: string,
    uploadId: string,
    init: RequestInit = {},
  ): Promise<Response> => {
    for (let attempt = 1; ; attempt++) {
      try {
        const url = await signed(method, tenantId, uploadId, {}, ownLifetimeSeconds);
        const answer = await fetch(url, { ...init, method });
        if (answer.status < 500) return answer;
        if (attempt === mostTries) throw new Error(`S3 answered ${answer.status} to ${method}`);
        await answer.body?.cancel();
      } catch (error) {
        if (attempt === mostTries) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, firstPauseMs * 2 ** attempt));
    }
  };

  const refused = async (method: Method, answer: Response): Promise<Error> =>
    new Error(`S3 answered ${answer.status} to ${method}: ${(await answer.text()).slice(0, 500)}`);

  return {
    async presign(tenantId, uploadId, bytes) {
      const headers = { "content-length": String(bytes) };
      return { url: await signed("PUT", tenantId, uploadId, headers, uploadLifetimeSeconds), headers };
    },

    async put(tenantId, uploadId, text) {
      const answer = await send("PUT", tenantId, uploadId, { body: text });
      if (!answer.ok) throw await refused("PUT", answer);
      await answer.body?.cancel();
    },

    async size(tenantId, uploadId) {
      const answer = await send("HEAD", tenantId, uploadId);
      // Without the right to list the bucket, S3 says 403 of what is not there.
      if (answer.status === 404 || answer.status === 403) return undefined;
      if (!answer.ok) throw await refused("HEAD", answer);
      return Number(answer.headers.get("content-length") ?? 0);
    },

    async open(tenantId, uploadId, etag) {
      const answer = await send(
        "GET",
        tenantId,
        uploadId,
        etag === undefined ? {} : { headers: { "if-match": etag } },
      );
      if (answer.status === 404 || answer.status === 403) throw new Failure("import.upload-missing");
      if (answer.status === 412) throw new Failure("import.file-changed");
      if (!answer.ok || !answer.body) throw await refused("GET", answer);
      return {
        etag: answer.headers.get("etag") ?? "",
        bytes: Number(answer.headers.get("content-length") ?? 0),
        pieces: pieces(answer.body),
      };
    },
  };
};

/** The bucket of uploads, found by the environment. */
export const systemUploads: Uploads = s3Uploads(awsConfig, environment.uploadsBucket);
