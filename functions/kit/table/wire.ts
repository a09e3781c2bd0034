import type { Readable } from "node:stream";
import {
  type BatchGetItemCommandInput,
  type BatchGetItemCommandOutput,
  type BatchWriteItemCommandInput,
  type BatchWriteItemCommandOutput,
  type DynamoDBClient,
  GetItemCommand,
  type GetItemCommandInput,
  type GetItemCommandOutput,
  type PutItemCommandInput,
  type PutItemCommandOutput,
  type QueryCommandInput,
  type QueryCommandOutput,
  type TransactGetItemsCommandInput,
  type TransactGetItemsCommandOutput,
  type TransactWriteItemsCommandInput,
  type TransactWriteItemsCommandOutput,
} from "@aws-sdk/client-dynamodb";
import { AwsJson1_0Protocol } from "@aws-sdk/core/protocols";

/**
 * The operations that the table uses, sent through the SDK's client without what the SDK does anew for each
 * request and that is the same each time: it resolves the endpoint, the scheme and the user agent, spreads the
 * client's sixty settings five times, makes a signer, and walks every value of every item through a schema in both
 * directions, though DynamoDB's items travel as JSON in the very form in which the client hands them out (as
 * long as no value is binary; ours are not). That is three quarters of the CPU time of a call.
 *
 * The first request is put together by the SDK and kept as the pattern for all. Settings, credentials and their
 * renewal, signature, clock skew, retries, connections, tracing and the typed errors stay the SDK's.
 */
export interface Operations {
  readonly GetItem: { readonly input: GetItemCommandInput; readonly output: GetItemCommandOutput };
  readonly BatchGetItem: {
    readonly input: BatchGetItemCommandInput;
    readonly output: BatchGetItemCommandOutput;
  };
  readonly Query: { readonly input: QueryCommandInput; readonly output: QueryCommandOutput };
  readonly PutItem: { readonly input: PutItemCommandInput; readonly output: PutItemCommandOutput };
  readonly BatchWriteItem: {
    readonly input: BatchWriteItemCommandInput;
    readonly output: BatchWriteItemCommandOutput;
  };
  readonly TransactGetItems: {
    readonly input: TransactGetItemsCommandInput;
    readonly output: TransactGetItemsCommandOutput;
  };
  readonly TransactWriteItems: {
    readonly input: TransactWriteItemsCommandInput;
    readonly output: TransactWriteItemsCommandOutput;
  };
}

export type Call = <Name extends keyof Operations>(
  name: Name,
  input: Operations[Name]["input"],
) => Promise<Operations[Name]["output"]>;

type Client = DynamoDBClient;
type Context = Parameters<Client["middlewareStack"]["resolve"]>[1];
type Signer = Client["config"]["httpAuthSchemes"][number]["signer"];
type Request = Parameters<Signer["sign"]>[0];

interface Response {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Readable;
}

const isRequest = (value: unknown): value is Request =>
  typeof value === "object" && value !== null && "headers" in value && "hostname" in value;

/** The SDK's steps of tracing: what they add to a request is that request's own, and no part of the pattern. */
const ofOneRequest = ["XRaySDKInstrumentation", "recursionDetectionMiddleware"];
/** The SDK's steps that the pattern, or `handlerOf`, does in their place. All others stay. */
const doneHere = [
  "loggerMiddleware",
  "serializerMiddleware",
  "deserializerMiddleware",
  "hostHeaderMiddleware",
  "contentLengthMiddleware",
  "getUserAgentMiddleware",
  "addPowertoolsToUserAgent",
  "httpAuthSchemeMiddleware",
  "httpSigningMiddleware",
];

/** What all requests have in common: the SDK puts one together, and it is taken before it is sent. */
const patternOf = async (client: Client): Promise<Request> => {
  const stack = client.middlewareStack.clone();
  for (const name of ofOneRequest) stack.remove(name);
  let pattern: Request | undefined;
  stack.add(
    (_next, context) => async (args) => {
      if (!("request" in args) || !isRequest(args.request)) throw new Error("the SDK made no request");
      pattern = args.request;
      const signer = await client.config.signer(context.endpointV2?.properties?.authSchemes?.[0]);
      client.config.signer = () => Promise.resolve(signer);
      return { response: undefined, output: { $metadata: {} } };
    },
    { step: "build", priority: "low", name: "pattern" },
  );
  const command = new GetItemCommand({ TableName: "pattern", Key: {} });
  await command.resolveMiddleware(stack, client.config, {})(command);
  if (!pattern) throw new Error("the SDK made no request");
  return pattern;
};

