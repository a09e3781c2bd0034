import { Duration } from "aws-cdk-lib";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { acknowledge } from "./acknowledge.ts";

/** How often what failed is tried again, and how old it may grow. */
export interface Retry {
  readonly attempts: number;
  readonly maxAgeSeconds: number;
}

/** What Lambda allows for asynchronous invocations; EventBridge allows more on its own leg. */
const lambdaBounds = { attempts: 2, minAgeSeconds: 60, maxAgeSeconds: 6 * 3600 };

/** The least age that both EventBridge and its Scheduler take for the end of their tries. */
export const handOverSeconds = ({ maxAgeSeconds }: Retry): number =>
  Math.max(maxAgeSeconds, lambdaBounds.minAgeSeconds);

/** Lets Lambda try again what the function failed at, as far as Lambda allows. */
export const retryAsynchronously = (lambda: LambdaFunction, { attempts, maxAgeSeconds }: Retry): void => {
  lambda.configureAsyncInvoke({
    retryAttempts: Math.min(attempts, lambdaBounds.attempts),
    maxEventAge: Duration.seconds(
      Math.min(Math.max(maxAgeSeconds, lambdaBounds.minAgeSeconds), lambdaBounds.maxAgeSeconds),
    ),
  });
  acknowledge(
    // The invoke configuration becomes a child of the function.
    lambda.node.findChild("EventInvokeConfig"),
    "Serverless-LambdaAsyncFailureDestination",
    "The function's dead-letter queue takes the failed event itself, in the shape in which EventBridge leaves it there; a destination beside it would record every failure twice, in two shapes.",
  );
};
