import { isDeepStrictEqual } from "node:util";
import type { RouteDeclaration } from "../../functions/kit/route.ts";
import { type Check, unless } from "./check.ts";
import {
  at,
  functionOf,
  listOf,
  ofType,
  property,
  type Resource,
  refersTo,
  type Templates,
} from "./templates.ts";

const queueOf = (templates: Templates, arn: unknown): Resource | undefined =>
  ofType(templates, "AWS::SQS::Queue").find((queue) => refersTo(arn, queue));

const alarmsOn = (templates: Templates, metric: string, watched: Resource): Resource[] =>
  ofType(templates, "AWS::CloudWatch::Alarm").filter(
    (alarm) => property(alarm, "MetricName") === metric && refersTo(property(alarm, "Dimensions"), watched),
  );

const withoutAlarms = (templates: Templates, wanted: (alarm: Resource) => boolean): void => {
  const kept = templates.resources.filter(
    (resource) => resource.Type !== "AWS::CloudWatch::Alarm" || !wanted(resource),
  );
  templates.resources.splice(0, templates.resources.length, ...kept);
};

/** Metrics of an alarm that computes: the names, with the dimensions of each. */
const computedFrom = (alarm: Resource): { name: unknown; dimensions: unknown }[] =>
  listOf(property(alarm, "Metrics")).flatMap((metric) => {
    const name = at(metric, "MetricStat", "Metric", "MetricName");
    return name === undefined ? [] : [{ name, dimensions: at(metric, "MetricStat", "Metric", "Dimensions") }];
  });

const declaredRoutes = (templates: Templates): { key: string; route: RouteDeclaration; lambda: string }[] =>
  templates.lambdas.flatMap(({ name, trigger }) =>
    trigger.kind === "api"
      ? Object.values(trigger.routes).map((route) => ({
          key: `${route.method} ${route.path}`,
          route,
          lambda: name,
        }))
      : [],
  );

const routeOf = (templates: Templates, key: string): Resource | undefined =>
  ofType(templates, "AWS::ApiGatewayV2::Route").find((route) => property(route, "RouteKey") === key);

const mappings = (templates: Templates): Resource[] => ofType(templates, "AWS::Lambda::EventSourceMapping");
const onMappings = (templates: Templates, key: string, value: unknown): void => {
  for (const mapping of mappings(templates)) mapping.Properties[key] = value;
};
const onTargets = (templates: Templates, key: string): void => {
  for (const rule of ofType(templates, "AWS::Events::Rule")) {
    for (const target of listOf(property(rule, "Targets"))) Reflect.deleteProperty(Object(target), key);
  }
};
const onRoutes = (templates: Templates, type: string): void => {
  for (const route of ofType(templates, "AWS::ApiGatewayV2::Route"))
    route.Properties.AuthorizationType = type;
};

