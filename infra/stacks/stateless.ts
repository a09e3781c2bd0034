import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { LambdaDeclaration } from "../../functions/kit/lambda.ts";
import { type DashboardParts, declareDashboard } from "../constructs/dashboard.ts";
import type { FunctionContext } from "../constructs/function.ts";
import { ProductFunction } from "../constructs/function.ts";
import { ClientelaHttpApi } from "../constructs/http-api.ts";
import { Operator } from "../constructs/operator.ts";
import { Scheduled, Schedules } from "../constructs/scheduled.ts";
import { StreamConsumer } from "../constructs/stream-consumer.ts";
import { Subscriber } from "../constructs/subscriber.ts";
import { ringOnTable } from "../constructs/table-alarms.ts";
import type { IdentityStack } from "./identity.ts";

const synchronous = "API Gateway invokes the function synchronously: a failure is the answer to the request.";

/** Everything that can be thrown away and deployed again: the API and the functions, with their alarms. */
export class StatelessStack extends Stack {
  readonly api: ClientelaHttpApi;
  /** Made with the first schedule. */
  #schedules: Schedules | undefined;

  constructor(
    scope: Construct,
    id: string,
    lambdas: readonly LambdaDeclaration[],
    context: FunctionContext,
    identity: IdentityStack,
    props: StackProps,
  ) {
    super(scope, id, props);
    this.api = new ClientelaHttpApi(this, "HttpApi", {
      settings: context.settings,
      userPool: identity.userPool,
      client: identity.client,
      alarms: context.alarms,
    });
    const parts = lambdas.flatMap((declaration) => this.add(declaration, context));
    ringOnTable(this, context.resources.table, context.alarms);
    declareDashboard(this, context.settings, {
      api: this.api,
      table: context.resources.table,
      parts: identity.trigger ? [...parts, { name: "pre-token", lambda: identity.trigger.lambda }] : parts,
    });
    new CfnOutput(this, "ApiUrl", { value: this.api.url });
  }

  private add(declaration: LambdaDeclaration, context: FunctionContext): DashboardParts["parts"] {
    const { name, trigger } = declaration;
    switch (trigger.kind) {
      case "api": {
        const { lambda } = this.serve(declaration, trigger.routes, context);
        return [{ name, lambda }];
      }
      case "stream": {
        const made = new StreamConsumer(this, name, declaration, trigger, context);
        return [{ name, lambda: made.consumer.lambda, queue: made.deadLetters.queue, readsStream: true }];
      }
      case "subscription": {
        const made = new Subscriber(this, name, declaration, trigger.subscription, context);
        return [{ name, lambda: made.subscriber.lambda, queue: made.deadLetters.queue }];
      }
      case "schedule": {
        this.#schedules ??= new Schedules(this, "Schedules", context);
        const made = new Scheduled(this, name, declaration, trigger.schedule, this.#schedules, context);
        return [{ name, lambda: made.run.lambda, queue: made.deadLetters.queue }];
      }
      case "operator": {
        const made = new Operator(this, name, declaration, context);
        return [{ name, lambda: made.operated.lambda, queue: made.deadLetters.queue }];
      }
      case "pre-token":
        throw new Error(`${name}: a trigger of the user pool stands in the pool's stack`);
    }
  }

  private serve(
    declaration: LambdaDeclaration,
    routes: Parameters<ClientelaHttpApi["serve"]>[1],
    context: FunctionContext,
  ): ProductFunction {
    const product = new ProductFunction(this, declaration.name, {
      declaration,
      context,
      // Memory is CPU: at 1 GB a cold start is about half of what it is at 512 MB.
      memoryMb: 1024,
      timeoutSeconds: 15,
      synchronous,
    });
    this.api.serve(declaration, routes, product);
    return product;
  }
}
