import { CfnIntegration, CfnRoute } from "aws-cdk-lib/aws-apigatewayv2";
import { ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import type { LambdaDeclaration } from "../../functions/kit/lambda.ts";
import type { RouteDeclaration, RouteTable } from "../../functions/kit/route.ts";
import { acknowledge } from "./acknowledge.ts";
import { type FunctionContext, ProductFunction } from "./function.ts";
import { arnPrefix } from "./grants.ts";
import type { ClientelaHttpApi } from "./http-api.ts";

/** API Gateway gives up after 30 s; the functions' own limits are below it. */
const integrationTimeoutMs = 29_000;

/** `GET /v1/clients/{clientId}`: how API Gateway, and the local stack, name a route. */
const routeKey = (route: RouteDeclaration): string => `${route.method} ${route.path}`;

/** A Lambda that answers its routes. Every route that asks for a permission asks for a token. */
export class Served extends Construct {
  constructor(
    scope: Construct,
    id: string,
    declaration: LambdaDeclaration,
    routes: RouteTable,
    api: ClientelaHttpApi,
    context: FunctionContext,
  ) {
    super(scope, id);
    const { lambda } = new ProductFunction(this, "Served", {
      declaration,
      context,
      // Memory is CPU: at 1 GB a cold start is about half of what it is at 512 MB.
      memoryMb: 1024,
      timeoutSeconds: 15,
      synchronous: "API Gateway invokes the function synchronously: a failure is the answer to the request.",
    });
    const integration = new CfnIntegration(this, "Integration", {
      apiId: api.api.ref,
      integrationType: "AWS_PROXY",
      integrationMethod: "POST",
      integrationUri: lambda.functionArn,
      payloadFormatVersion: "2.0",
      timeoutInMillis: integrationTimeoutMs,
    });
    // One permission per Lambda says the same as one per route, and takes one of the stack's 500 places.
    lambda.addPermission("Api", {
      principal: new ServicePrincipal("apigateway.amazonaws.com"),
      sourceArn: `${arnPrefix(this, "execute-api")}:${api.api.ref}/*`,
    });
    for (const [name, declared] of Object.entries(routes)) {
      const key = routeKey(declared);
      api.claim(key);
      const route = new CfnRoute(this, `Route-${name}`, {
        apiId: api.api.ref,
        routeKey: key,
        target: `integrations/${integration.ref}`,
        ...(declared.permission === null
          ? { authorizationType: "NONE" }
          : { authorizationType: "JWT", authorizerId: api.authorizer.ref }),
      });
      if (declared.permission === null) {
        acknowledge(
          route,
          "AwsSolutions-APIG4",
          `The route is declared open to everybody (permission: null): ${declared.summary}.`,
        );
      }
    }
  }
}
