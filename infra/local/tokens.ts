import { randomUUID } from "node:crypto";
import * as z from "zod";
import type { Clock } from "./clock.ts";
import type { TokenIssuer } from "./issuer.ts";
import type { Model, UserPoolModel } from "./model.ts";
import type { User, Users } from "./users.ts";
import type { FunctionRunner } from "./workers.ts";

/** Why somebody gets no token; the status is that of `POST /_local/token`. */
export class TokenRefused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = "TokenRefused";
    this.status = status;
  }
}

const tokenLifeSeconds = 3_600;
const signInScope = "aws.cognito.signin.user.admin";

const PreTokenAnswer = z.object({
  response: z
    .object({
      claimsAndScopeOverrideDetails: z
        .object({
          accessTokenGeneration: z
            .object({
              claimsToAddOrOverride: z.record(z.string(), z.unknown()).nullish(),
              claimsToSuppress: z.array(z.string()).nullish(),
              scopesToAdd: z.array(z.string()).nullish(),
              scopesToSuppress: z.array(z.string()).nullish(),
            })
            .nullish(),
        })
        .nullish(),
    })
    .nullish(),
});

export interface TokenMakerSettings {
  readonly model: Model;
  readonly users: Users;
  readonly issuer: TokenIssuer;
  readonly clock: Clock;
  readonly region: string;
  readonly functions: ReadonlyMap<string, FunctionRunner>;
}

const preTokenEvent = (region: string, pool: UserPoolModel, clientId: string, user: User) => ({
  version: pool.preToken?.version === "V3_0" ? "3" : "2",
  triggerSource: "TokenGeneration_Authentication",
  region,
  userPoolId: pool.id,
  userName: user.username,
  callerContext: { awsSdkVersion: "aws-sdk-unknown-unknown", clientId },
  request: {
    userAttributes: { ...user.attributes, email_verified: "true", "cognito:user_status": "CONFIRMED" },
    groupConfiguration: { groupsToOverride: [], iamRolesToOverride: [], preferredRole: null },
    scopes: [signInScope],
  },
  response: { claimsAndScopeOverrideDetails: null },
});

/**
 * Makes an access token for a user, as a sign-in with Cognito would: the template's pre-token trigger is
 * asked for the claims.
 * @throws TokenRefused
 */
export const makeToken = async (settings: TokenMakerSettings, email: string): Promise<string> => {
  const { model, users, issuer, clock, region, functions } = settings;
  const pool = model.userPools[0];
  const clientId = pool?.clientIds[0];
  if (!pool || !clientId) throw new TokenRefused(404, "The template has no user pool with a client");
  const user = users.find(pool.id, email);
  if (!user) throw new TokenRefused(404, `There is no member ${email}`);
  if (!user.enabled) throw new TokenRefused(403, `${email} is no longer a member`);

  const nowSeconds = Math.floor(clock.now() / 1000);
  const claims: Record<string, unknown> = {
    sub: user.username,
    iss: pool.issuer,
    client_id: clientId,
    token_use: "access",
    auth_time: nowSeconds,
    iat: nowSeconds,
    exp: nowSeconds + tokenLifeSeconds,
    jti: randomUUID(),
    origin_jti: randomUUID(),
    username: user.username,
  };
  let scopes = [signInScope];
  const trigger = pool.preToken && functions.get(pool.preToken.functionName);
  if (trigger) {
    const outcome = await trigger.invoke(preTokenEvent(region, pool, clientId, user));
    if (outcome.error)
      throw new TokenRefused(403, `The pre-token trigger refused: ${outcome.error.errorMessage}`);
    const made = PreTokenAnswer.parse(outcome.value).response?.claimsAndScopeOverrideDetails
      ?.accessTokenGeneration;
    Object.assign(claims, made?.claimsToAddOrOverride ?? {});
    for (const name of made?.claimsToSuppress ?? []) delete claims[name];
    scopes = [...scopes, ...(made?.scopesToAdd ?? [])].filter(
      (scope) => !made?.scopesToSuppress?.includes(scope),
    );
  }
  return issuer.sign({ ...claims, scope: scopes.join(" ") });
};
