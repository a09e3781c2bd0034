import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import type { LambdaDeclaration } from "../../functions/kit/lambda.ts";
import { ringOnDeadLetters } from "./alarm.ts";
import { DeadLetterQueue, deadLettersOf } from "./dead-letter-queue.ts";
import { type FunctionContext, ProductFunction } from "./function.ts";

/** A function that nobody waits for, and where it leaves what it failed at. */
export interface Worker {
  readonly lambda: LambdaFunction;
  readonly deadLetters: Queue;
}

/** Makes a function that is invoked asynchronously, with its dead-letter queue, which rings. */
export const declareWorker = (
  scope: Construct,
  id: string,
  declaration: LambdaDeclaration,
  context: FunctionContext,
  statements: readonly PolicyStatement[] = [],
): Worker => {
  const { queue } = new DeadLetterQueue(
    scope,
    "DeadLetters",
    deadLettersOf(context.settings, declaration.name),
  );
  const { lambda } = new ProductFunction(scope, id, {
    declaration,
    context,
    memoryMb: 512,
    timeoutSeconds: 60,
    deadLetters: queue,
    ...(statements.length === 0 ? {} : { statements }),
  });
  ringOnDeadLetters(scope, "DeadLettersAlarm", context.alarms, queue, declaration.name);
  return { lambda, deadLetters: queue };
};
