import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import { listen } from "../kit/listen.ts";
import { environment, systemGround } from "../kit/machine.ts";
import { tracer } from "../kit/observe.ts";
import { newMeter } from "../kit/table/database.ts";
import { keepLogin, poolLogins } from "./accounts.ts";

const client = tracer.captureAWSv3Client(new CognitoIdentityProviderClient({ maxAttempts: 4 }));

export const handler = listen((heard, listening) =>
  keepLogin(
    heard,
    listening,
    poolLogins(client, environment.userPoolId()),
    systemGround.database(newMeter()),
  ),
);
