import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { AwsError, awsErrorOf, unknownAction } from "./aws-error.ts";
import type { Clock } from "./clock.ts";
import { isOwnHost } from "./foreign.ts";
import { readBody } from "./read-body.ts";
import { readSignature, type Signature, type Signatures, sha256Hex } from "./signature.ts";

/** A service that speaks AWS JSON: the action stands in `x-amz-target`. */
export type JsonService = (action: string, request: unknown) => unknown;
/** A service that reads and writes its own bodies, and checks the signature itself. */
export type RawService = (
  request: IncomingMessage,
  response: ServerResponse,
  signature: Signature,
) => Promise<void>;

export interface AwsServices {
  readonly json: Readonly<Record<string, JsonService>>;
  readonly s3: RawService;
}

const parse = (body: Buffer): unknown => {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new AwsError("SerializationException", "The body is not JSON");
  }
};

const answerJson = (response: ServerResponse, status: number, body: unknown, headers = {}): void => {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/x-amz-json-1.1",
    "content-length": Buffer.byteLength(text),
    "x-amzn-requestid": randomUUID(),
    ...headers,
  });
  response.end(text);
};

const fail = (response: ServerResponse, error: unknown): void => {
  const known = awsErrorOf(error);
  answerJson(
    response,
    known.status,
    { __type: known.code, message: known.message },
    {
      "x-amzn-errortype": known.code,
    },
  );
};

/**
 * Answers for the AWS services other than DynamoDB, on one address: to this machine's own names, and to who knows the
 * access key.
 */
export const awsEndpoint =
  (services: AwsServices, signatures: Signatures, clock: Clock) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // The SDK compares this header with its own clock, which is the stack's.
    response.setHeader("date", new Date(clock.now()).toUTCString());
    try {
      if (!isOwnHost(request.headers.host))
        throw new AwsError(
          "AccessDeniedException",
          "This address answers this machine's own names only.",
          403,
        );
      const signature = readSignature(request);
      if (!signature)
        throw new AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403);
      if (signature.service === "s3") return await services.s3(request, response, signature);
      const target = String(request.headers["x-amz-target"] ?? "");
      const action = target.slice(target.lastIndexOf(".") + 1);
      const json = Object.hasOwn(services.json, signature.service) && services.json[signature.service];
      if (!json) throw unknownAction(signature.service, action || `${request.method}`);
      const body = await readBody(request);
      signatures.check(signature, request, sha256Hex(body));
      answerJson(response, 200, await json(action, parse(body)));
    } catch (error) {
      if (response.headersSent) response.destroy();
      else fail(response, error);
    }
  };
