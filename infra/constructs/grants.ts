import { Aws, Stack } from "aws-cdk-lib";
import type { IUserPool } from "aws-cdk-lib/aws-cognito";
import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import type { IEventBus } from "aws-cdk-lib/aws-events";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { eventSource } from "../../events/event.ts";
import type { Grants } from "../../functions/kit/lambda.ts";
import { tableLayout } from "../../functions/kit/table/layout.ts";

/** What grants can be given on. */
export interface Resources {
  readonly table: ITable;
  readonly bus: IEventBus;
  readonly uploads: IBucket;
  readonly userPool?: IUserPool;
}

/**
 * The item actions, each by name: neither Scan nor anything that alters the table. TransactGetItems and
 * TransactWriteItems have no action of their own; DynamoDB asks for those of their parts.
 */
const readActions = ["GetItem", "BatchGetItem", "Query", "ConditionCheckItem"];
const writeActions = ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"];

const onTable = (table: ITable, grant: NonNullable<Grants["table"]>): PolicyStatement =>
  new PolicyStatement({
    sid: "Table",
    actions: [...readActions, ...(grant.access === "read-write" ? writeActions : [])].map(
      (action) => `dynamodb:${action}`,
    ),
    resources: [
      table.tableArn,
      ...Object.values(tableLayout.indexes).map((index) => `${table.tableArn}/index/${index.name}`),
    ],
    conditions: {
      "ForAllValues:StringLike": { "dynamodb:LeadingKeys": [...grant.leadingKeys] },
      // "For all values" holds of no values too, so a request without keys is refused outright.
      Null: { "dynamodb:LeadingKeys": "false" },
    },
  });

/** Only events of this product: nobody can be impersonated on the bus. */
const onBus = (bus: IEventBus): PolicyStatement =>
  new PolicyStatement({
    sid: "Bus",
    actions: ["events:PutEvents"],
    resources: [bus.eventBusArn],
    conditions: { StringEquals: { "events:source": eventSource } },
  });

const onUploads = (bucket: IBucket, access: "read" | "read-write"): PolicyStatement[] => [
  new PolicyStatement({
    sid: "Uploads",
    actions: ["s3:GetObject", ...(access === "read-write" ? ["s3:PutObject", "s3:DeleteObject"] : [])],
    resources: [bucket.arnForObjects("*")],
  }),
  // Without it S3 answers 403 for a missing object, and "not uploaded yet" could not be told from "forbidden".
  new PolicyStatement({ sid: "UploadsMissing", actions: ["s3:ListBucket"], resources: [bucket.bucketArn] }),
];

const onUserPool = (pool: IUserPool): PolicyStatement =>
  new PolicyStatement({
    sid: "UserPool",
    actions: [
      "cognito-idp:AdminCreateUser",
      "cognito-idp:AdminGetUser",
      "cognito-idp:AdminDisableUser",
      "cognito-idp:AdminEnableUser",
      "cognito-idp:AdminUserGlobalSignOut",
    ],
    resources: [pool.userPoolArn],
  });

const poolOf = (name: string, resources: Resources): IUserPool => {
  if (resources.userPool === undefined) {
    throw new Error(`${name} is granted the user pool, but is made before it`);
  }
  return resources.userPool;
};

export interface Granted {
  readonly statements: readonly PolicyStatement[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Turns declared grants into policy statements and into the variables by which the code finds the resources. */
export const grantsOf = (name: string, grants: Grants, resources: Resources): Granted => {
  const pool = grants.userPool ? poolOf(name, resources) : undefined;
  return {
    statements: [
      ...(grants.table ? [onTable(resources.table, grants.table)] : []),
      ...(grants.bus ? [onBus(resources.bus)] : []),
      ...(grants.uploads ? onUploads(resources.uploads, grants.uploads) : []),
      ...(pool ? [onUserPool(pool)] : []),
    ],
    environment: {
      ...(grants.table ? { TABLE_NAME: resources.table.tableName } : {}),
      ...(grants.bus ? { BUS_NAME: resources.bus.eventBusName } : {}),
      ...(grants.uploads ? { UPLOADS_BUCKET: resources.uploads.bucketName } : {}),
      ...(pool ? { USER_POOL_ID: pool.userPoolId } : {}),
    },
  };
};

/** Writing one's own log and traces: what every function may do. */
export const observing = (logGroupArn: string): PolicyStatement[] => [
  new PolicyStatement({
    sid: "Log",
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    resources: [logGroupArn],
  }),
  new PolicyStatement({
    sid: "Trace",
    actions: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
    resources: ["*"],
  }),
];

/** Reading the table's stream. ListStreams knows no resource, so the table is named by its stream. */
export const readingStream = (streamArn: string): PolicyStatement[] => [
  new PolicyStatement({
    sid: "Stream",
    actions: ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
    resources: [streamArn],
  }),
  new PolicyStatement({ sid: "Streams", actions: ["dynamodb:ListStreams"], resources: ["*"] }),
];

/** The partition, region and account that a scope is deployed to, as an ARN prefix of `service`. */
export const arnPrefix = (scope: Construct, service: string): string =>
  `arn:${Aws.PARTITION}:${service}:${Stack.of(scope).region}:${Stack.of(scope).account}`;
