import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { AwsError } from "./aws-error.ts";
import type { Clock } from "./clock.ts";
import type { Credentials } from "./credentials.ts";
import { targetOf } from "./request-target.ts";

/** What a request says of its own signature (Signature Version 4). */
export interface Signature {
  /** The service that the request is signed for. */
  readonly service: string;
  readonly accessKeyId: string;
  /** Day, region, service and the closing word. */
  readonly scope: readonly string[];
  /** `20261201T080000Z` */
  readonly signedAt: string;
  /** Of a presigned URL, how long it is good. */
  readonly expiresSeconds: number | undefined;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const algorithm = "AWS4-HMAC-SHA256";
const longestLifeSeconds = 7 * 86_400;
const maxKeptKeys = 100;

export const sha256Hex = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

const signatureOf = (
  credential: string,
  rest: Omit<Signature, "service" | "accessKeyId" | "scope">,
): Signature => {
  const [accessKeyId = "", ...scope] = credential.split("/");
  return { ...rest, accessKeyId, scope, service: scope[2] ?? "" };
};

/** The signature that a request carries, in its `Authorization` or as a presigned URL; undefined if it has none. */
export const readSignature = ({ headers, url }: IncomingMessage): Signature | undefined => {
  const { authorization } = headers;
  if (authorization !== undefined) {
    const part = (name: string): string => new RegExp(`[ ,]${name}=([^, ]*)`).exec(authorization)?.[1] ?? "";
    if (!authorization.startsWith(`${algorithm} `)) return undefined;
    return signatureOf(part("Credential"), {
      signedAt: String(headers["x-amz-date"] ?? ""),
      expiresSeconds: undefined,
      signedHeaders: part("SignedHeaders").split(";"),
      signature: part("Signature"),
    });
  }
  const query = new URLSearchParams(targetOf(url).rawQueryString);
  const credential = query.get("X-Amz-Credential");
  if (credential === null) return undefined;
  return signatureOf(credential, {
    signedAt: query.get("X-Amz-Date") ?? "",
    expiresSeconds: Number(query.get("X-Amz-Expires") ?? Number.NaN),
    signedHeaders: (query.get("X-Amz-SignedHeaders") ?? "").split(";"),
    signature: query.get("X-Amz-Signature") ?? "",
  });
};

/** Percent-encodes all but the characters that need it nowhere (RFC 3986). */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

/** Undoes the percent-encoding of a part of a path. @throws AwsError if it is broken */
export const decodePath = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new AwsError("InvalidURI", "Couldn't parse the specified URI.");
  }
};

const canonicalQuery = (rawQueryString: string): string =>
  [...new URLSearchParams(rawQueryString)]
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join("&");

const canonicalHeader = (request: IncomingMessage, name: string): string =>
  `${name}:${String(request.headers[name] ?? "")
    .trim()
    .replace(/ +/g, " ")}\n`;

const startOf = (signedAt: string): number => {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(signedAt) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
};

const equals = (left: string, right: string): boolean => {
  const bytes = Buffer.from(left);
  const others = Buffer.from(right);
  return bytes.length === others.length && timingSafeEqual(bytes, others);
};

/** Checks signatures against the access key of the data folder, as AWS does: who does not know the key gets nothing. */
export class Signatures {
  readonly #credentials: Credentials;
  readonly #clock: Clock;
  readonly #keys = new Map<string, Buffer>();

  constructor(credentials: Credentials, clock: Clock) {
    this.#credentials = credentials;
    this.#clock = clock;
  }

  /**
   * @param payloadHash of the body, in hexadecimal, or what stands for it in the canonical request
   * @throws AwsError if the request was signed by another key, is not the one that was signed, or has expired
   */
  check(signature: Signature, request: IncomingMessage, payloadHash: string): void {
    const { accessKeyId, expiresSeconds, signedAt, signedHeaders, scope } = signature;
    const isS3 = signature.service === "s3";
    if (accessKeyId !== this.#credentials.accessKeyId)
      throw isS3
        ? new AwsError(
            "InvalidAccessKeyId",
            "The access key ID you provided does not exist in our records.",
            403,
          )
        : new AwsError(
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
          );
    if (expiresSeconds !== undefined) this.#checkExpiry(signedAt, expiresSeconds);

    const { path, rawQueryString } = targetOf(request.url);
    const canonical = [
      request.method,
      path
        .split("/")
        .map((segment) => encode(decodePath(segment)))
        .join("/"),
      canonicalQuery(rawQueryString),
      signedHeaders.map((name) => canonicalHeader(request, name)).join(""),
      signedHeaders.join(";"),
      payloadHash,
    ].join("\n");
    const toSign = [algorithm, signedAt, scope.join("/"), sha256Hex(canonical)].join("\n");
    const expected = hmac(this.#keyOf(scope), toSign).toString("hex");
    if (!signedHeaders.includes("host") || !equals(expected, signature.signature))
      throw new AwsError(
        isS3 ? "SignatureDoesNotMatch" : "InvalidSignatureException",
        "The request signature we calculated does not match the signature you provided.",
        403,
      );
  }

  #checkExpiry(signedAt: string, expiresSeconds: number): void {
    if (!(expiresSeconds > 0 && expiresSeconds <= longestLifeSeconds))
      throw new AwsError("AuthorizationQueryParametersError", "X-Amz-Expires must be less than a week");
    if (!(this.#clock.now() <= startOf(signedAt) + expiresSeconds * 1000))
      throw new AwsError("AccessDenied", "Request has expired", 403);
  }

  #keyOf(scope: readonly string[]): Buffer {
    const name = scope.join("/");
    const kept = this.#keys.get(name);
    if (kept) return kept;
    const first = hmac(`AWS4${this.#credentials.secretAccessKey}`, scope[0] ?? "");
    const key = scope.slice(1).reduce(hmac, first);
    if (this.#keys.size >= maxKeptKeys) this.#keys.clear();
    this.#keys.set(name, key);
    return key;
  }
}
