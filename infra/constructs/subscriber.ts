import { Duration } from "aws-cdk-lib";
import type { Alarm } from "aws-cdk-lib/aws-cloudwatch";
import { Rule } from "aws-cdk-lib/aws-events";
import { LambdaFunction as LambdaTarget } from "aws-cdk-lib/aws-events-targets";
import { Construct } from "constructs";
import { eventSource } from "../../events/event.ts";
import type { Subscription } from "../../events/subscription.ts";
import type { LambdaDeclaration } from "../../functions/kit/lambda.ts";
import { ringOnDeadLetters } from "./alarm.ts";
import { handOverSeconds, retryAsynchronously } from "./asynchronous.ts";
import { DeadLetterQueue, deadLettersOf } from "./dead-letter-queue.ts";
import { type FunctionContext, ProductFunction } from "./function.ts";

/**
 * A Lambda that hears events of the bus. An event can fail on two legs: EventBridge cannot hand it to
 * Lambda (the target's retries), or the function throws (Lambda's own, at most two). Either way it ends
 * in the one queue, as the bare event, so that redriving is to send the body to the function again.
 */
export class Subscriber extends Construct {
  readonly subscriber: ProductFunction;
  readonly deadLetters: DeadLetterQueue;
  readonly alarms: readonly Alarm[];

  constructor(
    scope: Construct,
    id: string,
    declaration: LambdaDeclaration,
    subscription: Subscription,
    context: FunctionContext,
  ) {
    super(scope, id);
    this.deadLetters = new DeadLetterQueue(
      this,
      "DeadLetters",
      deadLettersOf(context.settings, declaration.name),
    );
    this.subscriber = new ProductFunction(this, "Subscriber", {
      declaration,
      context,
      memoryMb: 512,
      timeoutSeconds: 60,
      deadLetters: this.deadLetters.queue,
    });
    const { lambda } = this.subscriber;
    retryAsynchronously(lambda, subscription.retry);
    const rule = new Rule(this, "Rule", {
      eventBus: context.resources.bus,
      description: declaration.summary.slice(0, 512),
      eventPattern: {
        source: [eventSource],
        detailType: [...new Set(subscription.events.map((event) => event.type))],
      },
    });
    rule.addTarget(
      new LambdaTarget(lambda, {
        deadLetterQueue: this.deadLetters.queue,
        retryAttempts: subscription.retry.attempts,
        maxEventAge: Duration.seconds(handOverSeconds(subscription.retry)),
      }),
    );
    this.alarms = [
      ...this.subscriber.alarms,
      ringOnDeadLetters(this, "DeadLettersAlarm", context.alarms, this.deadLetters.queue, declaration.name),
    ];
  }
}
