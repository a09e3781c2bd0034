import path from "node:path";
import * as z from "zod";
import { nameOfArn } from "./naming.ts";
import * as properties from "./properties.ts";
import { type Resolver, Unsupported } from "./resolve.ts";
import type { Resource, StackTemplate } from "./template.ts";

export interface FunctionModel {
  /** The folder of the bundle: the name by which people know it. */
  readonly name: string;
  readonly arn: string;
  readonly folder: string;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  /** What becomes of an asynchronous invocation that fails. */
  readonly asynchronous: {
    readonly attempts: number;
    readonly maxAgeMs: number;
    /** Destination with the record of the invocation. */
    readonly onFailureQueue: string | undefined;
    /** Older form: the bare event goes to this queue. */
    readonly deadLetterQueue: string | undefined;
  };
}

export interface RouteModel {
  readonly key: string;
  readonly functionName: string;
  readonly authorizer: { readonly issuer: string; readonly audience: readonly string[] } | undefined;
  readonly scopes: readonly string[];
  readonly timeoutMs: number;
}

export type TableModel = z.infer<typeof properties.TableProperties> & { name: string; arn: string };
export type MappingModel = Omit<
  z.infer<typeof properties.EventSourceMappingProperties>,
  "FunctionName" | "DestinationConfig"
> & {
  id: string;
  functionName: string;
  onFailureQueue: string | undefined;
};
export interface RuleModel {
  readonly name: string;
  readonly bus: string;
  readonly pattern: Record<string, unknown>;
  readonly enabled: boolean;
  readonly targets: readonly { readonly id: string; readonly arn: string }[];
}
export interface ArchiveModel {
  readonly name: string;
  readonly bus: string;
  readonly pattern: Record<string, unknown> | undefined;
  /** 0: for ever. */
  readonly retentionDays: number;
}
export interface ScheduleModel {
  readonly name: string;
  readonly arn: string;
  readonly functionName: string;
  readonly expression: string;
  readonly timeZone: string;
  /** JSON, with the places that the Scheduler fills in. */
  readonly input: string;
  readonly enabled: boolean;
}
export interface QueueModel {
  readonly name: string;
  readonly arn: string;
}
export interface UserPoolModel {
  readonly id: string;
  readonly issuer: string;
  readonly clientIds: readonly string[];
  readonly preToken: { readonly functionName: string; readonly version: string } | undefined;
}

export interface BucketModel {
  readonly name: string;
  readonly cors: readonly BucketCorsRule[];
}
export type BucketCorsRule = NonNullable<
  z.infer<typeof properties.BucketProperties>["CorsConfiguration"]
>["CorsRules"][number];

export type CorsModel = NonNullable<z.infer<typeof properties.ApiProperties>["CorsConfiguration"]>;

/** What the templates say is to run. */
export interface Model {
  readonly functions: ReadonlyMap<string, FunctionModel>;
  readonly routes: readonly RouteModel[];
  readonly cors: CorsModel | undefined;
  readonly tables: readonly TableModel[];
  readonly mappings: readonly MappingModel[];
  readonly buses: readonly string[];
  readonly rules: readonly RuleModel[];
  readonly archives: readonly ArchiveModel[];
  readonly schedules: readonly ScheduleModel[];
  readonly queues: ReadonlyMap<string, QueueModel>;
  readonly buckets: readonly BucketModel[];
  readonly userPools: readonly UserPoolModel[];
}

const modelledTypes = {
  functions: "AWS::Lambda::Function",
  invokeConfigs: "AWS::Lambda::EventInvokeConfig",
  mappings: "AWS::Lambda::EventSourceMapping",
  tables: "AWS::DynamoDB::Table",
  globalTables: "AWS::DynamoDB::GlobalTable",
  queues: "AWS::SQS::Queue",
  buses: "AWS::Events::EventBus",
  rules: "AWS::Events::Rule",
  archives: "AWS::Events::Archive",
  schedules: "AWS::Scheduler::Schedule",
  buckets: "AWS::S3::Bucket",
  userPools: "AWS::Cognito::UserPool",
  userPoolClients: "AWS::Cognito::UserPoolClient",
  apis: "AWS::ApiGatewayV2::Api",
  stages: "AWS::ApiGatewayV2::Stage",
  routes: "AWS::ApiGatewayV2::Route",
  integrations: "AWS::ApiGatewayV2::Integration",
  authorizers: "AWS::ApiGatewayV2::Authorizer",
} as const;
const modelled: ReadonlySet<string> = new Set(Object.values(modelledTypes));

