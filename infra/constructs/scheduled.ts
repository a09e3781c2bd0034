import { Aws, Duration } from "aws-cdk-lib";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { CfnSchedule, CfnScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import { Construct } from "constructs";
import { type Schedule, scheduleExpression } from "../../events/schedule.ts";
import type { LambdaDeclaration } from "../../functions/kit/lambda.ts";
import { nameOf } from "../settings.ts";
import { ring } from "./alarm.ts";
import { handOverSeconds, retryAsynchronously } from "./asynchronous.ts";
import { type FunctionContext, sending } from "./function.ts";
import { arnPrefix } from "./grants.ts";
import { declareWorker } from "./worker.ts";

/** The group of all schedules: what they may be invoked for, and where what is lost is counted. */
export class Schedules extends Construct {
  readonly name: string;
  /** The group's ARN, by name: roles trust it, and it is made beside them. */
  readonly arn: string;
  readonly group: CfnScheduleGroup;

  constructor(scope: Construct, id: string, context: FunctionContext) {
    super(scope, id);
    this.name = nameOf(context.settings, "schedules");
    this.group = new CfnScheduleGroup(this, "Group", { name: this.name });
    this.arn = `${arnPrefix(this, "scheduler")}:schedule-group/${this.name}`;
    ring(this, "Lost", context.alarms, {
      metric: new Metric({
        namespace: "AWS/Scheduler",
        metricName: "InvocationsFailedToBeSentToDeadLetterCount",
        dimensionsMap: { ScheduleGroup: this.name },
        statistic: "Sum",
        period: Duration.minutes(5),
      }),
      description:
        "A schedule could neither invoke its function nor leave the run in its dead-letter queue. Look at the role of the schedule.",
      threshold: 1,
    });
  }
}

/** The event of a run, as `functions/kit/scheduled.ts` reads it; the Scheduler fills in the due time. */
const inputOf = (schedule: Schedule): string =>
  JSON.stringify({ schedule: schedule.name, scheduledAt: "<aws.scheduler.scheduled-time>" });

/**
 * A Lambda that EventBridge Scheduler runs. As with an event, there are two legs: the Scheduler cannot hand over
 * (its own retries), or the function throws (Lambda's, at most two). Either way the run ends in the one queue.
 */
export class Scheduled extends Construct {
  constructor(
    scope: Construct,
    id: string,
    declaration: LambdaDeclaration,
    schedule: Schedule,
    schedules: Schedules,
    context: FunctionContext,
  ) {
    super(scope, id);
    if (schedule.name !== declaration.name)
      throw new Error(`the schedule ${schedule.name} runs the Lambda ${declaration.name}`);
    const { lambda, deadLetters } = declareWorker(this, "Run", declaration, context);
    retryAsynchronously(lambda, schedule.retry);
    // The role is the schedule's, and lets it do nothing else; only schedules of our group may take it.
    const role = new Role(this, "InvokerRole", {
      assumedBy: new ServicePrincipal("scheduler.amazonaws.com", {
        conditions: { StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID, "aws:SourceArn": schedules.arn } },
      }),
      description: `Lets the schedule invoke ${declaration.name}`,
      inlinePolicies: {
        own: new PolicyDocument({
          statements: [
            new PolicyStatement({
              sid: "Invoke",
              actions: ["lambda:InvokeFunction"],
              resources: [lambda.functionArn],
            }),
            sending(deadLetters),
          ],
        }),
      },
    });
    new CfnSchedule(this, "Schedule", {
      name: nameOf(context.settings, declaration.name),
      groupName: schedules.group.ref,
      description: declaration.summary.slice(0, 512),
      scheduleExpression: scheduleExpression(schedule.pace),
      ...(schedule.pace.kind === "cron" ? { scheduleExpressionTimezone: schedule.pace.timeZone } : {}),
      flexibleTimeWindow: { mode: "OFF" },
      target: {
        arn: lambda.functionArn,
        roleArn: role.roleArn,
        input: inputOf(schedule),
        deadLetterConfig: { arn: deadLetters.queueArn },
        retryPolicy: {
          maximumRetryAttempts: schedule.retry.attempts,
          maximumEventAgeInSeconds: handOverSeconds(schedule.retry),
        },
      },
    });
  }
}
