import { createHash, randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import * as z from "zod";
import { decodeChunks } from "./aws-chunked.ts";
import { AwsError, awsErrorOf, noRoom, unknownAction } from "./aws-error.ts";
import type { Clock } from "./clock.ts";
import type { Disk } from "./disk.ts";
import type { BucketModel } from "./model.ts";
import { privateFile, privateFolder } from "./private-files.ts";
import { targetOf } from "./request-target.ts";
import { pageHeaders, preflightHeaders } from "./s3-cors.ts";
import { decodePath, type Signature, type Signatures } from "./signature.ts";
import { storeBody } from "./store-body.ts";

const Meta = z.object({
  key: z.string(),
  contentType: z.string(),
  bytes: z.number(),
  etag: z.string(),
  lastModified: z.number(),
  metadata: z.record(z.string(), z.string()),
  /** The file with the content; before 2026-12-01 it was called as the object's place. */
  file: z.string().optional(),
});
type Meta = z.infer<typeof Meta>;

export interface StoredObject extends Meta {
  readonly bucket: string;
}

const keptRecent = 50;
const maxOpenTries = 5;

/** Who signs a URL does not know the body. */
const unsignedPayload = "UNSIGNED-PAYLOAD";

interface Place {
  readonly bucket: BucketModel;
  readonly key: string;
  readonly folder: string;
  /** The name of the object's files. */
  readonly name: string;
  /** What is said of the object. Whoever replaces this file replaces the object. */
  readonly meta: string;
}

const contentOf = ({ folder, name }: Place, { file = name }: Meta): string => path.join(folder, file);

const noSuchKey = (): AwsError => new AwsError("NoSuchKey", "The specified key does not exist.", 404);

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOENT";

const errorXml = (code: string, message: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")}</Message><RequestId>${randomUUID()}</RequestId></Error>`;

const sendError = (response: ServerResponse, error: AwsError, withBody: boolean): void => {
  const body = errorXml(error.code, error.message);
  response.writeHead(error.status, {
    "content-type": "application/xml",
    ...(withBody && { "content-length": Buffer.byteLength(body) }),
  });
  response.end(withBody ? body : undefined);
};

/** `bytes=a-b`, `bytes=a-`, `bytes=-n`; undefined if the range cannot be had of so many bytes. */
const rangeOf = (header: string, bytes: number): { start: number; end: number } | undefined => {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header) ?? [];
  if (from === "" && to === "") return undefined;
  const start = from === "" ? Math.max(0, bytes - Number(to)) : Number(from);
  const end = from === "" || to === "" ? bytes - 1 : Math.min(Number(to), bytes - 1);
  return start <= end && start < bytes ? { start, end } : undefined;
};

const overridable = ["content-type", "content-disposition", "content-language", "cache-control"] as const;

/** The headers that a signed URL asks for in the place of the stored ones (`response-content-disposition`). */
const overridesOf = ({ url }: IncomingMessage): Record<string, string> => {
  const query = new URLSearchParams(targetOf(url).rawQueryString);
  return Object.fromEntries(
    overridable.flatMap((name) => {
      const value = query.get(`response-${name}`);
      return value === null ? [] : [[name, value]];
    }),
  );
};

/** The actions of S3 that the product uses, path style, with the objects as files of the data folder. */
export class S3 {
  readonly #folder: string;
  readonly #buckets: ReadonlyMap<string, BucketModel>;
  readonly #signatures: Signatures;
  readonly #disk: Disk;
  readonly #clock: Clock;
  /** The last objects stored, newest first. */
  readonly recent: StoredObject[] = [];

  constructor(settings: {
    readonly folder: string;
    readonly buckets: readonly BucketModel[];
    readonly clock: Clock;
    readonly signatures: Signatures;
    readonly disk: Disk;
  }) {
    this.#folder = settings.folder;
    this.#buckets = new Map(settings.buckets.map((bucket) => [bucket.name, bucket]));
    this.#clock = settings.clock;
    this.#signatures = settings.signatures;
    this.#disk = settings.disk;
  }

  async handle(request: IncomingMessage, response: ServerResponse, signature: Signature): Promise<void> {
    response.setHeader("x-amz-request-id", randomUUID());
    try {
      const place = this.#place(request);
      if (request.method === "OPTIONS") {
        response.writeHead(200, preflightHeaders(place.bucket.cors, request));
        response.end();
        return;
      }
      const forPage = pageHeaders(place.bucket.cors, request);
      for (const [name, value] of Object.entries(forPage)) response.setHeader(name, value);
      const payloadHash = request.headers["x-amz-content-sha256"] ?? unsignedPayload;
      this.#signatures.check(signature, request, String(payloadHash));
      switch (request.method) {
        case "PUT":
          return await this.#put(request, response, place);
        case "GET":
        case "HEAD":
          return await this.#get(request, response, place);
        case "DELETE":
          await this.#delete(place);
          response.writeHead(204);
          response.end();
          return;
        default:
          throw unknownAction("S3", String(request.method));
      }
    } catch (error) {
      if (response.headersSent) response.destroy();
      else {
        if (!request.complete) response.setHeader("connection", "close");
        sendError(response, awsErrorOf(error), request.method !== "HEAD");
      }
    }
  }

  #place({ url }: Pick<IncomingMessage, "url">): Place {
    const { path: rawPath, rawQueryString } = targetOf(url);
    for (const name of new URLSearchParams(rawQueryString).keys())
      if (["uploads", "uploadId", "partNumber", "list-type", "delete", "tagging", "acl"].includes(name))
        throw unknownAction("S3", `with ?${name}`);
    const [, bucketName = "", ...rest] = rawPath.split("/");
    const key = rest.map(decodePath).join("/");
    const bucket = this.#buckets.get(bucketName);
    if (!bucket) throw new AwsError("NoSuchBucket", `The bucket ${bucketName} does not exist`, 404);
    if (key === "") throw unknownAction("S3", "on a whole bucket");
    // The key may hold anything; its digest is a safe name for a file.
    const name = createHash("sha256").update(key).digest("hex");
    const folder = path.join(this.#folder, bucket.name);
    return { bucket, key, folder, name, meta: path.join(folder, `${name}.json`) };
  }

  async #put(request: IncomingMessage, response: ServerResponse, place: Place): Promise<void> {
    const source = request.headers["x-amz-copy-source"];
    if (source !== undefined) return this.#copy(request, response, place, String(source));
    if (!this.#disk.hasRoomFor(Number(request.headers["content-length"] ?? 0))) throw noRoom();
    await mkdir(place.folder, { recursive: true, mode: privateFolder });
    const file = `${place.name}.${randomUUID()}`;
    const content = path.join(place.folder, file);
    const chunked = String(request.headers["content-encoding"] ?? "").includes("aws-chunked");
    const body = chunked ? decodeChunks(request) : request;
    const { bytes, etag } = await storeBody(body, content, request.headers);
    const metadata = Object.fromEntries(
      Object.entries(request.headers)
        .filter(([name]) => name.startsWith("x-amz-meta-"))
        .map(([name, value]) => [name.slice("x-amz-meta-".length), String(value)]),
    );
    const meta: Meta = {
      key: place.key,
      contentType: request.headers["content-type"] ?? "binary/octet-stream",
      bytes,
      etag,
      lastModified: this.#clock.now(),
      metadata,
      file,
    };
    await this.#keep(place, content, meta);
    response.writeHead(200, { etag: `"${etag}"`, "content-length": 0 });
    response.end();
  }

  /** CopyObject within the buckets here: bytes, type and metadata of the source, where its ETag is the one that is wished. */
  async #copy(
    request: IncomingMessage,
    response: ServerResponse,
    place: Place,
    source: string,
  ): Promise<void> {
    if (request.headers["x-amz-metadata-directive"] === "REPLACE")
      throw unknownAction("S3", "CopyObject with other metadata");
    const from = this.#place({ url: source.startsWith("/") ? source : `/${source}` });
    const { meta, content: bytes } = await this.#open(from);
    try {
      const wished = request.headers["x-amz-copy-source-if-match"];
      if (wished !== undefined && String(wished).replaceAll('"', "") !== meta.etag)
        throw new AwsError(
          "PreconditionFailed",
          "At least one of the pre-conditions you specified did not hold",
          412,
        );
      if (!this.#disk.hasRoomFor(meta.bytes)) throw noRoom();
      await mkdir(place.folder, { recursive: true, mode: privateFolder });
      const file = `${place.name}.${randomUUID()}`;
      const content = path.join(place.folder, file);
      await storeBody(bytes.createReadStream({ start: 0, autoClose: false }), content, {});
      const lastModified = this.#clock.now();
      await this.#keep(place, content, { ...meta, key: place.key, lastModified, file });
      const modified = new Date(lastModified).toISOString();
      const body = `<?xml version="1.0" encoding="UTF-8"?>\n<CopyObjectResult><ETag>"${meta.etag}"</ETag><LastModified>${modified}</LastModified></CopyObjectResult>`;
      response.writeHead(200, {
        "content-type": "application/xml",
        "content-length": Buffer.byteLength(body),
      });
      response.end(body);
    } finally {
      await bytes.close();
    }
  }

  /** The object changes by one rename: without room, or with a request that breaks off, the one from before stays. */
  async #keep(place: Place, content: string, meta: Meta): Promise<void> {
    const before = await this.#findMeta(place);
    try {
      await writeFile(`${content}.json`, JSON.stringify(meta), { mode: privateFile });
      await rename(`${content}.json`, place.meta);
    } catch (error) {
      for (const left of [`${content}.json`, content]) await rm(left, { force: true });
      throw error;
    }
    if (before) await rm(contentOf(place, before), { force: true });
    this.recent.unshift({ ...meta, bucket: place.bucket.name });
    this.recent.length = Math.min(this.recent.length, keptRecent);
  }

  async #delete(place: Place): Promise<void> {
    const meta = await this.#findMeta(place);
    if (!meta) return;
    await rm(place.meta, { force: true });
    await rm(contentOf(place, meta), { force: true });
  }

  async #get(request: IncomingMessage, response: ServerResponse, place: Place): Promise<void> {
    const { meta, content } = await this.#open(place);
    try {
      await this.#send(request, response, meta, content);
    } finally {
      await content.close();
    }
  }

  async #send(
    request: IncomingMessage,
    response: ServerResponse,
    meta: Meta,
    content: FileHandle,
  ): Promise<void> {
    const range = request.headers.range ? rangeOf(request.headers.range, meta.bytes) : undefined;
    if (request.headers.range && !range)
      throw new AwsError("InvalidRange", "The requested range is not satisfiable", 416);
    const { start, end } = range ?? { start: 0, end: meta.bytes - 1 };
    response.writeHead(range ? 206 : 200, {
      "content-type": meta.contentType,
      ...overridesOf(request),
      "content-length": end - start + 1,
      etag: `"${meta.etag}"`,
      "last-modified": new Date(meta.lastModified).toUTCString(),
      "accept-ranges": "bytes",
      ...(range && { "content-range": `bytes ${start}-${end}/${meta.bytes}` }),
      ...Object.fromEntries(
        Object.entries(meta.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]),
      ),
    });
    if (request.method === "HEAD" || meta.bytes === 0) {
      response.end();
      return;
    }
    await pipeline(content.createReadStream({ start, end, autoClose: false }), response);
  }

  /** The object as it is; once more where it was replaced between the two readings. */
  async #open(place: Place): Promise<{ meta: Meta; content: FileHandle }> {
    for (let tries = 1; ; tries += 1) {
      const meta = await this.#findMeta(place);
      if (!meta) throw noSuchKey();
      try {
        return { meta, content: await open(contentOf(place, meta)) };
      } catch (error) {
        if (!isMissing(error)) throw error;
        if (tries === maxOpenTries) throw noSuchKey();
      }
    }
  }

  async #findMeta(place: Place): Promise<Meta | undefined> {
    try {
      return Meta.parse(JSON.parse(await readFile(place.meta, "utf8")));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }
}
