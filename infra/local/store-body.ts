import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import type { IncomingHttpHeaders } from "node:http";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AwsError } from "./aws-error.ts";
import { privateFile } from "./private-files.ts";

/** S3 takes so much in one PUT. */
const maxBytes = 5 * 1024 ** 3;

export interface StoredBody {
  readonly bytes: number;
  /** MD5 in hexadecimal, as S3 has it for an object put at once. */
  readonly etag: string;
}

const isSha256Hex = (value: unknown): boolean => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);

/**
 * Streams a body into a file and checks it against `content-md5`, `x-amz-checksum-sha256` and the digest that was
 * signed, where they are given.
 * @throws AwsError if the body is too large or not what the headers say; nothing remains then
 */
export const storeBody = async (
  body: AsyncIterable<Buffer>,
  file: string,
  headers: IncomingHttpHeaders,
): Promise<StoredBody> => {
  const md5 = createHash("md5");
  const sha256 = createHash("sha256");
  let bytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      md5.update(chunk);
      sha256.update(chunk);
      done(
        bytes > maxBytes
          ? new AwsError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
          : null,
        chunk,
      );
    },
  });
  try {
    await pipeline(body, measure, createWriteStream(file, { mode: privateFile }));
    const digest = md5.digest();
    const sha256Digest = sha256.digest();
    const signedSha = headers["x-amz-content-sha256"];
    const expectedMd5 = headers["content-md5"];
    const expectedSha = headers["x-amz-checksum-sha256"];
    if (
      (expectedMd5 !== undefined && expectedMd5 !== digest.toString("base64")) ||
      (expectedSha !== undefined && expectedSha !== sha256Digest.toString("base64")) ||
      (isSha256Hex(signedSha) && signedSha !== sha256Digest.toString("hex"))
    )
      throw new AwsError("BadDigest", "The checksum you specified did not match what we received.");
    return { bytes, etag: digest.toString("hex") };
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
};
