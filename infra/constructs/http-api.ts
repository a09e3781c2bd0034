import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { CfnApi, CfnApiMapping, CfnAuthorizer, CfnDomainName, CfnStage } from "aws-cdk-lib/aws-apigatewayv2";
import { MathExpression, Metric } from "aws-cdk-lib/aws-cloudwatch";
import type { IUserPoolClient, UserPool } from "aws-cdk-lib/aws-cognito";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { nameOf, type Settings } from "../settings.ts";
import { ring } from "./alarm.ts";

/** A company of hundreds of members, with room; a runaway client is stopped before it costs. */
const throttling = { ratePerSecond: 500, burst: 1000 };

/** One line per request, without query or body: those may hold personal data. */
const accessLogFormat = JSON.stringify({
  requestId: "$context.requestId",
  requestTime: "$context.requestTime",
  method: "$context.httpMethod",
  route: "$context.routeKey",
  status: "$context.status",
  latencyMs: "$context.responseLatency",
  integrationMs: "$context.integrationLatency",
  responseBytes: "$context.responseLength",
  member: "$context.authorizer.claims.sub",
  authorizerError: "$context.authorizer.error",
  integrationError: "$context.integrationErrorMessage",
});

export interface HttpApiProps {
  readonly settings: Settings;
  readonly userPool: UserPool;
  readonly client: IUserPoolClient;
  readonly alarms: ITopic;
}

/**
 * The HTTP API: its name, its address, who is let in. The routes stand with the Lambdas that answer them.
 * Made of plain resources rather than of the library's `HttpApi`, which makes a permission per route, and
 * wants the integrations in its own stack.
 */
export class ClientelaHttpApi extends Construct {
  readonly api: CfnApi;
  readonly url: string;
  readonly authorizer: CfnAuthorizer;
  private readonly routeKeys = new Set<string>();

  constructor(scope: Construct, id: string, props: HttpApiProps) {
    super(scope, id);
    const name = nameOf(props.settings, "api");
    this.api = new CfnApi(this, "Api", {
      name,
      protocolType: "HTTP",
      description: "Clientela over HTTPS",
      corsConfiguration: {
        allowOrigins: [...props.settings.webOrigins],
        allowMethods: ["GET", "POST", "PUT", "PATCH", "DELETE"],
        allowHeaders: ["authorization", "content-type", "idempotency-key", "if-match", "x-correlation-id"],
        exposeHeaders: ["etag", "location", "idempotency-replayed", "retry-after", "x-correlation-id"],
        maxAge: 3600,
      },
      // With a name of its own the API is reached by that name only.
      ...(props.settings.domain ? { disableExecuteApiEndpoint: true } : {}),
    });
    this.authorizer = new CfnAuthorizer(this, "Authorizer", {
      apiId: this.api.ref,
      name: "members",
      authorizerType: "JWT",
      identitySource: ["$request.header.Authorization"],
      jwtConfiguration: {
        issuer: props.userPool.userPoolProviderUrl,
        audience: [props.client.userPoolClientId],
      },
    });
    const accessLog = new LogGroup(this, "AccessLog", {
      // This prefix keeps log delivery clear of the size limit of the resource policy.
      logGroupName: `/aws/vendedlogs/${name}`,
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const stage = new CfnStage(this, "Stage", {
      apiId: this.api.ref,
      stageName: "$default",
      autoDeploy: true,
      accessLogSettings: { destinationArn: accessLog.logGroupArn, format: accessLogFormat },
      defaultRouteSettings: {
        detailedMetricsEnabled: true,
        throttlingRateLimit: throttling.ratePerSecond,
        throttlingBurstLimit: throttling.burst,
      },
    });
    this.url = this.named(props.settings, stage);
    this.watch(props.alarms);
  }

  /** The address of the API: its own name where it has one. */
  private named(settings: Settings, stage: CfnStage): string {
    if (settings.domain === undefined) return this.api.attrApiEndpoint;
    const domain = new CfnDomainName(this, "Domain", {
      domainName: settings.domain.name,
      domainNameConfigurations: [
        {
          certificateArn: settings.domain.certificateArn,
          endpointType: "REGIONAL",
          securityPolicy: "TLS_1_2",
        },
      ],
    });
    new CfnApiMapping(this, "Mapping", {
      apiId: this.api.ref,
      domainName: domain.ref,
      stage: stage.ref,
    });
    return `https://${settings.domain.name}`;
  }

  /** Every route is answered by one Lambda, whatever stacks they stand in. @throws on a second one */
  claim(key: string): void {
    if (this.routeKeys.has(key)) throw new Error(`${key} is declared twice`);
    this.routeKeys.add(key);
  }

  /** A metric of the whole API: Count, 4xx, 5xx, Latency, IntegrationLatency. */
  metric(metricName: string, statistic: string): Metric {
    return new Metric({
      namespace: "AWS/ApiGateway",
      metricName,
      dimensionsMap: { ApiId: this.api.ref },
      statistic,
      period: Duration.minutes(5),
    });
  }

  private watch(topic: ITopic): void {
    ring(this, "ServerErrors", topic, {
      metric: new MathExpression({
        expression: "IF(requests > 0, 100 * failures / requests, 0)",
        usingMetrics: { requests: this.metric("Count", "Sum"), failures: this.metric("5xx", "Sum") },
        period: Duration.minutes(5),
        label: "5xx in per cent",
      }),
      description: "One request in a hundred ends in 5xx. The access log says on which routes.",
      threshold: 1,
    });
    ring(this, "SlowAnswers", topic, {
      metric: this.metric("Latency", "p99"),
      description: "One answer in a hundred takes two seconds or more. The dashboard says where it is spent.",
      threshold: 2000,
      evaluationPeriods: 3,
      datapointsToAlarm: 3,
    });
  }
}
