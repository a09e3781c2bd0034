import { CfnOutput } from "aws-cdk-lib";
import { Construct } from "constructs";
import type { LambdaDeclaration } from "../../functions/kit/lambda.ts";
import { ringOnDeadLetters } from "./alarm.ts";
import { DeadLetterQueue, deadLettersOf } from "./dead-letter-queue.ts";
import { type FunctionContext, ProductFunction } from "./function.ts";

/** A Lambda that an operator invokes by name; if he does not wait for it, its failure is still kept. */
export class Operator extends Construct {
  readonly operated: ProductFunction;
  readonly deadLetters: DeadLetterQueue;

  constructor(scope: Construct, id: string, declaration: LambdaDeclaration, context: FunctionContext) {
    super(scope, id);
    this.deadLetters = new DeadLetterQueue(
      this,
      "DeadLetters",
      deadLettersOf(context.settings, declaration.name),
    );
    this.operated = new ProductFunction(this, "Operated", {
      declaration,
      context,
      memoryMb: 512,
      timeoutSeconds: 60,
      deadLetters: this.deadLetters.queue,
    });
    ringOnDeadLetters(this, "DeadLettersAlarm", context.alarms, this.deadLetters.queue, declaration.name);
    new CfnOutput(this, "Name", {
      value: this.operated.lambda.functionName,
      description: declaration.summary,
    });
  }
}
