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

const alarmsOn = (templates: Templates, metric: string, watched: Resource): Resource[] =>
  ofType(templates, "AWS::CloudWatch::Alarm").filter(
    (alarm) => property(alarm, "MetricName") === metric && refersTo(property(alarm, "Dimensions"), watched),
  );

const withoutAlarms = (templates: Templates, wanted: (alarm: Resource) => boolean): void => {
  const kept = templates.resources.filter(
    (resource) => resource.Type !== "AWS::CloudWatch::Alarm" || !wanted(resource),
  );
  templates.resources.splice(0, templates.resources.length, ...kept);
};

/** Metrics of an alarm that computes: the names, with the dimensions of each. */
const computedFrom = (alarm: Resource): { name: unknown; dimensions: unknown }[] =>
  listOf(property(alarm, "Metrics")).flatMap((metric) => {
    const name = at(metric, "MetricStat", "Metric", "MetricName");
    return name === undefined ? [] : [{ name, dimensions: at(metric, "MetricStat", "Metric", "Dimensions") }];
  });

/** Where a Lambda's function leaves what it failed at: one queue, or none. */
const deadLettersOf = (templates: Templates, name: string): Resource[] => {
  const made = functionOf(templates, name);
  const target = made && property(made, "DeadLetterConfig", "TargetArn");
  return ofType(templates, "AWS::SQS::Queue").filter((queue) => refersTo(target, queue));
};

/** Of what rings, and where. */
export const alarmChecks: readonly Check[] = [
  {
    guarantee: "every dead-letter queue rings",
    violations: (templates) =>
      ofType(templates, "AWS::SQS::Queue").flatMap((queue) =>
        unless(
          alarmsOn(templates, "ApproximateNumberOfMessagesVisible", queue).some(
            (alarm) => property(alarm, "Threshold") === 1,
          ),
          `${queue.id} fills in silence`,
        ),
      ),
    breaks: {
      "no alarm": (templates) =>
        withoutAlarms(
          templates,
          (alarm) => property(alarm, "MetricName") === "ApproximateNumberOfMessagesVisible",
        ),
    },
  },
  {
    guarantee: "every function rings when it fails or is throttled, and a consumer when it is late",
    violations: (templates) => [
      ...ofType(templates, "AWS::Lambda::Function").flatMap((made) =>
        ["Errors", "Throttles"].flatMap((metric) =>
          unless(alarmsOn(templates, metric, made).length > 0, `${made.id} has no alarm on ${metric}`),
        ),
      ),
      ...templates.lambdas.flatMap(({ name, trigger }) => {
        const made = functionOf(templates, name);
        return unless(
          trigger.kind !== "stream" ||
            (made !== undefined && alarmsOn(templates, "IteratorAge", made).length > 0),
          `${name} is late in silence`,
        );
      }),
    ],
    breaks: Object.fromEntries(
      ["Errors", "Throttles", "IteratorAge"].map((metric) => [
        `no alarm on ${metric}`,
        (templates: Templates) =>
          withoutAlarms(templates, (alarm) => property(alarm, "MetricName") === metric),
      ]),
    ),
  },
  {
    guarantee:
      "the API rings on failures and slow answers, the table and its indexes on throttles and failures",
    violations: (templates) => {
      const alarms = ofType(templates, "AWS::CloudWatch::Alarm");
      const computed = alarms.flatMap((alarm) => computedFrom(alarm).map(({ name }) => name));
      const throttled = alarms.flatMap(computedFrom).filter(({ name }) => name === "WriteThrottleEvents");
      const indexes = ofType(templates, "AWS::DynamoDB::Table").flatMap((table) =>
        listOf(property(table, "GlobalSecondaryIndexes")),
      );
      return [
        ...unless(computed.includes("5xx"), "5xx in silence"),
        ...unless(computed.includes("ReadThrottleEvents"), "throttled reads in silence"),
        ...unless(throttled.length === indexes.length + 1, "throttled writes in silence"),
        ...unless(computed.includes("SystemErrors"), "errors of the table in silence"),
        ...unless(
          alarms.some(
            (alarm) =>
              property(alarm, "MetricName") === "Latency" && property(alarm, "ExtendedStatistic") === "p99",
          ),
          "slow in silence",
        ),
      ];
    },
    breaks: {
      "no computed alarms": (templates) =>
        withoutAlarms(templates, (alarm) => property(alarm, "Metrics") !== undefined),
      "no latency": (templates) =>
        withoutAlarms(templates, (alarm) => property(alarm, "MetricName") === "Latency"),
    },
  },
  {
    guarantee: "every alarm goes to the topic",
    violations: (templates) => {
      const [topic] = ofType(templates, "AWS::SNS::Topic");
      return ofType(templates, "AWS::CloudWatch::Alarm").flatMap((alarm) =>
        unless(
          topic !== undefined && refersTo(property(alarm, "AlarmActions"), topic),
          `${alarm.id} rings nowhere`,
        ),
      );
    },
    breaks: {
      "no actions": (templates) => {
        for (const alarm of ofType(templates, "AWS::CloudWatch::Alarm")) delete alarm.Properties.AlarmActions;
      },
    },
  },
  {
    guarantee: "the page for whoever is on duty shows every function and every dead-letter queue",
    violations: (templates) => {
      const shown = ofType(templates, "AWS::CloudWatch::Dashboard")
        .map((dashboard) => JSON.stringify(property(dashboard, "DashboardBody")))
        .join();
      const names = [
        ...ofType(templates, "AWS::Lambda::Function").map((made) => property(made, "FunctionName")),
        ...templates.lambdas.flatMap(({ name }) =>
          deadLettersOf(templates, name).map((queue) => property(queue, "QueueName")),
        ),
      ];
      // As the text of a JSON text within a JSON text has it.
      return names.flatMap((name) => unless(shown.includes(`\\"${name}\\"`), `${name} is not shown`));
    },
    breaks: {
      "no page": (templates) => {
        for (const dashboard of ofType(templates, "AWS::CloudWatch::Dashboard")) dashboard.Type = "None";
      },
      "other functions": (templates) => {
        for (const made of ofType(templates, "AWS::Lambda::Function")) made.Properties.FunctionName = "other";
      },
      "other queues": (templates) => {
        for (const queue of ofType(templates, "AWS::SQS::Queue")) queue.Properties.QueueName = "other";
      },
    },
  },
];
