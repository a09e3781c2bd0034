import * as z from "zod";

/**
 * The properties that the stack on one machine understands, by resource type. They are strict: what stands
 * in a template and would be ignored here is refused by name, so that it cannot seem to work.
 * `idle` marks what has no meaning on one machine: rights, encryption, tags, log retention.
 */
const idle = z.unknown().optional();

const text = z.string();
const count = z.coerce.number().int();

export const FunctionProperties = z.strictObject({
  Code: z.strictObject({ S3Bucket: idle, S3Key: text }),
  Handler: text,
  Runtime: z.enum(["nodejs24.x"]),
  FunctionName: text.optional(),
  Environment: z.strictObject({ Variables: z.record(text, z.coerce.string()).default({}) }).optional(),
  MemorySize: count.default(128),
  Timeout: count.default(3),
  DeadLetterConfig: z.strictObject({ TargetArn: text }).optional(),
  Description: idle,
  Role: idle,
  Architectures: idle,
  TracingConfig: idle,
  LoggingConfig: idle,
  ReservedConcurrentExecutions: idle,
  RecursiveLoop: idle,
  KmsKeyArn: idle,
  Tags: idle,
});

export const TableProperties = z.strictObject({
  TableName: text.optional(),
  KeySchema: z.array(z.strictObject({ AttributeName: text, KeyType: z.enum(["HASH", "RANGE"]) })),
  AttributeDefinitions: z.array(
    z.strictObject({ AttributeName: text, AttributeType: z.enum(["S", "N", "B"]) }),
  ),
  GlobalSecondaryIndexes: z
    .array(
      z.object({
        IndexName: text,
        KeySchema: z.array(z.strictObject({ AttributeName: text, KeyType: z.enum(["HASH", "RANGE"]) })),
        Projection: z.strictObject({
          ProjectionType: z.enum(["ALL", "KEYS_ONLY", "INCLUDE"]),
          NonKeyAttributes: z.array(text).optional(),
        }),
      }),
    )
    .default([]),
  StreamSpecification: z
    .strictObject({
      StreamViewType: z.enum(["NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"]),
      ResourcePolicy: idle,
    })
    .optional(),
  TimeToLiveSpecification: z.strictObject({ AttributeName: text, Enabled: z.boolean() }).optional(),
  BillingMode: z.enum(["PAY_PER_REQUEST"]),
  Replicas: idle,
  PointInTimeRecoverySpecification: idle,
  DeletionProtectionEnabled: idle,
  SSESpecification: idle,
  TableClass: idle,
  ContributorInsightsSpecification: idle,
  OnDemandThroughput: idle,
  WarmThroughput: idle,
  WriteOnDemandThroughputSettings: idle,
  Tags: idle,
});

export const QueueProperties = z.strictObject({
  QueueName: text.optional(),
  VisibilityTimeout: idle,
  MessageRetentionPeriod: idle,
  RedrivePolicy: idle,
  RedriveAllowPolicy: idle,
  KmsMasterKeyId: idle,
  KmsDataKeyReusePeriodSeconds: idle,
  SqsManagedSseEnabled: idle,
  Tags: idle,
});

const Destination = z.strictObject({ Destination: text });

export const EventSourceMappingProperties = z.strictObject({
  EventSourceArn: text,
  FunctionName: text,
  BatchSize: count.optional(),
  StartingPosition: z.enum(["TRIM_HORIZON", "LATEST"]).optional(),
  FilterCriteria: z.strictObject({ Filters: z.array(z.strictObject({ Pattern: text })) }).optional(),
  MaximumBatchingWindowInSeconds: z.coerce.number().default(0),
  MaximumRetryAttempts: count.default(-1),
  MaximumRecordAgeInSeconds: count.default(-1),
  BisectBatchOnFunctionError: z.boolean().default(false),
  FunctionResponseTypes: z.array(z.enum(["ReportBatchItemFailures"])).default([]),
  DestinationConfig: z.strictObject({ OnFailure: Destination.optional() }).default({}),
  /** Batches of one shard are invoked one after another; more at once would be no gain on one machine. */
  ParallelizationFactor: count.default(1),
  Enabled: z.boolean().default(true),
  Tags: idle,
  MetricsConfig: idle,
});

export const InvokeConfigProperties = z.strictObject({
  FunctionName: text,
  Qualifier: z.enum(["$LATEST"]),
  MaximumEventAgeInSeconds: count.default(21_600),
  MaximumRetryAttempts: count.default(2),
  DestinationConfig: z.strictObject({ OnFailure: Destination.optional() }).default({}),
});

export const BusProperties = z.strictObject({
  Name: text,
  Description: idle,
  DeadLetterConfig: idle,
  KmsKeyIdentifier: idle,
  LogConfig: idle,
  Policy: idle,
  Tags: idle,
});

export const ArchiveProperties = z.strictObject({
  ArchiveName: text.optional(),
  Description: idle,
  SourceArn: text,
  EventPattern: z.record(text, z.unknown()).optional(),
  /** 0: for ever. */
  RetentionDays: count.default(0),
});