const signerOf = ({ config }: Client): Signer => {
  const scheme = config.httpAuthSchemes.find(({ schemeId }) => schemeId === "aws.auth#sigv4");
  if (!scheme) throw new Error("the client does not sign by version 4");
  return scheme.signer;
};

const bytesOf = (body: Readable): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    body.on("data", (chunk: Buffer) => chunks.push(chunk));
    body.on("end", () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    body.on("error", reject);
  });

/** Throws the SDK's error for an answer that is none of success. */
const refused = async (
  client: Client,
  operation: string,
  context: Context,
  response: Response,
  body: Buffer,
) => {
  const { protocol } = client.config;
  if (!(protocol instanceof AwsJson1_0Protocol)) throw new Error("the client speaks another protocol");
  const answer = { ...response, body };
  const schema = {
    namespace: "com.amazonaws.dynamodb",
    name: operation,
    traits: 0,
    input: "unit",
    output: "unit",
  } as const;
  try {
    await protocol.deserializeResponse(schema, { ...client.config, ...context }, answer);
  } catch (error) {
    // Where the SDK looks for `retry-after` and for the server's time.
    if (error instanceof Error)
      Object.defineProperty(error, "$response", { value: answer, enumerable: false });
    throw error;
  }
  throw new Error(`${operation} answered ${response.statusCode}`);
};

const handlerOf = (client: Client, operation: string, pattern: Request) => {
  const context: Context = { clientName: "DynamoDBClient", commandName: `${operation}Command` };
  const signer = signerOf(client);
  const stack = client.middlewareStack.clone();
  for (const name of doneHere) stack.remove(name);
  const send = async (args: { input: object; request?: unknown }) => {
    if (!isRequest(args.request)) throw new Error("there is no request to send");
    const signing = { config: client.config, context };
    const signed = await signer.sign(args.request, {}, signing);
    try {
      const { response }: { response: Response } = await client.config.requestHandler.handle(signed);
      const body = await bytesOf(response.body);
      if (response.statusCode >= 300) await refused(client, operation, context, response, body);
      signer.successHandler?.(response, signing);
      const output = JSON.parse(body.toString("utf8"));
      output.$metadata = {
        httpStatusCode: response.statusCode,
        requestId: response.headers["x-amzn-requestid"],
      };
      return { response, output };
    } catch (error) {
      if (signer.errorHandler && error instanceof Error) signer.errorHandler(signing)(error);
      throw error;
    }
  };
  const sent = stack.resolve(send, context);
  return (input: Operations[keyof Operations]["input"]) => {
    const body = JSON.stringify(input);
    const request = {
      ...pattern,
      headers: {
        ...pattern.headers,
        "content-length": String(Buffer.byteLength(body)),
        "x-amz-target": `DynamoDB_20120810.${operation}`,
      },
      body,
    };
    const args = { input, request };
    return sent(args);
  };
};

const makeCaller = (client: Client): Call => {
  let pattern: Promise<Request> | undefined;
  const handlers = new Map<string, ReturnType<typeof handlerOf>>();
  return async (operation, input) => {
    pattern ??= patternOf(client).catch((error) => {
      pattern = undefined;
      throw error;
    });
    const handler = handlers.get(operation) ?? handlerOf(client, operation, await pattern);
    handlers.set(operation, handler);
    const { output } = await handler(input);
    return output as Operations[typeof operation]["output"];
  };
};

const callers = new WeakMap<Client, Call>();

/** How a client's operations are sent. Its settings and its tracing have to be complete before the first. */
export const callerOf = (client: Client): Call => {
  const known = callers.get(client) ?? makeCaller(client);
  callers.set(client, known);
  return known;
};
