import { Duration } from "aws-cdk-lib";
import { Dashboard, GraphWidget, type IMetric, Row, TextWidget } from "aws-cdk-lib/aws-cloudwatch";
import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { nameOf, type Settings } from "../settings.ts";
import type { ClientelaHttpApi } from "./http-api.ts";
import { tableMetric, throttleMetrics } from "./table-alarms.ts";

export interface DashboardParts {
  readonly api: ClientelaHttpApi;
  readonly table: ITable;
  readonly parts: readonly {
    readonly name: string;
    readonly lambda: IFunction;
    readonly queue?: IQueue;
    readonly readsStream?: boolean;
  }[];
}

const graph = (title: string, left: readonly IMetric[]): GraphWidget =>
  new GraphWidget({ title, left: [...left], width: 8, height: 6, leftYAxis: { min: 0 } });

/** One page for whoever is on duty: what comes in, who works on it, where it waits. */
export const declareDashboard = (scope: Construct, settings: Settings, shown: DashboardParts): Dashboard => {
  const { api, table, parts } = shown;
  const period = Duration.minutes(5);
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
      graph(
        "Errors",
        parts.map(({ name, lambda }) => lambda.metricErrors({ period, label: name })),
      ),
      graph(
        "Throttles",
        parts.map(({ name, lambda }) => lambda.metricThrottles({ period, label: name })),
      ),
      graph(
        "Duration p99",
        parts.map(({ name, lambda }) => lambda.metricDuration({ period, label: name, statistic: "p99" })),
      ),
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
        parts
          .filter((part) => part.readsStream)
          .map(({ name, lambda }) =>
            lambda.metric("IteratorAge", { period, label: name, statistic: "Maximum" }),
          ),
      ),
      graph(
        "Dead letters",
        parts.flatMap(({ name, queue }) =>
          queue
            ? [queue.metricApproximateNumberOfMessagesVisible({ period, label: name, statistic: "Maximum" })]
            : [],
        ),
      ),
    ),
  );
  return dashboard;
};
