import { Duration } from "aws-cdk-lib";
import { EventSourceMapping, FilterCriteria, StartingPosition } from "aws-cdk-lib/aws-lambda";
import { SqsDlq } from "aws-cdk-lib/aws-lambda-event-sources";
import { Construct } from "constructs";
import type { LambdaDeclaration, Trigger } from "../../functions/kit/lambda.ts";
import { ring } from "./alarm.ts";
import type { FunctionContext } from "./function.ts";
import { readingStream } from "./grants.ts";
import { declareWorker } from "./worker.ts";

/** Enough for a deployment's or a dependency's bad minutes; a record that is wrong in itself fails sooner. */
const attempts = 10;
/**
 * The stream keeps a record for 24 hours, and the dead-letter queue is told where it lies, not what it
 * says. Giving up after half that time leaves the other half to mend the cause and to read it again.
 */
const oldestRecord = Duration.hours(12);
const lateAfter = Duration.minutes(2);

/** A Lambda that reads the table's stream. */
export class StreamConsumer extends Construct {
  constructor(
    scope: Construct,
    id: string,
    declaration: LambdaDeclaration,
    trigger: Extract<Trigger, { kind: "stream" }>,
    context: FunctionContext,
  ) {
    super(scope, id);
    const streamArn = context.resources.table.tableStreamArn;
    if (streamArn === undefined) throw new Error("the table has no stream");
    const { lambda, deadLetters } = declareWorker(
      this,
      "Consumer",
      declaration,
      context,
      readingStream(streamArn),
    );
    new EventSourceMapping(this, "Mapping", {
      target: lambda,
      eventSourceArn: streamArn,
      // From the oldest record there is: what was written before the mapping existed is not passed over.
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: trigger.batchSize,
      ...(trigger.filters.length === 0
        ? {}
        : { filters: trigger.filters.map((filter) => FilterCriteria.filter({ ...filter })) }),
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts: attempts,
      maxRecordAge: oldestRecord,
      onFailure: new SqsDlq(deadLetters),
      // One batch per shard at a time: what is derived from a record is kept in the order of its changes.
      parallelizationFactor: 1,
    });
    ring(this, "IteratorAge", context.alarms, {
      metric: lambda.metric("IteratorAge", {
        period: Duration.minutes(1),
        statistic: "Maximum",
      }),
      description: `${declaration.name} runs behind the table by minutes: events or sums are late. Look for a record that fails.`,
      threshold: lateAfter.toMilliseconds(),
      evaluationPeriods: 3,
    });
  }
}
