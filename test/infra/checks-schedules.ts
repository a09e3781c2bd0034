import { scheduleExpression } from "../../events/schedule.ts";
import { type Check, unless } from "./check.ts";
import {
  at,
  functionOf,
  listOf,
  ofType,
  property,
  type Resource,
  refersTo,
  type Templates,
} from "./templates.ts";

const schedules = (templates: Templates): Resource[] => ofType(templates, "AWS::Scheduler::Schedule");

const onTargets = (templates: Templates, key: string, value: unknown): void => {
  for (const schedule of schedules(templates)) Reflect.set(Object(property(schedule, "Target")), key, value);
};

const invokers = (templates: Templates): Resource[] =>
  ofType(templates, "AWS::IAM::Role").filter(
    (role) =>
      at(listOf(property(role, "AssumeRolePolicyDocument", "Statement"))[0], "Principal", "Service") ===
      "scheduler.amazonaws.com",
  );

const statementsOfRole = (role: Resource): unknown[] =>
  listOf(property(role, "Policies")).flatMap((policy) => listOf(at(policy, "PolicyDocument", "Statement")));

/** Of what runs by the clock. */
export const scheduleChecks: readonly Check[] = [
  {
    guarantee:
      "what is declared to run by the clock runs at its pace, within bounds, and is kept when it fails",
    violations: (templates) => [
      ...templates.lambdas.flatMap(({ name, trigger }) => {
        if (trigger.kind !== "schedule") return [];
        const { pace, retry } = trigger.schedule;
        const product = functionOf(templates, name);
        const schedule = schedules(templates).find(
          (one) => product !== undefined && refersTo(property(one, "Target", "Arn"), product),
        );
        if (product === undefined || schedule === undefined) return [`nothing runs ${name}`];
        const queue = ofType(templates, "AWS::SQS::Queue").find((one) =>
          refersTo(property(schedule, "Target", "DeadLetterConfig", "Arn"), one),
        );
        const invoke = ofType(templates, "AWS::Lambda::EventInvokeConfig").find((one) =>
          refersTo(property(one, "FunctionName"), product),
        );
        const input: unknown = JSON.parse(String(property(schedule, "Target", "Input")));
        return [
          ...unless(
            property(schedule, "ScheduleExpression") === scheduleExpression(pace),
            `${name} runs at another pace`,
          ),
          ...unless(
            property(schedule, "ScheduleExpressionTimezone") ===
              (pace.kind === "cron" ? pace.timeZone : undefined),
            `${name} runs in another time zone`,
          ),
          ...unless(
            property(schedule, "FlexibleTimeWindow", "Mode") === "OFF",
            `${name} runs when it likes to`,
          ),
          ...unless(
            property(schedule, "Target", "RetryPolicy", "MaximumRetryAttempts") === retry.attempts &&
              property(schedule, "Target", "RetryPolicy", "MaximumEventAgeInSeconds") ===
                Math.max(60, retry.maxAgeSeconds),
            `${name}: the schedule tries otherwise`,
          ),
          ...unless(
            invoke !== undefined && property(invoke, "MaximumRetryAttempts") === Math.min(2, retry.attempts),
            `${name}: the function is tried otherwise`,
          ),
          ...unless(
            queue !== undefined && refersTo(property(product, "DeadLetterConfig", "TargetArn"), queue),
            `${name} loses what fails`,
          ),
          ...unless(
            at(input, "schedule") === name && at(input, "scheduledAt") === "<aws.scheduler.scheduled-time>",
            `${name} is not told what for`,
          ),
        ];
      }),
      ...unless(
        schedules(templates).length ===
          templates.lambdas.filter(({ trigger }) => trigger.kind === "schedule").length,
        "the schedules are others than those declared",
      ),
    ],
    breaks: {
      "another pace": (templates) => {
        for (const one of schedules(templates)) one.Properties.ScheduleExpression = "rate(7 days)";
      },
      "another time zone": (templates) => {
        for (const one of schedules(templates)) one.Properties.ScheduleExpressionTimezone = "Asia/Tokyo";
      },
      "a flexible window": (templates) => {
        for (const one of schedules(templates)) one.Properties.FlexibleTimeWindow = { Mode: "FLEXIBLE" };
      },
      "no retry policy": (templates) => onTargets(templates, "RetryPolicy", undefined),
      "no queue of the schedule": (templates) => onTargets(templates, "DeadLetterConfig", undefined),
      "no due time": (templates) => onTargets(templates, "Input", "{}"),
      "another target": (templates) => onTargets(templates, "Arn", "arn"),
      "no queue of the function": (templates) => {
        for (const made of ofType(templates, "AWS::Lambda::Function"))
          delete made.Properties.DeadLetterConfig;
      },
      "Lambda's own defaults": (templates) => {
        for (const invoke of ofType(templates, "AWS::Lambda::EventInvokeConfig")) invoke.Type = "None";
      },
    },
  },
  {
    guarantee:
      "a schedule may invoke its function and leave what failed, nothing else, and only from our group",
    violations: (templates) => {
      const [group] = ofType(templates, "AWS::Scheduler::ScheduleGroup");
      return [
        ...unless(invokers(templates).length === schedules(templates).length, "schedules share a role"),
        ...schedules(templates).flatMap((schedule) => {
          const role = invokers(templates).find((one) =>
            refersTo(property(schedule, "Target", "RoleArn"), one),
          );
          if (role === undefined) return [`${schedule.id} may do nothing`];
          const target = property(schedule, "Target", "Arn");
          const queue = property(schedule, "Target", "DeadLetterConfig", "Arn");
          const granted = statementsOfRole(role).map((one) =>
            JSON.stringify([at(one, "Action"), at(one, "Resource")]),
          );
          const trust = at(listOf(property(role, "AssumeRolePolicyDocument", "Statement"))[0], "Condition");
          const name = group && property(group, "Name");
          return [
            ...unless(
              granted.join() ===
                [
                  JSON.stringify(["lambda:InvokeFunction", target]),
                  JSON.stringify(["sqs:SendMessage", queue]),
                ].join(),
              `${schedule.id} may do ${granted.join()}`,
            ),
            ...unless(
              JSON.stringify(at(trust, "StringEquals", "aws:SourceArn") ?? "").includes(
                `schedule-group/${name}`,
              ) && at(trust, "StringEquals", "aws:SourceAccount") !== undefined,
              `${schedule.id}: its role trusts others`,
            ),
            ...unless(
              group !== undefined && refersTo(property(schedule, "GroupName"), group),
              `${schedule.id} stands outside the group`,
            ),
          ];
        }),
      ];
    },
    breaks: {
      "a further right": (templates) => {
        for (const role of invokers(templates))
          listOf(property(role, "Policies", 0, "PolicyDocument", "Statement")).push({
            Action: "lambda:InvokeFunction",
            Resource: "*",
          });
      },
      "trust in all": (templates) => {
        for (const role of invokers(templates))
          Reflect.deleteProperty(
            Object(listOf(property(role, "AssumeRolePolicyDocument", "Statement"))[0]),
            "Condition",
          );
      },
      "the default group": (templates) => {
        for (const one of schedules(templates)) delete one.Properties.GroupName;
      },
      "no role": (templates) => onTargets(templates, "RoleArn", undefined),
    },
  },
  {
    guarantee: "a schedule whose run is lost for good rings",
    violations: (templates) => {
      const alarms = ofType(templates, "AWS::CloudWatch::Alarm");
      return ofType(templates, "AWS::Scheduler::ScheduleGroup").flatMap((group) =>
        unless(
          alarms.some(
            (alarm) =>
              property(alarm, "MetricName") === "InvocationsFailedToBeSentToDeadLetterCount" &&
              at(listOf(property(alarm, "Dimensions"))[0], "Value") === property(group, "Name"),
          ),
          `${group.id} loses in silence`,
        ),
      );
    },
    breaks: {
      "no alarm": (templates) => {
        for (const alarm of ofType(templates, "AWS::CloudWatch::Alarm"))
          if (property(alarm, "Namespace") === "AWS/Scheduler") alarm.Type = "None";
      },
    },
  },
];
