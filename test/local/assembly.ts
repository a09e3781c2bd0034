import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type DatabaseWay, startDatabase } from "../../infra/local/dynamodb.ts";
import { type Machine, runMachine } from "../../infra/local/machine.ts";
import { type DataFolder, openDataFolder } from "../../infra/local/state.ts";

type Properties = Record<string, unknown>;
export type Resources = Record<string, { Type: string; Properties: Properties }>;

const fixtures = path.join(import.meta.dirname, "fixture", "functions");
const ref = (id: string) => ({ Ref: id });
const arnOf = (id: string) => ({ "Fn::GetAtt": [id, "Arn"] });

/** A Lambda of `fixture/functions`; it may refer to the table, bus, bucket and pool of the stateful template. */
export const lambda = (name: string, more: Properties = {}): Resources[string] => ({
  Type: "AWS::Lambda::Function",
  Properties: {
    Code: { S3Bucket: "assets", S3Key: `${name}.zip` },
    Handler: "index.handler",
    Runtime: "nodejs24.x",
    Timeout: 5,
    Environment: {
      Variables: {
        TABLE_NAME: { "Fn::ImportValue": "Table" },
        BUS_NAME: { "Fn::ImportValue": "Bus" },
        UPLOADS_BUCKET: { "Fn::ImportValue": "Bucket" },
        USER_POOL_ID: { "Fn::ImportValue": "Pool" },
        OWN: { "Fn::Sub": ["$" + "{greeting} from $" + "{AWS::Region}", { greeting: "hello" }] },
        RECORD_FILE: { Ref: "RecordFile" },
      },
    },
    ...more,
  },
});

export const queue = (name: string): Resources[string] => ({
  Type: "AWS::SQS::Queue",
  Properties: { QueueName: name },
});

/** A route of the API, answered by the Lambda with that logical id. */
export const route = (key: string, fn: string, more: Properties = {}): Resources => {
  const id = key.replaceAll(/[^A-Za-z0-9]/g, "");
  return {
    [`${id}Integration`]: {
      Type: "AWS::ApiGatewayV2::Integration",
      Properties: {
        ApiId: ref("Api"),
        IntegrationType: "AWS_PROXY",
        IntegrationUri: arnOf(fn),
        PayloadFormatVersion: "2.0",
      },
    },
    [`${id}Route`]: {
      Type: "AWS::ApiGatewayV2::Route",
      Properties: {
        ApiId: ref("Api"),
        RouteKey: key,
        Target: { "Fn::Join": ["/", ["integrations", ref(`${id}Integration`)]] },
        ...more,
      },
    },
  };
};

/** The route asks for a token of the pool's client. */
export const withToken = { AuthorizationType: "JWT", AuthorizerId: ref("Authorizer") };

export const api: Resources = {
  Api: {
    Type: "AWS::ApiGatewayV2::Api",
    Properties: {
      Name: "fixture",
      ProtocolType: "HTTP",
      CorsConfiguration: {
        AllowOrigins: ["https://app.example"],
        AllowMethods: ["GET", "POST"],
        AllowHeaders: ["authorization"],
      },
    },
  },
  Authorizer: {
    Type: "AWS::ApiGatewayV2::Authorizer",
    Properties: {
      ApiId: ref("Api"),
      AuthorizerType: "JWT",
      IdentitySource: ["$request.header.Authorization"],
      JwtConfiguration: {
        Issuer: { "Fn::ImportValue": "PoolUrl" },
        Audience: [{ "Fn::ImportValue": "Client" }],
      },
    },
  },
};

export const consumer = (more: Properties = {}): Resources => ({
  Consumer: lambda("consumer"),
  ConsumerDead: queue("consumer-dead"),
  Mapping: {
    Type: "AWS::Lambda::EventSourceMapping",
    Properties: {
      EventSourceArn: { "Fn::ImportValue": "TableStream" },
      FunctionName: ref("Consumer"),
      StartingPosition: "TRIM_HORIZON",
      BatchSize: 10,
      MaximumRetryAttempts: 1,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      DestinationConfig: { OnFailure: { Destination: arnOf("ConsumerDead") } },
      ...more,
    },
  },
});

export const listener = (pattern: Properties): Resources => ({
  Listener: lambda("listener", { DeadLetterConfig: { TargetArn: arnOf("ListenerDead") } }),
  ListenerDead: queue("listener-dead"),
  ListenerInvoke: {
    Type: "AWS::Lambda::EventInvokeConfig",
    Properties: { FunctionName: ref("Listener"), Qualifier: "$LATEST", MaximumRetryAttempts: 1 },
  },
  Rule: {
    Type: "AWS::Events::Rule",
    Properties: {
      EventBusName: { "Fn::ImportValue": "Bus" },
      EventPattern: pattern,
      Targets: [{ Id: "Target0", Arn: arnOf("Listener") }],
    },
  },
});

/** A Lambda that runs by the clock, tried twice. */
export const sweeper = (expression: string, more: Properties = {}, target: Properties = {}): Resources => ({
  Sweeper: lambda("sweeper", { DeadLetterConfig: { TargetArn: arnOf("SweeperDead") } }),
  SweeperDead: queue("sweeper-dead"),
  SweeperInvoke: {
    Type: "AWS::Lambda::EventInvokeConfig",
    Properties: { FunctionName: ref("Sweeper"), Qualifier: "$LATEST", MaximumRetryAttempts: 1 },
  },
  Group: { Type: "AWS::Scheduler::ScheduleGroup", Properties: { Name: "fixture-schedules" } },
  Schedule: {
    Type: "AWS::Scheduler::Schedule",
    Properties: {
      Name: "fixture-sweep",
      GroupName: ref("Group"),
      ScheduleExpression: expression,
      FlexibleTimeWindow: { Mode: "OFF" },
      Target: {
        Arn: arnOf("Sweeper"),
        RoleArn: "arn:aws:iam::0:role/any",
        Input: '{"scheduledAt":"<aws.scheduler.scheduled-time>"}',
        ...target,
      },
      ...more,
    },
  },
});