/** Of the ways in and through. */
export const pathChecks: readonly Check[] = [
  {
    guarantee:
      "a route has the JWT authorizer exactly if it asks for a permission, and leads to its function",
    violations: (templates) => [
      ...unless(
        ofType(templates, "AWS::ApiGatewayV2::Route").length === declaredRoutes(templates).length,
        "the routes are others than those declared",
      ),
      ...declaredRoutes(templates).flatMap(({ key, route, lambda }) => {
        const made = routeOf(templates, key);
        if (made === undefined) return [`${key} is missing`];
        const [integration] = ofType(templates, "AWS::ApiGatewayV2::Integration").filter((one) =>
          refersTo(property(made, "Target"), one),
        );
        const [authorizer] = ofType(templates, "AWS::ApiGatewayV2::Authorizer").filter((one) =>
          refersTo(property(made, "AuthorizerId"), one),
        );
        const product = functionOf(templates, lambda);
        return [
          ...unless(
            route.permission === null
              ? property(made, "AuthorizationType") === "NONE" && authorizer === undefined
              : property(made, "AuthorizationType") === "JWT" && authorizer !== undefined,
            `${key} is ${property(made, "AuthorizationType")}`,
          ),
          ...unless(
            product !== undefined &&
              integration !== undefined &&
              property(integration, "PayloadFormatVersion") === "2.0" &&
              refersTo(property(integration, "IntegrationUri"), product),
            `${key} does not lead to ${lambda}`,
          ),
        ];
      }),
    ],
    breaks: {
      "all open": (templates) => onRoutes(templates, "NONE"),
      "all closed": (templates) => onRoutes(templates, "JWT"),
      "no authorizer": (templates) => {
        for (const route of ofType(templates, "AWS::ApiGatewayV2::Route"))
          delete route.Properties.AuthorizerId;
      },
      "a route more": (templates) => {
        templates.resources.push({ id: "More", Type: "AWS::ApiGatewayV2::Route", Properties: {} });
      },
      "another payload": (templates) => {
        for (const integration of ofType(templates, "AWS::ApiGatewayV2::Integration")) {
          integration.Properties.PayloadFormatVersion = "1.0";
        }
      },
    },
  },
  {
    guarantee: "tokens are those of the user pool for its client",
    violations: (templates) =>
      ofType(templates, "AWS::ApiGatewayV2::Authorizer").flatMap((authorizer) => [
        ...unless(
          ofType(templates, "AWS::Cognito::UserPool").some((pool) =>
            refersTo(property(authorizer, "JwtConfiguration", "Issuer"), pool),
          ),
          "the issuer is not the pool",
        ),
        ...unless(
          ofType(templates, "AWS::Cognito::UserPoolClient").some((client) =>
            refersTo(property(authorizer, "JwtConfiguration", "Audience"), client),
          ),
          "the audience is not the client",
        ),
      ]),
    breaks: {
      "another issuer": (templates) => {
        for (const authorizer of ofType(templates, "AWS::ApiGatewayV2::Authorizer")) {
          authorizer.Properties.JwtConfiguration = { Issuer: "https://elsewhere", Audience: ["x"] };
        }
      },
    },
  },
  {
    guarantee:
      "API Gateway, the bus and Cognito may invoke what they lead to, and only from this very source",
    violations: (templates) => [
      ...templates.lambdas.flatMap(({ name, trigger }) => {
        const principal = {
          api: "apigateway.amazonaws.com",
          subscription: "events.amazonaws.com",
          "pre-token": "cognito-idp.amazonaws.com",
          stream: undefined,
          operator: undefined,
        }[trigger.kind];
        const product = functionOf(templates, name);
        return unless(
          principal === undefined ||
            ofType(templates, "AWS::Lambda::Permission").some(
              (permission) =>
                property(permission, "Principal") === principal &&
                product !== undefined &&
                refersTo(property(permission, "FunctionName"), product),
            ),
          `${principal} may not invoke ${name}`,
        );
      }),
      ...ofType(templates, "AWS::Lambda::Permission").flatMap((permission) =>
        unless(property(permission, "SourceArn") !== undefined, `${permission.id} is for every source`),
      ),
    ],
    breaks: {
      "any source": (templates) => {
        for (const permission of ofType(templates, "AWS::Lambda::Permission")) {
          delete permission.Properties.SourceArn;
        }
      },
      "another principal": (templates) => {
        for (const permission of ofType(templates, "AWS::Lambda::Permission")) {
          permission.Properties.Principal = "s3.amazonaws.com";
        }
      },
    },
  },
  {
    guarantee: "a record of the stream that fails is tried a bounded number of times, alone, and then kept",
    violations: (templates) =>
      mappings(templates).flatMap((mapping) => [
        ...unless(
          queueOf(templates, property(mapping, "DestinationConfig", "OnFailure", "Destination")) !==
            undefined,
          `${mapping.id} loses what fails`,
        ),
        ...unless(property(mapping, "BisectBatchOnFunctionError") === true, `${mapping.id} does not bisect`),
        ...unless(
          listOf(property(mapping, "FunctionResponseTypes")).includes("ReportBatchItemFailures"),
          `${mapping.id} does not report items`,
        ),
        ...unless(Number(property(mapping, "MaximumRetryAttempts")) >= 0, `${mapping.id} tries for ever`),
        ...unless(
          Number(property(mapping, "MaximumRecordAgeInSeconds")) > 0 &&
            Number(property(mapping, "MaximumRecordAgeInSeconds")) < 86_400,
          `${mapping.id} gives up only when the stream has forgotten`,
        ),
      ]),
    breaks: {
      "no destination": (templates) => onMappings(templates, "DestinationConfig", undefined),
      "no bisecting": (templates) => onMappings(templates, "BisectBatchOnFunctionError", false),
      "no report": (templates) => onMappings(templates, "FunctionResponseTypes", []),
      "endless tries": (templates) => onMappings(templates, "MaximumRetryAttempts", -1),
      "endless age": (templates) => onMappings(templates, "MaximumRecordAgeInSeconds", -1),
    },
  },
  {
    guarantee: "records of a shard come in order, from the oldest on, as many as declared and as filtered",
    violations: (templates) =>
      templates.lambdas.flatMap(({ name, trigger }) => {
        if (trigger.kind !== "stream") return [];
        const product = functionOf(templates, name);
        const mapping = mappings(templates).find(
          (one) => product !== undefined && refersTo(property(one, "FunctionName"), product),
        );
        if (mapping === undefined) return [`${name} hears nothing`];
        const patterns = listOf(property(mapping, "FilterCriteria", "Filters")).map((filter) =>
          String(at(filter, "Pattern")),
        );
        return [
          ...unless(property(mapping, "ParallelizationFactor") === 1, `${name} reads out of order`),
          ...unless(property(mapping, "StartingPosition") === "TRIM_HORIZON", `${name} skips what was`),
          ...unless(property(mapping, "BatchSize") === trigger.batchSize, `${name} has another batch size`),
          ...unless(
            JSON.stringify(patterns) ===
              JSON.stringify(trigger.filters.map((filter) => JSON.stringify(filter))),
            `${name} is filtered by ${patterns.join()}`,
          ),
        ];
      }),
    breaks: {
      "in parallel": (templates) => onMappings(templates, "ParallelizationFactor", 2),
      "from now on": (templates) => onMappings(templates, "StartingPosition", "LATEST"),
      "another batch": (templates) => onMappings(templates, "BatchSize", 1),
      unfiltered: (templates) => onMappings(templates, "FilterCriteria", undefined),
    },
  },
  {
    guarantee:
      "an event reaches its subscribers within declared bounds, or a dead-letter queue on either leg",
    violations: (templates) =>
      templates.lambdas.flatMap(({ name, trigger }) => {
        if (trigger.kind !== "subscription") return [];
        const product = functionOf(templates, name);
        const rule = ofType(templates, "AWS::Events::Rule").find((one) =>
          listOf(property(one, "Targets")).some(
            (target) => product !== undefined && refersTo(at(target, "Arn"), product),
          ),
        );
        if (product === undefined || rule === undefined) return [`${name} hears nothing`];
        const types = listOf(property(rule, "EventPattern", "detail-type")).map(String);
        const declared = [...new Set(trigger.subscription.events.map((event) => event.type))];
        const [target] = listOf(property(rule, "Targets"));
        const queue = queueOf(templates, at(target, "DeadLetterConfig", "Arn"));
        const invoke = ofType(templates, "AWS::Lambda::EventInvokeConfig").find((one) =>
          refersTo(property(one, "FunctionName"), product),
        );
        return [
          ...unless(
            isDeepStrictEqual(types.toSorted(), declared.toSorted()),
            `${name} hears ${types.join()}`,
          ),
          ...unless(
            listOf(property(rule, "EventPattern", "source")).join() === "clientela",
            `${name} hears other sources`,
          ),
          ...unless(
            at(target, "RetryPolicy", "MaximumRetryAttempts") === trigger.subscription.retry.attempts,
            `${name}: the rule tries otherwise`,
          ),
          ...unless(
            queue !== undefined &&
              queue === queueOf(templates, property(product, "DeadLetterConfig", "TargetArn")),
            `${name} loses what fails`,
          ),
          ...unless(
            queue !== undefined &&
              ofType(templates, "AWS::SQS::QueuePolicy").some(
                (policy) =>
                  refersTo(property(policy, "Queues"), queue) &&
                  listOf(property(policy, "PolicyDocument", "Statement")).some(
                    (statement) =>
                      at(statement, "Principal", "Service") === "events.amazonaws.com" &&
                      refersTo(at(statement, "Condition"), rule),
                  ),
              ),
            `${name}: the rule may not send to its dead-letter queue`,
          ),
          ...unless(
            invoke !== undefined &&
              Number(property(invoke, "MaximumRetryAttempts")) ===
                Math.min(2, trigger.subscription.retry.attempts),
            `${name}: the function is tried otherwise`,
          ),
        ];
      }),
    breaks: {
      "no queue of the target": (templates) => onTargets(templates, "DeadLetterConfig"),
      "no retry policy": (templates) => onTargets(templates, "RetryPolicy"),
      "no queue of the function": (templates) => {
        for (const made of ofType(templates, "AWS::Lambda::Function"))
          delete made.Properties.DeadLetterConfig;
      },
      "a queue that takes nothing": (templates) => {
        for (const policy of ofType(templates, "AWS::SQS::QueuePolicy"))
          delete policy.Properties.PolicyDocument;
      },
      "other events": (templates) => {
        for (const rule of ofType(templates, "AWS::Events::Rule")) {
          rule.Properties.EventPattern = { source: ["clientela"], "detail-type": ["x"] };
        }
      },
      "Lambda's own defaults": (templates) => {
        for (const invoke of ofType(templates, "AWS::Lambda::EventInvokeConfig")) invoke.Type = "None";
      },
    },
  },
  {
    guarantee: "every dead-letter queue rings",
    violations: (templates) =>
      ofType(templates, "AWS::SQS::Queue").flatMap((queue) =>
        unless(
          alarmsOn(templates, "ApproximateNumberOfMessagesVisible", queue).some(
            (alarm) => property(alarm, "Threshold") === 1,
          ),
          `${queue.id} fills in silence`,
        ),
      ),
    breaks: {
      "no alarm": (templates) =>
        withoutAlarms(
          templates,
          (alarm) => property(alarm, "MetricName") === "ApproximateNumberOfMessagesVisible",
        ),
    },
  },
  {
    guarantee: "every function rings when it fails or is throttled, and a consumer when it is late",
    violations: (templates) => [
      ...ofType(templates, "AWS::Lambda::Function").flatMap((made) =>
        ["Errors", "Throttles"].flatMap((metric) =>
          unless(alarmsOn(templates, metric, made).length > 0, `${made.id} has no alarm on ${metric}`),
        ),
      ),
      ...templates.lambdas.flatMap(({ name, trigger }) => {
        const made = functionOf(templates, name);
        return unless(
          trigger.kind !== "stream" ||
            (made !== undefined && alarmsOn(templates, "IteratorAge", made).length > 0),
          `${name} is late in silence`,
        );
      }),
    ],
    breaks: Object.fromEntries(
      ["Errors", "Throttles", "IteratorAge"].map((metric) => [
        `no alarm on ${metric}`,
        (templates: Templates) =>
          withoutAlarms(templates, (alarm) => property(alarm, "MetricName") === metric),
      ]),
    ),
  },
  {
    guarantee:
      "the API rings on failures and slow answers, the table and its indexes on throttles and failures",
    violations: (templates) => {
      const alarms = ofType(templates, "AWS::CloudWatch::Alarm");
      const computed = alarms.flatMap((alarm) => computedFrom(alarm).map(({ name }) => name));
      const throttled = alarms.flatMap(computedFrom).filter(({ name }) => name === "WriteThrottleEvents");
      const indexes = ofType(templates, "AWS::DynamoDB::Table").flatMap((table) =>
        listOf(property(table, "GlobalSecondaryIndexes")),
      );
      return [
        ...unless(computed.includes("5xx"), "5xx in silence"),
        ...unless(computed.includes("ReadThrottleEvents"), "throttled reads in silence"),
        ...unless(throttled.length === indexes.length + 1, "throttled writes in silence"),
        ...unless(computed.includes("SystemErrors"), "errors of the table in silence"),
        ...unless(
          alarms.some(
            (alarm) =>
              property(alarm, "MetricName") === "Latency" && property(alarm, "ExtendedStatistic") === "p99",
          ),
          "slow in silence",
        ),
      ];
    },
    breaks: {
      "no computed alarms": (templates) =>
        withoutAlarms(templates, (alarm) => property(alarm, "Metrics") !== undefined),
      "no latency": (templates) =>
        withoutAlarms(templates, (alarm) => property(alarm, "MetricName") === "Latency"),
    },
  },
  {
    guarantee: "every alarm goes to the topic",
    violations: (templates) => {
      const [topic] = ofType(templates, "AWS::SNS::Topic");
      return ofType(templates, "AWS::CloudWatch::Alarm").flatMap((alarm) =>
        unless(
          topic !== undefined && refersTo(property(alarm, "AlarmActions"), topic),
          `${alarm.id} rings nowhere`,
        ),
      );
    },
    breaks: {
      "no actions": (templates) => {
        for (const alarm of ofType(templates, "AWS::CloudWatch::Alarm")) delete alarm.Properties.AlarmActions;
      },
    },
  },
  {
    guarantee: "the API is throttled and logs every request",
    violations: (templates) =>
      ofType(templates, "AWS::ApiGatewayV2::Stage").flatMap((stage) => [
        ...unless(
          Number(property(stage, "DefaultRouteSettings", "ThrottlingRateLimit")) > 0 &&
            Number(property(stage, "DefaultRouteSettings", "ThrottlingBurstLimit")) > 0,
          `${stage.id} is not throttled`,
        ),
        ...unless(
          ofType(templates, "AWS::Logs::LogGroup").some((group) =>
            refersTo(property(stage, "AccessLogSettings", "DestinationArn"), group),
          ),
          `${stage.id} has no access log`,
        ),
      ]),
    breaks: {
      "no throttling": (templates) => {
        for (const stage of ofType(templates, "AWS::ApiGatewayV2::Stage")) {
          delete stage.Properties.DefaultRouteSettings;
        }
      },
      "no log": (templates) => {
        for (const stage of ofType(templates, "AWS::ApiGatewayV2::Stage")) {
          delete stage.Properties.AccessLogSettings;
        }
      },
    },
  },
];
