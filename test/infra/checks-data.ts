import { isDeepStrictEqual } from "node:util";
import { tableLayout } from "../../functions/kit/table/layout.ts";
import { type Check, unless } from "./check.ts";
import { at, listOf, ofType, property, type Resource, refersTo, type Templates } from "./templates.ts";

const table = (templates: Templates): Resource => {
  const [only, ...more] = ofType(templates, "AWS::DynamoDB::Table");
  if (only === undefined || more.length > 0) throw new Error("there is one table");
  return only;
};

const holdsOnTable = (
  guarantee: string,
  path: readonly string[],
  wanted: unknown,
  otherwise: unknown,
): Check => ({
  guarantee,
  violations: (templates) =>
    unless(isDeepStrictEqual(property(table(templates), ...path), wanted), `${path.join(".")} is not so`),
  breaks: {
    "another value": (templates) => {
      const [last, ...rest] = [...path].reverse();
      const owner =
        rest.length === 0 ? table(templates).Properties : at(table(templates).Properties, ...rest.reverse());
      if (last !== undefined) Reflect.set(Object(owner), last, otherwise);
    },
  },
});

const outlives = [
  "AWS::DynamoDB::Table",
  "AWS::S3::Bucket",
  "AWS::Cognito::UserPool",
  "AWS::Events::EventBus",
];

const remove = (templates: Templates, type: string, ...path: string[]): void => {
  for (const resource of ofType(templates, type)) {
    const [last, ...rest] = [...path].reverse();
    if (last !== undefined) Reflect.deleteProperty(Object(at(resource.Properties, ...rest.reverse())), last);
  }
};

/** Statements of the resource policies (of `type`) that stand for `resource`. */
const policyStatements = (templates: Templates, type: string, key: string, resource: Resource): unknown[] =>
  ofType(templates, type)
    .filter((policy) => refersTo(property(policy, key), resource))
    .flatMap((policy) => listOf(property(policy, "PolicyDocument", "Statement")));

const deniesPlainHttp = (statement: unknown): boolean =>
  at(statement, "Effect") === "Deny" && at(statement, "Condition", "Bool", "aws:SecureTransport") === "false";

