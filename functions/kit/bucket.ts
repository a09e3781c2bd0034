import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3RequestPresigner } from "@aws-sdk/s3-request-presigner";
import { awsConfig, environment } from "./machine.ts";

export interface OpenFile {
  readonly etag: string;
  readonly bytes: number;
  readonly pieces: AsyncIterable<Uint8Array>;
}

/**
 * What a file is for. `uploads` are worked through and forgotten after 30 days, `files` are kept; each kind has a
 * folder of its own, for the bucket forgets by folder.
 */
export type FileKind = "uploads" | "files";

/** Where a file lies. The tenant is part of every key: a file cannot be named across tenants. */
export interface FilePlace {
  readonly kind: FileKind;
  readonly tenantId: string;
  readonly id: string;
}

/** A URL that needs no token, and the headers that the request has to carry. */
export interface SignedUrl {
  readonly url: string;
  readonly headers: Record<string, string>;
}

/** What lies at a place. */
export interface StoredFile {
  readonly bytes: number;
  readonly mediaType: string;
  readonly etag: string;
}

/** How a browser is to take a file. */
export interface Download {
  readonly name: string;
  readonly mediaType: string;
}

/** The bucket of files. */
export interface Bucket {
  /** A URL to which exactly so many bytes can be put, of this media type where one is named. */
  presignPut(place: FilePlace, bytes: number, mediaType?: string): Promise<SignedUrl>;
  /** A URL from which the file can be downloaded: a browser saves it under its name and shows nothing of it. */
  presignDownload(place: FilePlace, download: Download): Promise<SignedUrl>;
  put(place: FilePlace, text: string): Promise<void>;
  /** What lies there, or undefined where nothing has arrived. */
  head(place: FilePlace): Promise<StoredFile | undefined>;
  /** Copies what lies at a place; `missing` where nothing does, `changed` where it is not the one with that ETag. */
  copy(from: FilePlace, etag: string, to: FilePlace): Promise<"copied" | "missing" | "changed">;
  /** The file; `missing` where none is, `changed` where it is not the one with that ETag. */
  open(place: FilePlace, etag: string | undefined): Promise<OpenFile | "missing" | "changed">;
  /** Deletes the file; it need not be there. */
  remove(place: FilePlace): Promise<void>;
}

/** How long the URLs that are given out are good, in seconds. */
export const urlLifetimeSeconds = 3600;
/** How long our own URLs are good, in seconds: longer than a Lambda runs. */
const ownLifetimeSeconds = 900;
const mostTries = 3;
const firstPauseMs = 200;

type Method = "GET" | "HEAD" | "PUT" | "DELETE";
/** What the SDK's client was configured with by the standard environment. */
export type AwsConfig = Pick<DynamoDBClient["config"], "credentials" | "region" | "sha256">;

/** The standard variables that lead the SDK to another endpoint than AWS. */
const customEndpoint = (): string | undefined =>
  process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL;

/** A text in a header parameter (RFC 8187): all but the characters that need no escape are percent-encoded. */
const encodeExtended = (text: string): string =>
  encodeURIComponent(text).replace(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

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
 * Files in S3. Every request is a URL signed by the SDK's presigner and sent with fetch: the whole S3 client would
 * add 170 kB to each bundle for a few plain requests.
 */
export const s3Bucket = (config: AwsConfig, bucket: () => string): Bucket => {
  const presigner = new S3RequestPresigner(config);

  const keyOf = ({ kind, tenantId, id }: FilePlace): string => `${kind}/${tenantId}/${id}`;

  const signed = async (
    method: Method,
    place: FilePlace,
    headers: Record<string, string>,
    expiresIn: number,
    overrides: Record<string, string> = {},
  ): Promise<string> => {
    const custom = customEndpoint();
    const endpoint = new URL(custom ?? `https://${bucket()}.s3.${await config.region()}.amazonaws.com`);
    const path = `${custom ? `/${bucket()}` : ""}/${keyOf(place)}`;
    const signedRequest = await presigner.presign(
      {
        method,
        protocol: endpoint.protocol,
        hostname: endpoint.hostname,
        ...(endpoint.port ? { port: Number(endpoint.port) } : {}),
        path,
        query: overrides,
        headers: { host: endpoint.host, ...headers },
      },
      {
        expiresIn,
        signableHeaders: new Set(["host", ...Object.keys(headers)]),
        // Otherwise the presigner moves x-amz-* headers into the query, where S3 does not look for the source of a copy.
        unhoistableHeaders: new Set(Object.keys(headers)),
      },
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
    place: FilePlace,
    { signedHeaders = {}, ...init }: RequestInit & { readonly signedHeaders?: Record<string, string> } = {},
  ): Promise<Response> => {
    for (let attempt = 1; ; attempt++) {
      try {
        const url = await signed(method, place, signedHeaders, ownLifetimeSeconds);
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

  // Without the right to list the bucket, S3 says 403 of what is not there.
  const isMissing = ({ status }: Response): boolean => status === 404 || status === 403;

  return {
    async presignPut(place, bytes, mediaType) {
      const headers = {
        "content-length": String(bytes),
        ...(mediaType === undefined ? {} : { "content-type": mediaType }),
      };
      return { url: await signed("PUT", place, headers, urlLifetimeSeconds), headers };
    },

    async presignDownload(place, { name, mediaType }) {
      const overrides = {
        "response-content-disposition": `attachment; filename*=UTF-8''${encodeExtended(name)}`,
        "response-content-type": mediaType,
      };
      return { url: await signed("GET", place, {}, urlLifetimeSeconds, overrides), headers: {} };
    },

    async put(place, text) {
      const answer = await send("PUT", place, { body: text });
      if (!answer.ok) throw await refused("PUT", answer);
      await answer.body?.cancel();
    },

    async head(place) {
      const answer = await send("HEAD", place);
      if (isMissing(answer)) return undefined;
      if (!answer.ok) throw await refused("HEAD", answer);
      const { headers } = answer;
      return {
        bytes: Number(headers.get("content-length") ?? 0),
        mediaType: headers.get("content-type") ?? "",
        etag: headers.get("etag") ?? "",
      };
    },

    async copy(from, etag, to) {
      const signedHeaders = {
        "x-amz-copy-source": `/${bucket()}/${keyOf(from)}`,
        "x-amz-copy-source-if-match": etag,
      };
      const answer = await send("PUT", to, { signedHeaders, headers: signedHeaders });
      if (answer.status === 404) return "missing";
      if (answer.status === 412) return "changed";
      // S3 may begin with 200 and say in the body that it failed.
      const text = await answer.text();
      if (!answer.ok || text.includes("<Error>"))
        throw new Error(`S3 answered ${answer.status} to a copy: ${text.slice(0, 500)}`);
      return "copied";
    },

    async open(place, etag) {
      const answer = await send("GET", place, etag === undefined ? {} : { headers: { "if-match": etag } });
      if (isMissing(answer)) return "missing";
      if (answer.status === 412) return "changed";
      if (!answer.ok || !answer.body) throw await refused("GET", answer);
      return {
        etag: answer.headers.get("etag") ?? "",
        bytes: Number(answer.headers.get("content-length") ?? 0),
        pieces: pieces(answer.body),
      };
    },

    async remove(place) {
      const answer = await send("DELETE", place);
      if (!answer.ok && !isMissing(answer)) throw await refused("DELETE", answer);
      await answer.body?.cancel();
    },
  };
};

/** The bucket that the environment names. */
export const systemBucket: Bucket = s3Bucket(awsConfig, environment.uploadsBucket);
