import type { IncomingMessage } from "node:http";

/** What API Gateway takes. */
const maxBodyBytes = 10 * 1024 * 1024;

const noBody = Buffer.alloc(0);

export class BodyTooLarge extends Error {
  readonly status = 413;

  constructor(limitBytes: number) {
    super(`The body is larger than ${limitBytes} bytes`);
    this.name = "BodyTooLarge";
  }
}

class BodyIncomplete extends Error {
  readonly status = 400;

  constructor() {
    super("The body ended before its time");
    this.name = "BodyIncomplete";
  }
}

/** Whether the body itself was at fault. */
export const isBodyRefused = (error: unknown): error is BodyTooLarge | BodyIncomplete =>
  error instanceof BodyTooLarge || error instanceof BodyIncomplete;

/** Reads a request's body. @throws BodyTooLarge, BodyIncomplete */
export const readBody = (request: IncomingMessage, limitBytes: number = maxBodyBytes): Promise<Buffer> => {
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > limitBytes) return Promise.reject(new BodyTooLarge(limitBytes));
  if (announced === 0 && request.headers["transfer-encoding"] === undefined) return Promise.resolve(noBody);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limitBytes) reject(new BodyTooLarge(limitBytes));
      else chunks.push(chunk);
    });
    request.on("end", () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.on("error", () => reject(new BodyIncomplete()));
  });
};
