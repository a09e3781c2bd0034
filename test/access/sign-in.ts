import type { PreTokenGenerationV2TriggerEvent } from "aws-lambda";

/** What Cognito asks when somebody with this address signs in. */
export const signIn = (email: string, verified = "true"): PreTokenGenerationV2TriggerEvent => ({
  version: "2",
  triggerSource: "TokenGeneration_Authentication",
  region: "eu-central-1",
  userPoolId: "pool",
  userName: "user",
  callerContext: { awsSdkVersion: "", clientId: "" },
  request: {
    userAttributes: { email, email_verified: verified },
    groupConfiguration: { groupsToOverride: [], iamRolesToOverride: [], preferredRole: undefined },
    scopes: [],
  },
  response: {
    claimsAndScopeOverrideDetails: {
      idTokenGeneration: {},
      accessTokenGeneration: {},
      groupOverrideDetails: { groupsToOverride: [], iamRolesToOverride: [], preferredRole: undefined },
    },
  },
});
