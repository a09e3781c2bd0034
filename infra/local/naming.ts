import path from "node:path";
import type { Naming, Pseudo } from "./resolve.ts";
import { Unsupported } from "./resolve.ts";
import type { Resource } from "./template.ts";

/** Where the HTTP API and the AWS endpoints answer: known before the templates are resolved. */
export interface Addresses {
  readonly api: string;
  readonly aws: string;
}

const nameProperties: Readonly<Record<string, string>> = {
  "AWS::DynamoDB::Table": "TableName",
  "AWS::DynamoDB::GlobalTable": "TableName",
  "AWS::Lambda::Function": "FunctionName",
  "AWS::SQS::Queue": "QueueName",
  "AWS::Events::EventBus": "Name",
  "AWS::Events::Rule": "Name",
  "AWS::Events::Archive": "ArchiveName",
  "AWS::S3::Bucket": "BucketName",
  "AWS::Logs::LogGroup": "LogGroupName",
  "AWS::SNS::Topic": "TopicName",
  "AWS::Scheduler::Schedule": "Name",
  "AWS::Scheduler::ScheduleGroup": "Name",
};

/** Table names may not have fewer than three letters, bucket names no capitals. */
const defaultName = (resource: Resource): string =>
  resource.type === "AWS::S3::Bucket" ? resource.id.toLowerCase() : resource.id;

const queueUrl = (addresses: Addresses, pseudo: Pseudo, name: string): string =>
  `${addresses.aws}/${pseudo.accountId}/${name}`;

/** The part of a stream's ARN that AWS makes from the time: fixed here, the stream belongs to one table for ever. */
const streamLabel = "2026-01-01T00:00:00.000";

/** Names, ARNs and addresses as AWS would give them, as far as the templates ask for them. */
export const awsNaming = (pseudo: Pseudo, addresses: Addresses): Naming => {
  const arn = (service: string, rest: string, { global = false } = {}): string =>
    `arn:aws:${service}:${global ? "" : pseudo.region}:${global ? "" : pseudo.accountId}:${rest}`;
  const host = (resource: Resource): string => `${resource.id.toLowerCase()}.local`;
  const poolId = (resource: Resource): string => `${pseudo.region}_${resource.id}`;

  const attributes: Record<string, Record<string, (name: string, resource: Resource) => string>> = {
    "AWS::DynamoDB::Table": {
      Arn: (name) => arn("dynamodb", `table/${name}`),
      StreamArn: (name) => arn("dynamodb", `table/${name}/stream/${streamLabel}`),
    },
    "AWS::Lambda::Function": { Arn: (name) => arn("lambda", `function:${name}`) },
    "AWS::SQS::Queue": {
      Arn: (name) => arn("sqs", name),
      QueueName: (name) => name,
      QueueUrl: (name) => queueUrl(addresses, pseudo, name),
    },
    "AWS::Events::EventBus": { Arn: (name) => arn("events", `event-bus/${name}`), Name: (name) => name },
    "AWS::Events::Rule": { Arn: (name) => arn("events", `rule/${name}`) },
    "AWS::S3::Bucket": {
      Arn: (name) => arn("s3", name, { global: true }),
      DomainName: (name) => `${name}.s3.amazonaws.com`,
      RegionalDomainName: (name) => `${name}.s3.${pseudo.region}.amazonaws.com`,
    },
    "AWS::Cognito::UserPool": {
      Arn: (_, resource) => arn("cognito-idp", `userpool/${poolId(resource)}`),
      ProviderName: (_, resource) => `cognito-idp.${pseudo.region}.amazonaws.com/${poolId(resource)}`,
      ProviderURL: (_, resource) => `https://cognito-idp.${pseudo.region}.amazonaws.com/${poolId(resource)}`,
      UserPoolId: (_, resource) => poolId(resource),
    },
    "AWS::Cognito::UserPoolClient": { ClientId: (_, resource) => resource.id.toLowerCase() },
    "AWS::ApiGatewayV2::Api": { ApiEndpoint: () => addresses.api, ApiId: (_, resource) => host(resource) },
    "AWS::Logs::LogGroup": { Arn: (name) => arn("logs", `log-group:${name}:*`) },
    "AWS::Scheduler::Schedule": { Arn: (name) => arn("scheduler", `schedule/default/${name}`) },
    "AWS::SNS::Topic": { TopicArn: (name) => arn("sns", name) },
  };
  attributes["AWS::DynamoDB::GlobalTable"] = { ...attributes["AWS::DynamoDB::Table"] };

  return {
    nameProperty: (resource) => nameProperties[resource.type],
    defaultName,
    reference: (resource, name) => {
      switch (resource.type) {
        case "AWS::SQS::Queue":
          return queueUrl(addresses, pseudo, name);
        case "AWS::Cognito::UserPool":
          return poolId(resource);
        case "AWS::Cognito::UserPoolClient":
          return resource.id.toLowerCase();
        case "AWS::SNS::Topic":
          return arn("sns", name);
        default:
          return name;
      }
    },
    attribute: (resource, name, attribute) => {
      const ofType = attributes[resource.type];
      // What grants and dashboards refer to has no life here, so that any text will do.
      if (!ofType) return `${name}.${attribute}`;
      const make = ofType[attribute];
      if (!make) throw new Unsupported(`${resource.stack}/${resource.id}`, `attribute ${attribute}`);
      return make(name, resource);
    },
  };
};

/** The last part of an ARN: the name of a function, a queue or a bus. */
export const nameOfArn = (arn: string): string => path.posix.basename(arn.slice(arn.lastIndexOf(":") + 1));
