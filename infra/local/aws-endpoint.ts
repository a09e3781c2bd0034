import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import * as z from "zod";
import { AwsError, unknownAction } from "./aws-error.ts";
import type { Clock } from "./clock.ts";
import { readBody } from "./http-api.ts";

/** A service that speaks AWS JSON: the action stands in `x-amz-target`. */
export type JsonService = (action: string, request: unknown) => unknown;
/** A service that reads and writes its own bodies. */
export type RawService = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface AwsServices {
  readonly json: Readonly<Record<string, JsonService>>;
  readonly s3: RawService;
}

/**
 * The service that a request is signed for: the credential scope of the signature names it, in the
 * `Authorization` header or in a presigned URL.
 */
export const signedService = (request: IncomingMessage): string | undefined => {
  const header = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\/aws4_request/.exec(
    request.headers.authorization ?? "",
  );
  if (header) return header[1];
  const query = new URL(request.url ?? "/", "http://127.0.0.1").searchParams.get("X-Amz-Credential");
  return query?.split("/")[3];
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
  const known =
    error instanceof AwsError
      ? error
      : error instanceof z.ZodError
        ? new AwsError("ValidationException", z.prettifyError(error))
        : new AwsError("InternalFailure", String(error), 500);
  answerJson(
    response,
    known.status,
    { __type: known.code, message: known.message },
    {
      "x-amzn-errortype": known.code,
    },
  );
};

/** Answers for the AWS services other than DynamoDB, on one address. */
export const awsEndpoint =
  (services: AwsServices, clock: Clock) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // The SDK compares this header with its own clock, which is the stack's.
    response.setHeader("date", new Date(clock.now()).toUTCString());
    const service = signedService(request);
    try {
      if (service === "s3") return await services.s3(request, response);
      const target = String(request.headers["x-amz-target"] ?? "");
      const action = target.slice(target.lastIndexOf(".") + 1);
      const json = service === undefined ? undefined : services.json[service];
      if (!json) throw unknownAction(service ?? "an unsigned request", action || `${request.method}`);
      const body = (await readBody(request)).toString("utf8");
      answerJson(response, 200, await json(action, body === "" ? {} : JSON.parse(body)));
    } catch (error) {
      if (response.headersSent) response.destroy();
      else fail(response, error);
    }
  };
