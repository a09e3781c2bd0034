import { Duration, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import { CfnArchive, EventBus } from "aws-cdk-lib/aws-events";
import type { Construct } from "constructs";
import { eventSource } from "../../events/event.ts";
import { ringOnDeadLetters } from "../constructs/alarm.ts";
import { AlarmTopic } from "../constructs/alarm-topic.ts";
import { declareTable } from "../constructs/table.ts";
import { Uploads } from "../constructs/uploads.ts";
import { nameOf, type Settings } from "../settings.ts";
import { exportAlways } from "./exports.ts";

/** Long enough to replay a month after a subscriber is found to have been wrong. */
const archiveKept = Duration.days(35);

/** What must not be lost: the table, the uploaded files, the bus with its archive. And the alarm topic, which all stacks ring on. */
export class StatefulStack extends Stack {
  readonly table: Table;
  readonly uploads: Uploads;
  readonly bus: EventBus;
  readonly alarms: AlarmTopic;

  constructor(scope: Construct, id: string, settings: Settings, props: StackProps) {
    super(scope, id, props);
    this.table = declareTable(this, "Table");
    this.uploads = new Uploads(this, "Uploads", settings.webOrigins);
    this.bus = new EventBus(this, "Bus", {
      eventBusName: nameOf(settings, "events"),
      description: "What happened in Clientela",
    });
    this.bus.applyRemovalPolicy(RemovalPolicy.RETAIN);
    const archive = new CfnArchive(this, "Archive", {
      sourceArn: this.bus.eventBusArn,
      archiveName: nameOf(settings, "events"),
      description: "Every event, for replays",
      eventPattern: { source: [eventSource] },
      retentionDays: archiveKept.toDays(),
    });
    archive.applyRemovalPolicy(RemovalPolicy.RETAIN);
    this.alarms = new AlarmTopic(this, "Alarms", settings);
    if (this.alarms.undelivered) {
      ringOnDeadLetters(
        this,
        "UndeliveredAlarms",
        this.alarms.topic,
        this.alarms.undelivered.queue,
        "mails about alarms",
      );
    }
    exportAlways(this, [
      ...(this.table.tableStreamArn === undefined ? [] : [this.table.tableStreamArn]),
      this.table.tableArn,
      this.table.tableName,
      this.bus.eventBusArn,
      this.bus.eventBusName,
      this.uploads.bucket.bucketArn,
      this.uploads.bucket.bucketName,
      this.alarms.topic.topicArn,
    ]);
  }
}
