import { Duration } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";

export interface AlarmDeclaration {
  readonly metric: IMetric;
  /** What the one on duty reads: what happened, what it means, where to look. */
  readonly description: string;
  /** The alarm rings at this value and above. */
  readonly threshold: number;
  /** Of how many periods ... */
  readonly evaluationPeriods?: number;
  /** ... how many have to be at the threshold. */
  readonly datapointsToAlarm?: number;
}

/** An alarm that rings on the topic and reports there when it is over. Silence is health: no data, no alarm. */
export const ring = (scope: Construct, id: string, topic: ITopic, declaration: AlarmDeclaration): Alarm => {
  const alarm = new Alarm(scope, id, {
    metric: declaration.metric,
    alarmDescription: declaration.description,
    threshold: declaration.threshold,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: declaration.evaluationPeriods ?? 1,
    ...(declaration.datapointsToAlarm === undefined
      ? {}
      : { datapointsToAlarm: declaration.datapointsToAlarm }),
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
  const action = new SnsAction(topic);
  alarm.addAlarmAction(action);
  alarm.addOkAction(action);
  return alarm;
};

/** Rings as soon as anything lies in a dead-letter queue, and until it is empty again. */
export const ringOnDeadLetters = (
  scope: Construct,
  id: string,
  topic: ITopic,
  queue: IQueue,
  what: string,
): Alarm =>
  ring(scope, id, topic, {
    metric: queue.metricApproximateNumberOfMessagesVisible({
      period: Duration.minutes(1),
      statistic: "Maximum",
    }),
    description: `${what}: something failed for good and lies in the dead-letter queue. Read it, mend, redrive.`,
    threshold: 1,
  });
