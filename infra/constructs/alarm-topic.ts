import { Aws, RemovalPolicy } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { Subscription, SubscriptionProtocol, Topic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import type { Settings } from "../settings.ts";
import { DeadLetterQueue, deadLettersOf } from "./dead-letter-queue.ts";

/**
 * Where every alarm goes. The key is our own because CloudWatch may not publish to a topic that is
 * encrypted with the key AWS manages.
 */
export class AlarmTopic extends Construct {
  readonly topic: Topic;
  readonly undelivered?: DeadLetterQueue;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const cloudWatch = new ServicePrincipal("cloudwatch.amazonaws.com");
    const ofThisAccount = { StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID } };
    const key = new Key(this, "Key", {
      enableKeyRotation: true,
      description: "Alarms on their way to whoever is on duty",
      removalPolicy: RemovalPolicy.DESTROY,
    });
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [cloudWatch],
        actions: ["kms:Decrypt", "kms:GenerateDataKey"],
        resources: ["*"],
        conditions: ofThisAccount,
      }),
    );
    this.topic = new Topic(this, "Topic", { masterKey: key, enforceSSL: true });
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: "AlarmsOfThisAccount",
        principals: [cloudWatch],
        actions: ["sns:Publish"],
        resources: [this.topic.topicArn],
        conditions: ofThisAccount,
      }),
    );
    if (settings.alarmEmail === undefined) return;
    this.undelivered = new DeadLetterQueue(this, "Undelivered", deadLettersOf(settings, "alarms"));
    this.undelivered.acknowledgeUse("the topic's subscription");
    new Subscription(this, "Email", {
      topic: this.topic,
      protocol: SubscriptionProtocol.EMAIL,
      endpoint: settings.alarmEmail,
      deadLetterQueue: this.undelivered.queue,
    });
  }
}