/** Reads out of resolved templates what is to run; what is not known is refused by name. */
export const readModel = (stacks: readonly StackTemplate[], resolver: Resolver): Model => {
  const resources = [...resolver.resources()];
  for (const { stack, id, type } of resources)
    if (!modelled.has(type) && !properties.idleTypes.has(type)) throw new Unsupported(`${stack}/${id}`, type);

  // In AWS a stack's own name keeps the resources apart that the template leaves unnamed; here nothing does.
  const bearers = new Map<string, string>();
  for (const resource of resources) {
    const name = `${resource.type} ${resolver.name(resource)}`;
    const where = `${resource.stack}/${resource.id}`;
    const other = bearers.get(name);
    if (other !== undefined) throw new Error(`${where} and ${other} bear the same name: ${name}`);
    bearers.set(name, where);
  }

  const read = <Schema extends z.ZodType>(type: string, schema: Schema) =>
    resources
      .filter((resource) => resource.type === type)
      .map((resource) => {
        const parsed = schema.safeParse(resolver.properties(resource));
        if (!parsed.success)
          throw new Unsupported(
            `${resource.stack}/${resource.id} (${type})`,
            z.prettifyError(parsed.error).replaceAll("\n", " "),
          );
        return { resource, is: parsed.data, name: resolver.name(resource) };
      });
  const arnOf = (resource: Resource): string => String(resolver.attribute(resource, "Arn"));

  const assets = new Map(stacks.flatMap((stack) => [...stack.assets]));
  const invokeConfigs = read(modelledTypes.invokeConfigs, properties.InvokeConfigProperties);
  const functions = new Map<string, FunctionModel>();
  for (const { resource, is, name } of read(modelledTypes.functions, properties.FunctionProperties)) {
    const folder = assets.get(is.Code.S3Key.replace(/\.zip$/, ""));
    if (!folder) throw new Unsupported(`${resource.stack}/${resource.id}`, `code ${is.Code.S3Key}`);
    const invoke = invokeConfigs.find((config) => nameOfArn(config.is.FunctionName) === name)?.is;
    const onFailure = invoke?.DestinationConfig.OnFailure?.Destination;
    functions.set(name, {
      name: path.basename(folder),
      arn: arnOf(resource),
      folder,
      handler: is.Handler,
      environment: is.Environment?.Variables ?? {},
      memoryMb: is.MemorySize,
      timeoutMs: is.Timeout * 1000,
      asynchronous: {
        attempts: 1 + (invoke?.MaximumRetryAttempts ?? 2),
        maxAgeMs: (invoke?.MaximumEventAgeInSeconds ?? 21_600) * 1000,
        onFailureQueue: onFailure && nameOfArn(onFailure),
        deadLetterQueue: is.DeadLetterConfig && nameOfArn(is.DeadLetterConfig.TargetArn),
      },
    });
  }
  const functionOf = (arn: string, where: Resource): string => {
    const found = functions.get(nameOfArn(arn));
    if (!found) throw new Unsupported(`${where.stack}/${where.id}`, `function ${arn}`);
    return found.name;
  };

  const integrations = new Map(
    read(modelledTypes.integrations, properties.IntegrationProperties).map((integration) => [
      integration.name,
      integration.is,
    ]),
  );
  const authorizers = new Map(
    read(modelledTypes.authorizers, properties.AuthorizerProperties).map((authorizer) => [
      authorizer.name,
      authorizer.is.JwtConfiguration,
    ]),
  );
  const routes = read(modelledTypes.routes, properties.RouteProperties).map(
    ({ resource, is }): RouteModel => {
      const where = `${resource.stack}/${resource.id}`;
      const integration = integrations.get(is.Target.replace(/^integrations\//, ""));
      if (!integration) throw new Unsupported(where, `integration ${is.Target}`);
      const authorizer = is.AuthorizationType === "JWT" ? authorizers.get(is.AuthorizerId ?? "") : undefined;
      if (is.AuthorizationType === "JWT" && !authorizer)
        throw new Unsupported(where, `authorizer ${is.AuthorizerId}`);
      return {
        key: is.RouteKey,
        functionName: functionOf(integration.IntegrationUri, resource),
        authorizer: authorizer && { issuer: authorizer.Issuer, audience: authorizer.Audience },
        scopes: is.AuthorizationScopes,
        timeoutMs: integration.TimeoutInMillis,
      };
    },
  );
  read(modelledTypes.stages, properties.StageProperties);
  const apis = read(modelledTypes.apis, properties.ApiProperties);
  if (apis.length > 1) throw new Unsupported("templates", "more than one HTTP API");

  const tables = [modelledTypes.tables, modelledTypes.globalTables].flatMap((type) =>
    read(type, properties.TableProperties).map(({ resource, is, name }) => ({
      ...is,
      name,
      arn: arnOf(resource),
    })),
  );
  const mappings = read(modelledTypes.mappings, properties.EventSourceMappingProperties).map(
    ({ resource, is: { FunctionName, DestinationConfig, ...rest } }) => ({
      ...rest,
      id: resource.id,
      functionName: functionOf(FunctionName, resource),
      onFailureQueue: DestinationConfig.OnFailure && nameOfArn(DestinationConfig.OnFailure.Destination),
    }),
  );

  const queues = new Map(
    read(modelledTypes.queues, properties.QueueProperties).map(({ resource, name }) => [
      name,
      { name, arn: arnOf(resource) },
    ]),
  );
  const destinations = [
    ...[...functions.values()].flatMap(({ name, asynchronous }) => [
      { of: name, queue: asynchronous.onFailureQueue },
      { of: name, queue: asynchronous.deadLetterQueue },
    ]),
    ...mappings.map(({ id, onFailureQueue }) => ({ of: id, queue: onFailureQueue })),
  ];
  for (const { of, queue } of destinations)
    if (queue !== undefined && !queues.has(queue))
      throw new Unsupported(of, `the failure destination ${queue}`);
  const buses = read(modelledTypes.buses, properties.BusProperties).map(({ name }) => name);
  const rules = read(modelledTypes.rules, properties.RuleProperties).map(
    ({ is, name }): RuleModel => ({
      name,
      bus: nameOfArn(is.EventBusName),
      pattern: is.EventPattern,
      enabled: is.State === "ENABLED",
      targets: is.Targets.map((target) => ({ id: target.Id, arn: target.Arn })),
    }),
  );
  const archives = read(modelledTypes.archives, properties.ArchiveProperties).map(
    ({ is, name }): ArchiveModel => ({
      name,
      bus: nameOfArn(is.SourceArn),
      pattern: is.EventPattern,
      retentionDays: is.RetentionDays,
    }),
  );

  const schedules = read(modelledTypes.schedules, properties.ScheduleProperties).map(
    ({ resource, is, name }): ScheduleModel => ({
      name,
      arn: arnOf(resource),
      functionName: functionOf(is.Target.Arn, resource),
      expression: is.ScheduleExpression,
      timeZone: is.ScheduleExpressionTimezone,
      input: is.Target.Input,
      enabled: is.State === "ENABLED",
    }),
  );

  const clients = read(modelledTypes.userPoolClients, properties.UserPoolClientProperties);
  const userPools = read(modelledTypes.userPools, properties.UserPoolProperties).map(
    ({ resource, is }): UserPoolModel => {
      const id = String(resolver.reference(resource));
      const { PreTokenGeneration: first, PreTokenGenerationConfig: second } = is.LambdaConfig;
      const arn = second?.LambdaArn ?? first;
      return {
        id,
        issuer: String(resolver.attribute(resource, "ProviderURL")),
        clientIds: clients
          .filter((client) => client.is.UserPoolId === id)
          .map((client) => String(resolver.reference(client.resource))),
        preToken: arn
          ? { functionName: functionOf(arn, resource), version: second?.LambdaVersion ?? "V1_0" }
          : undefined,
      };
    },
  );
  return {
    functions: new Map([...functions.values()].map((fn) => [fn.name, fn])),
    routes,
    cors: apis[0]?.is.CorsConfiguration,
    tables,
    mappings,
    buses,
    rules,
    archives,
    schedules,
    queues,
    buckets: read(modelledTypes.buckets, properties.BucketProperties).map(({ name, is }) => ({
      name,
      cors: is.CorsConfiguration?.CorsRules ?? [],
    })),
    userPools,
  };
};
