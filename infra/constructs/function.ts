import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { LambdaDeclaration } from "../../functions/kit/lambda.ts";
import { nameOf, type Settings } from "../settings.ts";
import { acknowledge, acknowledgeObjects } from "./acknowledge.ts";
import { ring } from "./alarm.ts";
import { grantsOf, observing, type Resources } from "./grants.ts";

/** Where the bundle of a Lambda lies: a folder with `index.mjs` and its assets. */
export type Bundles = (name: string) => string;

export interface FunctionContext {
  readonly settings: Settings;
  readonly bundles: Bundles;
  readonly resources: Resources;
  readonly alarms: ITopic;
}

export interface FunctionProps {
  readonly declaration: LambdaDeclaration;
  readonly context: FunctionContext;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** What the trigger needs beside what the declaration grants. */
  readonly statements?: readonly PolicyStatement[];
  /** Where an event of an asynchronous invocation goes when it has failed for good. */
  readonly deadLetters?: IQueue;
  /** Why it needs no dead-letter queue; given where `deadLetters` is not. */
  readonly synchronous?: string;
}

/** One Lambda with its own role, log group and alarms. */
export class ProductFunction extends Construct {
  readonly lambda: LambdaFunction;

  constructor(scope: Construct, id: string, props: FunctionProps) {
    super(scope, id);
    const { declaration, context } = props;
    const functionName = nameOf(context.settings, declaration.name);
    const granted = grantsOf(declaration.name, declaration.grants, context.resources);

    const logGroup = new LogGroup(this, "Log", {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const statements = [
      ...observing(logGroup.logGroupArn),
      ...granted.statements,
      ...(props.statements ?? []),
      ...(props.deadLetters ? [sending(props.deadLetters)] : []),
    ];
    const role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      description: declaration.summary.slice(0, 1000),
      inlinePolicies: { own: new PolicyDocument({ statements }) },
    });
    for (const id of ["AwsSolutions-IAM5[Resource::*]", "Serverless-LambdaStarPermissions"]) {
      acknowledge(
        role,
        id,
        `X-Ray's PutTraceSegments and PutTelemetryRecords${props.statements ? " and DynamoDB's ListStreams" : ""} know no resources; the statement on "*" names nothing else.`,
      );
    }
    if (declaration.grants.uploads) {
      acknowledgeObjects(
        role,
        context.resources.uploads,
        "Objects are named at run time, one per upload; the bucket holds nothing but uploads.",
      );
    }

    this.lambda = new LambdaFunction(this, "Function", {
      functionName,
      description: declaration.summary.slice(0, 256),
      code: Code.fromAsset(context.bundles(declaration.name)),
      handler: "index.handler",
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: declaration.memoryMb ?? props.memoryMb,
      timeout: Duration.seconds(declaration.timeoutSeconds ?? props.timeoutSeconds),
      tracing: Tracing.ACTIVE,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      systemLogLevelV2: SystemLogLevel.WARN,
      // The role says all that the function may do; the library shall not add to it behind our back.
      role: role.withoutPolicyUpdates(),
      ...(props.deadLetters ? { deadLetterQueue: props.deadLetters } : {}),
      environment: {
        ...granted.environment,
        POWERTOOLS_SERVICE_NAME: declaration.name,
        POWERTOOLS_METRICS_NAMESPACE: "Clientela",
        POWERTOOLS_LOG_LEVEL: "INFO",
        // Answers carry personal data, and traces are no place for it.
        POWERTOOLS_TRACER_CAPTURE_RESPONSE: "false",
      },
    });
    if (props.synchronous !== undefined) {
      acknowledge(this.lambda, "Serverless-LambdaDLQ", props.synchronous);
    }
    this.watch(context.alarms, declaration.name);
  }

  private watch(topic: ITopic, name: string): void {
    const period = Duration.minutes(5);
    ring(this, "Errors", topic, {
      metric: this.lambda.metricErrors({ period }),
      description: `${name} failed: an error that is no answer to a wrong request. Look into its log.`,
      threshold: 1,
    });
    ring(this, "Throttles", topic, {
      metric: this.lambda.metricThrottles({ period }),
      description: `${name} was throttled: the account's concurrency is used up. Find who uses it, or raise it.`,
      threshold: 1,
    });
  }
}

/** The right to put what failed into its queue. */
export const sending = (queue: IQueue): PolicyStatement =>
  new PolicyStatement({ sid: "DeadLetters", actions: ["sqs:SendMessage"], resources: [queue.queueArn] });