/** Of what must not be lost or seen. */
export const dataChecks: readonly Check[] = [
  holdsOnTable(
    "the table can be restored to any second of the last 35 days",
    ["PointInTimeRecoverySpecification"],
    { PointInTimeRecoveryEnabled: true },
    { PointInTimeRecoveryEnabled: false },
  ),
  holdsOnTable("the table cannot be deleted by mistake", ["DeletionProtectionEnabled"], true, false),
  holdsOnTable(
    "the stream carries both images",
    ["StreamSpecification"],
    { StreamViewType: "NEW_AND_OLD_IMAGES" },
    { StreamViewType: "NEW_IMAGE" },
  ),
  holdsOnTable(
    "items expire by the attribute of the layout",
    ["TimeToLiveSpecification"],
    { AttributeName: tableLayout.ttl, Enabled: true },
    { AttributeName: tableLayout.ttl, Enabled: false },
  ),
  holdsOnTable("the table is paid on demand", ["BillingMode"], "PAY_PER_REQUEST", "PROVISIONED"),
  holdsOnTable(
    "the table has the keys of the layout",
    ["KeySchema"],
    [
      { AttributeName: tableLayout.partitionKey, KeyType: "HASH" },
      { AttributeName: tableLayout.sortKey, KeyType: "RANGE" },
    ],
    [{ AttributeName: tableLayout.partitionKey, KeyType: "HASH" }],
  ),
  {
    guarantee: "the table has the indexes of the layout, each with the record and without the events",
    violations: (templates) => {
      const declared = Object.values(tableLayout.indexes).map((index) => ({
        name: index.name,
        keys: [index.partitionKey, index.sortKey],
        projection: { ProjectionType: "INCLUDE", NonKeyAttributes: [...tableLayout.projected] },
      }));
      const made = listOf(property(table(templates), "GlobalSecondaryIndexes")).map((index) => ({
        name: at(index, "IndexName"),
        keys: listOf(at(index, "KeySchema")).map((key) => at(key, "AttributeName")),
        projection: at(index, "Projection"),
      }));
      return unless(isDeepStrictEqual(made, declared), `the indexes are ${JSON.stringify(made)}`);
    },
    breaks: {
      "an index less": (templates) => listOf(property(table(templates), "GlobalSecondaryIndexes")).pop(),
      "keys only": (templates) => {
        const index = Object(property(table(templates), "GlobalSecondaryIndexes", 0));
        Reflect.set(index, "Projection", { ProjectionType: "KEYS_ONLY" });
      },
    },
  },
  {
    guarantee: "what holds data outlives its stack",
    violations: (templates) =>
      templates.resources
        .filter((resource) => outlives.includes(resource.Type))
        .filter(
          (resource) => resource.DeletionPolicy !== "Retain" || resource.UpdateReplacePolicy !== "Retain",
        )
        .map((resource) => `${resource.id} goes with its stack`),
    breaks: Object.fromEntries(
      outlives.map((type) => [
        `${type} is deleted`,
        (templates: Templates) => {
          for (const resource of ofType(templates, type)) resource.DeletionPolicy = "Delete";
        },
      ]),
    ),
  },
  {
    guarantee: "buckets are closed to the public, encrypted, spoken to over TLS, and forget",
    violations: (templates) =>
      ofType(templates, "AWS::S3::Bucket").flatMap((bucket) => [
        ...unless(
          ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"].every(
            (way) => property(bucket, "PublicAccessBlockConfiguration", way) === true,
          ),
          `${bucket.id} may be public`,
        ),
        ...unless(property(bucket, "BucketEncryption") !== undefined, `${bucket.id} is not encrypted`),
        ...unless(
          policyStatements(templates, "AWS::S3::BucketPolicy", "Bucket", bucket).some(deniesPlainHttp),
          `${bucket.id} answers to plain HTTP`,
        ),
        ...unless(
          listOf(property(bucket, "LifecycleConfiguration", "Rules")).some(
            (rule) => at(rule, "Status") === "Enabled" && Number(at(rule, "ExpirationInDays")) > 0,
          ),
          `${bucket.id} keeps for ever`,
        ),
      ]),
    breaks: {
      "public access": (templates) => remove(templates, "AWS::S3::Bucket", "PublicAccessBlockConfiguration"),
      "no encryption": (templates) => remove(templates, "AWS::S3::Bucket", "BucketEncryption"),
      "no policy": (templates) => remove(templates, "AWS::S3::BucketPolicy", "PolicyDocument"),
      "no lifecycle": (templates) => remove(templates, "AWS::S3::Bucket", "LifecycleConfiguration"),
    },
  },
  {
    guarantee: "what is forgotten of the files of members are uploads; the files of contracts are kept",
    violations: (templates) =>
      ofType(templates, "AWS::S3::Bucket")
        .filter((bucket) => property(bucket, "CorsConfiguration") !== undefined)
        .flatMap((bucket) =>
          listOf(property(bucket, "LifecycleConfiguration", "Rules")).flatMap((rule) =>
            unless(
              at(rule, "ExpirationInDays") === undefined || at(rule, "Prefix") === "uploads/",
              `${bucket.id} forgets more than uploads`,
            ),
          ),
        ),
    breaks: {
      "no prefix": (templates) => {
        for (const bucket of ofType(templates, "AWS::S3::Bucket"))
          for (const rule of listOf(property(bucket, "LifecycleConfiguration", "Rules")))
            Reflect.deleteProperty(Object(rule), "Prefix");
      },
    },
  },
  {
    guarantee: "queues are encrypted, spoken to over TLS, and keep for fourteen days",
    violations: (templates) =>
      ofType(templates, "AWS::SQS::Queue").flatMap((queue) => [
        ...unless(property(queue, "SqsManagedSseEnabled") === true, `${queue.id} is not encrypted`),
        ...unless(property(queue, "MessageRetentionPeriod") === 14 * 86_400, `${queue.id} forgets`),
        ...unless(
          policyStatements(templates, "AWS::SQS::QueuePolicy", "Queues", queue).some(deniesPlainHttp),
          `${queue.id} answers to plain HTTP`,
        ),
      ]),
    breaks: {
      "no encryption": (templates) => remove(templates, "AWS::SQS::Queue", "SqsManagedSseEnabled"),
      "the default retention": (templates) => remove(templates, "AWS::SQS::Queue", "MessageRetentionPeriod"),
      "no policy": (templates) => remove(templates, "AWS::SQS::QueuePolicy", "PolicyDocument"),
    },
  },
  {
    guarantee: "only an admin makes a member, and clients sign in without a secret and with a code",
    violations: (templates) => [
      ...ofType(templates, "AWS::Cognito::UserPool").flatMap((pool) => [
        ...unless(
          property(pool, "AdminCreateUserConfig", "AllowAdminCreateUserOnly") === true,
          `${pool.id} lets everybody in`,
        ),
        ...unless(property(pool, "DeletionProtection") === "ACTIVE", `${pool.id} may be deleted by mistake`),
        ...unless(
          Number(property(pool, "Policies", "PasswordPolicy", "MinimumLength")) >= 12,
          `${pool.id} takes short passwords`,
        ),
        ...unless(
          property(pool, "UserPoolAddOns", "AdvancedSecurityMode") === "ENFORCED",
          `${pool.id} does not protect against threats`,
        ),
      ]),
      ...ofType(templates, "AWS::Cognito::UserPoolClient").flatMap((client) => [
        ...unless(property(client, "GenerateSecret") === false, `${client.id} has a secret`),
        ...unless(
          isDeepStrictEqual(property(client, "AllowedOAuthFlows"), ["code"]),
          `${client.id} gives tokens without a code`,
        ),
        ...unless(property(client, "AccessTokenValidity") === 60, `${client.id}: tokens are not for an hour`),
      ]),
    ],
    breaks: {
      "self sign-up": (templates) => remove(templates, "AWS::Cognito::UserPool", "AdminCreateUserConfig"),
      deletable: (templates) => remove(templates, "AWS::Cognito::UserPool", "DeletionProtection"),
      "any password": (templates) =>
        remove(templates, "AWS::Cognito::UserPool", "Policies", "PasswordPolicy"),
      "no threat protection": (templates) => remove(templates, "AWS::Cognito::UserPool", "UserPoolAddOns"),
      "the implicit flow": (templates) => {
        for (const client of ofType(templates, "AWS::Cognito::UserPoolClient")) {
          client.Properties.AllowedOAuthFlows = ["implicit", "code"];
        }
      },
    },
  },
];