export const RuleProperties = z.strictObject({
  Name: text.optional(),
  Description: idle,
  EventBusName: text.default("default"),
  EventPattern: z.record(text, z.unknown()),
  State: z.enum(["ENABLED", "DISABLED"]).default("ENABLED"),
  Targets: z
    .array(
      z.strictObject({
        Id: text,
        Arn: text,
        DeadLetterConfig: z.strictObject({ Arn: text }).optional(),
        RetryPolicy: z
          .strictObject({
            MaximumRetryAttempts: count.default(185),
            MaximumEventAgeInSeconds: count.default(86_400),
          })
          .optional(),
      }),
    )
    .default([]),
  Tags: idle,
});

export const ScheduleProperties = z.strictObject({
  Name: text.optional(),
  GroupName: idle,
  Description: idle,
  KmsKeyArn: idle,
  /** `rate(…)` and `at(…)`; anything else is refused by name. */
  ScheduleExpression: text,
  ScheduleExpressionTimezone: text.default("UTC"),
  FlexibleTimeWindow: z.strictObject({ Mode: z.enum(["OFF"]) }),
  State: z.enum(["ENABLED", "DISABLED"]).default("ENABLED"),
  Target: z.strictObject({
    Arn: text,
    RoleArn: idle,
    Input: text,
    DeadLetterConfig: z.strictObject({ Arn: text }).optional(),
    /** Of handing over to Lambda, which cannot fail here. */
    RetryPolicy: z
      .strictObject({
        MaximumRetryAttempts: count.default(185),
        MaximumEventAgeInSeconds: count.default(86_400),
      })
      .optional(),
  }),
});

export const BucketProperties = z.strictObject({
  BucketName: text.optional(),
  AccessControl: idle,
  BucketEncryption: idle,
  CorsConfiguration: z
    .strictObject({
      CorsRules: z.array(
        z.strictObject({
          Id: text.optional(),
          AllowedMethods: z.array(text),
          AllowedOrigins: z.array(text),
          AllowedHeaders: z.array(text).default([]),
          ExposedHeaders: z.array(text).default([]),
          MaxAge: count.optional(),
        }),
      ),
    })
    .optional(),
  LifecycleConfiguration: idle,
  LoggingConfiguration: idle,
  OwnershipControls: idle,
  PublicAccessBlockConfiguration: idle,
  VersioningConfiguration: idle,
  Tags: idle,
});

export const UserPoolProperties = z.looseObject({
  LambdaConfig: z
    .strictObject({
      PreTokenGeneration: text.optional(),
      PreTokenGenerationConfig: z
        .strictObject({ LambdaArn: text, LambdaVersion: z.enum(["V2_0", "V3_0"]) })
        .optional(),
    })
    .default({}),
});

export const UserPoolClientProperties = z.looseObject({ UserPoolId: text });

export const ApiProperties = z.strictObject({
  Name: text,
  ProtocolType: z.enum(["HTTP"]),
  Description: idle,
  CorsConfiguration: z
    .strictObject({
      AllowOrigins: z.array(text).default([]),
      AllowMethods: z.array(text).default([]),
      AllowHeaders: z.array(text).default([]),
      ExposeHeaders: z.array(text).default([]),
      AllowCredentials: z.boolean().default(false),
      MaxAge: count.optional(),
    })
    .optional(),
  DisableExecuteApiEndpoint: idle,
  Tags: idle,
});

export const StageProperties = z.looseObject({ ApiId: text, StageName: z.enum(["$default"]) });

export const RouteProperties = z.strictObject({
  ApiId: text,
  RouteKey: text,
  Target: text,
  AuthorizationType: z.enum(["NONE", "JWT"]).default("NONE"),
  AuthorizerId: text.optional(),
  AuthorizationScopes: z.array(text).default([]),
  OperationName: idle,
});

export const IntegrationProperties = z.strictObject({
  ApiId: text,
  IntegrationType: z.enum(["AWS_PROXY"]),
  IntegrationUri: text,
  PayloadFormatVersion: z.enum(["2.0"]),
  IntegrationMethod: idle,
  Description: idle,
  TimeoutInMillis: count.default(30_000),
});

export const AuthorizerProperties = z.strictObject({
  ApiId: text,
  Name: idle,
  AuthorizerType: z.enum(["JWT"]),
  IdentitySource: z.array(z.enum(["$request.header.Authorization"])),
  JwtConfiguration: z.strictObject({ Issuer: text, Audience: z.array(text) }),
});

/** Resource types that grant, observe or describe, and so do nothing on one machine. */
export const idleTypes: ReadonlySet<string> = new Set([
  "AWS::CDK::Metadata",
  "AWS::IAM::ManagedPolicy",
  "AWS::IAM::Policy",
  "AWS::IAM::Role",
  "AWS::KMS::Alias",
  "AWS::KMS::Key",
  "AWS::Lambda::Permission",
  "AWS::Logs::LogGroup",
  "AWS::Logs::QueryDefinition",
  "AWS::Logs::ResourcePolicy",
  "AWS::CloudWatch::Alarm",
  "AWS::CloudWatch::CompositeAlarm",
  "AWS::CloudWatch::Dashboard",
  "AWS::S3::BucketPolicy",
  "AWS::Scheduler::ScheduleGroup",
  "AWS::SNS::Topic",
  "AWS::SNS::TopicPolicy",
  "AWS::SNS::Subscription",
  "AWS::SQS::QueuePolicy",
  "AWS::Events::EventBusPolicy",
  "AWS::Cognito::UserPoolDomain",
]);
