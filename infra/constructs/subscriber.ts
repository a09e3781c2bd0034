import { Duration } from "aws-cdk-lib";
import { Rule } from "aws-cdk-lib/aws-events";
import { LambdaFunction as LambdaTarget } from "aws-cdk-lib/aws-events-targets";
import { Construct } from "constructs";
import { eventSource } from "../../events/event.ts";
import type { Subscription } from "../../events/subscription.ts";
import type { LambdaDeclaration } from "../../functions/kit/lambda.ts";
import { handOverSeconds, retryAsynchronously } from "./asynchronous.ts";
import type { FunctionContext } from "./function.ts";
import { declareWorker } from "./worker.ts";

/**
 * A Lambda that hears events of the bus. An event can fail on two legs: EventBridge cannot hand it to
 * Lambda (the target's retries), or the function throws (Lambda's own, at most two). Either way it ends
 * in the one queue, as the bare event, so that redriving is to send the body to the function again.
 */
export class Subscriber extends Construct {
  constructor(
    scope: Construct,
    id: string,
    declaration: LambdaDeclaration,
    subscription: Subscription,
    context: FunctionContext,
  ) {
    super(scope, id);
    const { lambda, deadLetters } = declareWorker(this, "Subscriber", declaration, context);
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
        deadLetterQueue: deadLetters,
        retryAttempts: subscription.retry.attempts,
        maxEventAge: Duration.seconds(handOverSeconds(subscription.retry)),
      }),
    );
  }
}
