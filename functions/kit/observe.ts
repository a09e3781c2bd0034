import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { Tracer } from "@aws-lambda-powertools/tracer";

/** One logger, one set of metrics and one tracer per Lambda, named by the standard environment. */
export const logger = new Logger();
export const metrics = new Metrics();
export const tracer = new Tracer();

/** Stands on every line. Ids only: no names, addresses, numbers or texts of persons. */
export interface LogIds {
  readonly tenant?: string;
  readonly member?: string;
  readonly requestId?: string;
  readonly correlationId?: string;
}

export interface Log {
  info(message: string, more?: Record<string, unknown>): void;
  warn(message: string, more?: Record<string, unknown>): void;
  error(message: string, error?: unknown, more?: Record<string, unknown>): void;
}

/** A log whose every line carries the ids. */
export const logWith = (ids: LogIds): Log => ({
  info: (message, more) => logger.info(message, { ...ids, ...more }),
  warn: (message, more) => logger.warn(message, { ...ids, ...more }),
  error: (message, error, more) =>
    logger.error(message, {
      ...ids,
      ...more,
      ...(error instanceof Error ? { error } : { cause: String(error) }),
    }),
});

/** Counts something under the Lambda's own dimension, in its own record. */
export const count = (name: string, value = 1): void => {
  metrics.singleMetric().addMetric(name, MetricUnit.Count, value);
};
