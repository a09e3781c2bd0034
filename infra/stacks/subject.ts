import { Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { LambdaDeclaration } from "../../functions/kit/lambda.ts";
import type { FunctionContext } from "../constructs/function.ts";
import { Operator } from "../constructs/operator.ts";
import { Scheduled } from "../constructs/scheduled.ts";
import { Served } from "../constructs/served.ts";
import { StreamConsumer } from "../constructs/stream-consumer.ts";
import { Subscriber } from "../constructs/subscriber.ts";
import type { CommonStack } from "./common.ts";

/**
 * The Lambdas of one subject, with all that is theirs: routes, rules, schedules, queues, alarms. It imports from the
 * stacks below and exports nothing, so that no subject waits for another one or locks it.
 */
export class SubjectStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    lambdas: readonly LambdaDeclaration[],
    context: FunctionContext,
    common: CommonStack,
    props: StackProps,
  ) {
    super(scope, id, props);
    for (const declaration of lambdas) this.add(declaration, context, common);
  }

  private add(declaration: LambdaDeclaration, context: FunctionContext, common: CommonStack): Construct {
    const { name, trigger } = declaration;
    switch (trigger.kind) {
      case "api":
        return new Served(this, name, declaration, trigger.routes, common.api, context);
      case "stream":
        return new StreamConsumer(this, name, declaration, trigger, context);
      case "subscription":
        return new Subscriber(this, name, declaration, trigger.subscription, context);
      case "schedule":
        return new Scheduled(this, name, declaration, trigger.schedule, common.schedules, context);
      case "operator":
        return new Operator(this, name, declaration, context);
      case "pre-token":
        throw new Error(`${name}: a trigger of the user pool stands in the pool's stack`);
    }
  }
}
