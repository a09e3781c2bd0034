import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { LambdaDeclaration } from "../../functions/kit/lambda.ts";
import { declareDashboard } from "../constructs/dashboard.ts";
import type { FunctionContext } from "../constructs/function.ts";
import { ClientelaHttpApi } from "../constructs/http-api.ts";
import { Schedules } from "../constructs/scheduled.ts";
import { ringOnTable } from "../constructs/table-alarms.ts";
import { exportAlways } from "./exports.ts";
import type { IdentityStack } from "./identity.ts";

/**
 * What the subjects have in common and can be thrown away: the HTTP API without its routes, the group of the
 * schedules, and the page for whoever is on duty, which knows functions and queues by their names only.
 */
export class CommonStack extends Stack {
  readonly api: ClientelaHttpApi;
  readonly schedules: Schedules;

  constructor(
    scope: Construct,
    id: string,
    lambdas: readonly LambdaDeclaration[],
    context: FunctionContext,
    identity: IdentityStack,
    props: StackProps,
  ) {
    super(scope, id, props);
    const { table } = context.resources;
    this.api = new ClientelaHttpApi(this, "HttpApi", {
      settings: context.settings,
      userPool: identity.userPool,
      client: identity.client,
      alarms: context.alarms,
    });
    this.schedules = new Schedules(this, "Schedules", context);
    ringOnTable(this, table, context.alarms);
    declareDashboard(this, context.settings, { api: this.api, table, lambdas });
    exportAlways(this, [this.api.api.ref, this.api.authorizer.ref, this.schedules.group.ref]);
    new CfnOutput(this, "ApiUrl", { value: this.api.url });
  }
}
