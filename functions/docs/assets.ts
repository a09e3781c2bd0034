import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { OpenAnswer } from "../kit/serve-open.ts";

const gzipped = promisify(gzip);

/** A body that is made once, in both encodings, with the name of its content. */
export interface Prepared {
  readonly plain: Buffer;
  readonly gzip: Buffer;
  /** Changes with the content. */
  readonly hash: string;
}

export const prepared = async (content: string | Uint8Array): Promise<Prepared> => {
  const plain = Buffer.from(content);
  const hash = createHash("sha256").update(plain).digest("base64url").slice(0, 16).toLowerCase();
  return { plain, gzip: await gzipped(plain, { level: 9 }), hash: hash.replaceAll("_", "-") };
};

/** The files beside the bundle that the pages load, by the name without the hash in it. */
export const assetFiles = [
  { name: "openapi-explorer.js", contentType: "text/javascript; charset=utf-8" },
  { name: "reference.css", contentType: "text/css; charset=utf-8" },
] as const;
export type AssetName = (typeof assetFiles)[number]["name"];

/** `reference.css` as `reference.3f9k….css`: a name that can be kept for ever. */
export const hashedName = (name: AssetName, { hash }: Prepared): string => {
  const { name: stem, ext } = path.parse(name);
  return `${stem}.${hash}${ext}`;
};

/** The assets in a folder, each read once. */
export const assetsIn = (folder: string) => {
  const read = new Map<AssetName, Promise<Prepared>>();
  return (name: AssetName): Promise<Prepared> => {
    const found = read.get(name) ?? readFile(path.join(folder, name)).then(prepared);
    read.set(name, found);
    return found;
  };
};

const acceptsGzip = (header = ""): boolean =>
  header.split(",").some((one) => {
    const [coding = "", ...parameters] = one.split(";").map((part) => part.trim().toLowerCase());
    return coding === "gzip" && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });

/** A prepared body in the encoding that the caller reads. */
export const answerWith = (
  body: Prepared,
  headers: Readonly<Record<string, string>>,
  acceptEncoding: string | undefined,
): OpenAnswer => {
  const zipped = acceptsGzip(acceptEncoding);
  return {
    headers: { ...headers, vary: "accept-encoding", ...(zipped ? { "content-encoding": "gzip" } : {}) },
    body: zipped ? body.gzip : body.plain,
    etag: `"${body.hash}${zipped ? "-gzip" : ""}"`,
  };
};