const stateful: Resources = {
  Table: {
    Type: "AWS::DynamoDB::Table",
    Properties: {
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
      StreamSpecification: { StreamViewType: "NEW_AND_OLD_IMAGES" },
    },
  },
  Bus: { Type: "AWS::Events::EventBus", Properties: { Name: "fixture-events" } },
  Archive: {
    Type: "AWS::Events::Archive",
    Properties: {
      SourceArn: arnOf("Bus"),
      EventPattern: { source: ["fixture"], "detail-type": [{ prefix: "thing." }] },
      RetentionDays: 2,
    },
  },
  Uploads: {
    Type: "AWS::S3::Bucket",
    Properties: {
      CorsConfiguration: {
        CorsRules: [
          {
            AllowedMethods: ["PUT", "GET"],
            AllowedOrigins: ["*", "https://*.app.example"],
            AllowedHeaders: ["content-*"],
            ExposedHeaders: ["etag"],
            MaxAge: 60,
          },
        ],
      },
    },
  },
  Pool: {
    Type: "AWS::Cognito::UserPool",
    Properties: {
      LambdaConfig: { PreTokenGenerationConfig: { LambdaArn: arnOf("Trigger"), LambdaVersion: "V2_0" } },
    },
  },
  Client: { Type: "AWS::Cognito::UserPoolClient", Properties: { UserPoolId: ref("Pool") } },
  Trigger: {
    Type: "AWS::Lambda::Function",
    Properties: {
      Code: { S3Bucket: "assets", S3Key: "trigger.zip" },
      Handler: "index.handler",
      Runtime: "nodejs24.x",
    },
  },
};

const output = (value: unknown, name: string) => ({ Value: value, Export: { Name: name } });
const exports = {
  O1: output(ref("Table"), "Table"),
  O2: output({ "Fn::GetAtt": "Table.StreamArn" }, "TableStream"),
  O3: output({ "Fn::GetAtt": ["Bus", "Name"] }, "Bus"),
  O4: output(ref("Uploads"), "Bucket"),
  O5: output(ref("Pool"), "Pool"),
  O6: output({ "Fn::GetAtt": ["Pool", "ProviderURL"] }, "PoolUrl"),
  O7: output(ref("Client"), "Client"),
};

export interface Fixture {
  readonly machine: Machine;
  /** What the consumer and the listener wrote down, in its order. */
  records(): Record<string, unknown>[];
  /** Stops and starts again on the same data, with other resources where they are given. */
  restart(others?: Resources, options?: FixtureOptions): Promise<Fixture>;
  remove(): Promise<void>;
}

/** Writes a cloud assembly of two stacks: the stateful one above, and one with these resources. */
export const writeAssembly = (folder: string, resources: Resources, recordFile: string): void => {
  const write = (name: string, content: unknown): void =>
    writeFileSync(path.join(folder, name), JSON.stringify(content));
  const names = ["echo", "store", "consumer", "listener", "sweeper", "files", "trigger", "provision"];
  const files = Object.fromEntries(
    names.map((name) => [name, { source: { path: path.join(fixtures, name) }, destinations: {} }]),
  );
  write("Stateful.template.json", { Resources: stateful, Outputs: exports });
  write("Stateful.assets.json", { files });
  write("Stateless.template.json", {
    Resources: { ...api, ...resources },
    Parameters: { RecordFile: { Type: "String", Default: recordFile } },
  });
};

export interface FixtureOptions {
  readonly ways?: readonly DatabaseWay[];
  readonly freeBytes?: () => number;
}

/** Runs a fixture stack with these resources. */
export const runFixture = async (
  resources: Resources,
  folder = mkdtempSync(path.join(tmpdir(), "clientela-local-")),
  { ways, freeBytes }: FixtureOptions = {},
): Promise<Fixture> => {
  const recordFile = path.join(folder, "records.jsonl");
  writeAssembly(folder, resources, recordFile);
  const data: DataFolder = openDataFolder(path.join(folder, "data"));
  const machine = await runMachine({
    assembly: folder,
    data,
    port: 0,
    ...(freeBytes && { freeBytes }),
    ...(ways && { database: (place: string) => startDatabase(place, ways) }),
  }).catch((error: unknown) => {
    data.release();
    throw error;
  });
  const stop = async (): Promise<void> => {
    await machine.stop();
    data.release();
  };
  return {
    machine,
    records: () => readRecords(recordFile),
    restart: async (
      others = resources,
      options = { ...(ways && { ways }), ...(freeBytes && { freeBytes }) },
    ) => {
      await stop();
      return runFixture(others, folder, options);
    },
    remove: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

export const readRecords = (file: string): Record<string, unknown>[] => {
  try {
    return readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  } catch {
    return [];
  }
};

/** Sends JSON and reads JSON. */
export const send = async (
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
  method = "POST",
): Promise<{ status: number; headers: Headers; json: unknown }> => {
  const response = await fetch(url, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    json: text === "" ? undefined : JSON.parse(text),
  };
};
