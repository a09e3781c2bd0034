import { crc32 } from "node:zlib";
import { AwsError } from "./aws-error.ts";

const maxHeaderBytes = 16 * 1024;
const lineEnd = Buffer.from("\r\n");

const malformed = (what: string): AwsError =>
  new AwsError("IncompleteBody", `The aws-chunked body is malformed: ${what}`);

/** Reads lines and counted bytes from a stream of pieces. */
class Pieces {
  readonly #source: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next line without its end; undefined at the end of the stream. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#rest.indexOf(lineEnd);
      if (end >= 0) {
        const line = this.#rest.subarray(0, end).toString("latin1");
        this.#rest = this.#rest.subarray(end + lineEnd.length);
        return line;
      }
      if (this.#rest.length > maxHeaderBytes) throw malformed("a line without end");
      if (!(await this.#more())) return this.#rest.length === 0 ? undefined : this.#rest.toString("latin1");
    }
  }

  async *bytes(count: number): AsyncGenerator<Buffer> {
    let left = count;
    while (left > 0) {
      if (this.#rest.length === 0 && !(await this.#more())) throw malformed("it ends within a chunk");
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      if (piece.length > 0) yield piece;
    }
  }

  async #more(): Promise<boolean> {
    const { value, done } = await this.#source.next();
    if (done) return false;
    this.#rest = this.#rest.length === 0 ? value : Buffer.concat([this.#rest, value]);
    return true;
  }
}

const checkTrailer = (line: string, sum: number): void => {
  const [name = "", value = ""] = line.split(/:\s*/, 2);
  if (name.toLowerCase() !== "x-amz-checksum-crc32") return;
  const expected = Buffer.alloc(4);
  expected.writeUInt32BE(sum >>> 0);
  if (value.trim() !== expected.toString("base64"))
    throw new AwsError("BadDigest", "The CRC32 you specified did not match the calculated checksum.");
};

/**
 * Undoes `content-encoding: aws-chunked`, in which the SDK sends bodies with a trailing checksum; the
 * checksum is checked where it is the SDK's default, CRC32.
 * @throws AwsError
 */
export async function* decodeChunks(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const pieces = new Pieces(body);
  let sum = 0;
  for (;;) {
    const header = await pieces.line();
    if (header === undefined) throw malformed("the last chunk is missing");
    const size = Number.parseInt(header.split(";")[0] ?? "", 16);
    if (!Number.isInteger(size) || size < 0) throw malformed("a chunk without size");
    if (size === 0) break;
    for await (const piece of pieces.bytes(size)) {
      sum = crc32(piece, sum);
      yield piece;
    }
    await pieces.line();
  }
  for (let line = await pieces.line(); line !== undefined; line = await pieces.line())
    checkTrailer(line, sum);
}
