import { Duration } from "aws-cdk-lib";
import { MathExpression, Metric } from "aws-cdk-lib/aws-cloudwatch";
import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { tableLayout } from "../../functions/kit/table/layout.ts";
import { ring } from "./alarm.ts";

const period = Duration.minutes(5);

/** A metric of the table, or of one of its indexes, or of one operation on it. */
export const tableMetric = (
  table: ITable,
  metricName: string,
  statistic: string,
  more: Readonly<Record<string, string>> = {},
): Metric =>
  new Metric({
    namespace: "AWS/DynamoDB",
    metricName,
    dimensionsMap: { TableName: table.tableName, ...more },
    statistic,
    period,
  });

const throttles = ["ReadThrottleEvents", "WriteThrottleEvents"] as const;

/** What was throttled, on the table and on each index: an index throttles its table's writes. */
const throttledBy = (table: ITable, metricName: (typeof throttles)[number]): Record<string, Metric> =>
  Object.fromEntries([
    [`table${metricName}`, tableMetric(table, metricName, "Sum")],
    ...Object.values(tableLayout.indexes).map((index) => [
      `${index.name}${metricName}`,
      tableMetric(table, metricName, "Sum", { GlobalSecondaryIndexName: index.name }),
    ]),
  ]);

/** Reads and writes that were throttled. */
export const throttleMetrics = (table: ITable): Metric[] =>
  throttles.flatMap((metricName) => Object.values(throttledBy(table, metricName)));

const operations = [
  "GetItem",
  "BatchGetItem",
  "Query",
  "PutItem",
  "UpdateItem",
  "DeleteItem",
  "BatchWriteItem",
  "TransactGetItems",
  "TransactWriteItems",
];

/** CloudWatch alarms on at most ten metrics at once: more would be a template that does not deploy. */
const sumOf = (label: string, usingMetrics: Record<string, Metric>): MathExpression => {
  const names = Object.keys(usingMetrics);
  if (names.length > 10) throw new Error(`${label}: an alarm takes ten metrics, not ${names.length}`);
  return new MathExpression({ expression: "SUM(METRICS())", usingMetrics, period, label });
};

/** Rings when the table throttles or fails. */
export const ringOnTable = (scope: Construct, table: ITable, topic: ITopic): void => {
  const alarms = new Construct(scope, "TableAlarms");
  for (const metricName of throttles)
    ring(alarms, metricName, topic, {
      metric: sumOf("throttled", throttledBy(table, metricName)),
      description: "The table or an index throttles: a hot partition. Contributor insights name the key.",
      threshold: 1,
      evaluationPeriods: 2,
      datapointsToAlarm: 2,
    });
  ring(alarms, "SystemErrors", topic, {
    metric: sumOf(
      "system errors",
      Object.fromEntries(
        operations.map((operation, position) => [
          `operation${position}`,
          tableMetric(table, "SystemErrors", "Sum", { Operation: operation }),
        ]),
      ),
    ),
    description: "DynamoDB answers with errors of its own. Requests are retried; look at AWS Health.",
    threshold: 1,
    evaluationPeriods: 2,
    datapointsToAlarm: 2,
  });
};
