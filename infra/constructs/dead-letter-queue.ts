import { Duration } from "aws-cdk-lib";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { nameOf, type Settings } from "../settings.ts";
import { acknowledge } from "./acknowledge.ts";

/** The longest SQS keeps a message: a failure of Friday night is still there after a fortnight. */
const kept = Duration.days(14);

/** The name of a Lambda's queue: fixed, so that the dashboard shows it without holding on to its stack. */
export const deadLettersOf = (settings: Settings, lambda: string): string =>
  nameOf(settings, `${lambda}-dead-letters`);

/** Where an asynchronous path leaves what it could not do. Whoever makes one also gives it an alarm. */
export class DeadLetterQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, queueName: string) {
    super(scope, id);
    this.queue = new Queue(this, "Queue", {
      queueName,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: kept,
    });
    acknowledge(
      this.queue,
      "Serverless-SQSRedrivePolicy",
      "This is a dead-letter queue: nothing consumes it automatically, so nothing can fail into another.",
    );
  }

  /** For queues that are no function's DeadLetterConfig, the one use of a dead-letter queue the rule can see. */
  acknowledgeUse(use: string): void {
    acknowledge(this.queue, "AwsSolutions-SQS3", `This is itself a dead-letter queue: of ${use}.`);
  }
}
