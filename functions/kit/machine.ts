import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { systemClock, systemEntropy } from "./clock.ts";
import type { Machine } from "./context.ts";
import { tracer } from "./observe.ts";
import { Sha256 } from "./sha256.ts";
import { type Database, type Meter, openDatabase } from "./table/database.ts";

/** What a Lambda stands on: the clock, chance and the table. Tests replace any part. */
export interface Ground extends Machine {
  database(meter: Meter): Database;
}

const needed = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`the environment variable ${name} is not set`);
  return value;
};

/** The environment of a Lambda, read when it is first needed. */
export const environment = {
  tableName: () => needed("TABLE_NAME"),
  busName: () => needed("BUS_NAME"),
  uploadsBucket: () => needed("UPLOADS_BUCKET"),
  userPoolId: () => needed("USER_POOL_ID"),
};

const client = tracer.captureAWSv3Client(new DynamoDBClient({ maxAttempts: 4, sha256: Sha256 }));

/** Region, credentials and digest as the standard environment gives them, for requests that are signed by hand. */
export const awsConfig = client.config;

export const systemGround: Ground = {
  clock: systemClock,
  entropy: systemEntropy,
  database: (meter) => openDatabase(client, environment.tableName(), meter),
};
