import type { Credentials } from "./credentials.ts";
import type { FunctionModel } from "./model.ts";

export interface Endpoints {
  readonly region: string;
  /** Of every service but DynamoDB. */
  readonly aws: string;
  readonly dynamodb: string;
  readonly credentials: Credentials;
}

/** What Lambda's runtime sets, and what points the SDK at this machine; the template's variables come on top. */
export const functionEnvironment = (fn: FunctionModel, endpoints: Endpoints): Record<string, string> => ({
  AWS_REGION: endpoints.region,
  AWS_DEFAULT_REGION: endpoints.region,
  AWS_ACCESS_KEY_ID: endpoints.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: endpoints.credentials.secretAccessKey,
  AWS_LAMBDA_FUNCTION_NAME: fn.name,
  AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${fn.name}`,
  AWS_LAMBDA_LOG_STREAM_NAME: "local",
  AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
  LAMBDA_TASK_ROOT: fn.folder,
  _HANDLER: fn.handler,
  LANG: "en_US.UTF-8",
  PATH: process.env.PATH ?? "",
  // What is loaded into this process by these options (a debugger, a shifted clock) is loaded into the functions too.
  ...(process.env.NODE_OPTIONS === undefined ? {} : { NODE_OPTIONS: process.env.NODE_OPTIONS }),
  AWS_ENDPOINT_URL: endpoints.aws,
  AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
  // There is no X-Ray daemon on one machine.
  POWERTOOLS_TRACE_ENABLED: "false",
  AWS_XRAY_CONTEXT_MISSING: "IGNORE_ERROR",
  ...fn.environment,
});
