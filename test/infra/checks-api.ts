import type { RouteDeclaration } from "../../functions/kit/route.ts";
import { type Check, unless } from "./check.ts";
import { functionOf, ofType, property, type Resource, refersTo, type Templates } from "./templates.ts";

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

const onRoutes = (templates: Templates, type: string): void => {
  for (const route of ofType(templates, "AWS::ApiGatewayV2::Route"))
    route.Properties.AuthorizationType = type;
};

/** Of the way in: routes, tokens, permissions to invoke. */
export const apiChecks: readonly Check[] = [
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
          // By a role of the schedule's own, not by a permission on the function.
          schedule: undefined,
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
