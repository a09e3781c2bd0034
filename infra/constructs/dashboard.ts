import { Duration } from "aws-cdk-lib";
import { Dashboard, GraphWidget, type IMetric, Metric, Row, TextWidget } from "aws-cdk-lib/aws-cloudwatch";
import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import type { Construct } from "constructs";
import type { LambdaDeclaration } from "../../functions/kit/lambda.ts";
import { nameOf, type Settings } from "../settings.ts";
import { deadLettersOf } from "./dead-letter-queue.ts";
import type { ClientelaHttpApi } from "./http-api.ts";
import { tableMetric, throttleMetrics } from "./table-alarms.ts";

export interface DashboardParts {
  readonly api: ClientelaHttpApi;
  readonly table: ITable;
  readonly lambdas: readonly LambdaDeclaration[];
}

const period = Duration.minutes(5);

/** Those that are invoked asynchronously have a queue for what failed; the others answer whoever waits. */
const hasDeadLetters = ({ trigger }: LambdaDeclaration): boolean =>
  trigger.kind !== "api" && trigger.kind !== "pre-token";

const graph = (title: string, left: readonly IMetric[]): GraphWidget =>
  new GraphWidget({ title, left: [...left], width: 8, height: 6, leftYAxis: { min: 0 } });

/** One page for whoever is on duty: what comes in, who works on it, where it waits. */
export const declareDashboard = (scope: Construct, settings: Settings, shown: DashboardParts): Dashboard => {
  const { api, table, lambdas } = shown;
  // Functions and queues are named, not referred to: a reference would lock the stacks that they stand in.
  const ofFunction = (metricName: string, statistic: string, shownOnes = lambdas) =>
    shownOnes.map(
      ({ name }) =>
        new Metric({
          namespace: "AWS/Lambda",
          metricName,
          dimensionsMap: { FunctionName: nameOf(settings, name) },
          statistic,
          label: name,
          period,
        }),
    );
  const operation = (name: string) =>
    tableMetric(table, "SuccessfulRequestLatency", "Average", { Operation: name }).with({ label: name });
  const heading = (markdown: string) =>
    new Row(new TextWidget({ markdown: `## ${markdown}`, width: 24, height: 1 }));

  const dashboard = new Dashboard(scope, "Dashboard", { dashboardName: nameOf(settings, "overview") });
  dashboard.addWidgets(
    heading("API"),
    new Row(
      graph("Requests", [api.metric("Count", "Sum")]),
      graph("Wrong requests and our failures", [api.metric("4xx", "Sum"), api.metric("5xx", "Sum")]),
      graph(
        "Latency",
        ["p50", "p95", "p99"].map((statistic) => api.metric("Latency", statistic).with({ label: statistic })),
      ),
    ),
    heading("Functions"),
    new Row(
      graph("Errors", ofFunction("Errors", "Sum")),
      graph("Throttles", ofFunction("Throttles", "Sum")),
      graph("Duration p99", ofFunction("Duration", "p99")),
    ),
    heading("Table"),
    new Row(
      graph("Consumed units", [
        tableMetric(table, "ConsumedReadCapacityUnits", "Sum"),
        tableMetric(table, "ConsumedWriteCapacityUnits", "Sum"),
      ]),
      graph("Throttled", throttleMetrics(table)),
      graph("Latency", ["Query", "BatchGetItem", "PutItem", "TransactWriteItems"].map(operation)),
    ),
    heading("Stream and queues"),
    new Row(
      graph(
        "How far behind the table",
        ofFunction(
          "IteratorAge",
          "Maximum",
          lambdas.filter(({ trigger }) => trigger.kind === "stream"),
        ),
      ),
      graph(
        "Dead letters",
        lambdas.filter(hasDeadLetters).map(
          ({ name }) =>
            new Metric({
              namespace: "AWS/SQS",
              metricName: "ApproximateNumberOfMessagesVisible",
              dimensionsMap: { QueueName: deadLettersOf(settings, name) },
              statistic: "Maximum",
              label: name,
              period,
            }),
        ),
      ),
    ),
  );
  return dashboard;
};
