import path from "node:path";
import { inspect } from "node:util";
import { Archive } from "./archive.ts";
import { JwtAuthorizer } from "./authorizer.ts";
import { type AwsServices, awsEndpoint } from "./aws-endpoint.ts";
import { Bus } from "./bus.ts";
import { Clock } from "./clock.ts";
import { Cognito } from "./cognito.ts";
import { openCredentials } from "./credentials.ts";
import { Deliveries } from "./deliveries.ts";
import { Disk } from "./disk.ts";
import { type Database, startDatabase } from "./dynamodb.ts";
import { functionEnvironment } from "./environment.ts";
import { localhost } from "./foreign.ts";
import { HttpApi } from "./http-api.ts";
import { openIssuer } from "./issuer.ts";
import { close, type Handler, listen } from "./listen.ts";
import { localApi } from "./local-api.ts";
import { localRoutes } from "./local-routes.ts";
import { openLog } from "./log.ts";
import { type Model, type RouteModel, readModel } from "./model.ts";
import { awsNaming } from "./naming.ts";
import { overviewRoutes } from "./overview.ts";
import { Queues } from "./queues.ts";
import { Resolver } from "./resolve.ts";
import { S3 } from "./s3.ts";
import { checkSchedules, Schedules } from "./schedules.ts";
import { untilSettled } from "./settle.ts";
import { Signatures } from "./signature.ts";
import { type DataFolder, State } from "./state.ts";
import { checkMappings, consumedSequences, Streams } from "./streams.ts";
import { mendStreamStorage, prepareTable } from "./table.ts";
import { readAssembly } from "./template.ts";
import { makeToken } from "./tokens.ts";
import { Users } from "./users.ts";
import { FunctionRunner } from "./workers.ts";

const region = "eu-central-1";
const accountId = "000000000000";

export interface MachineSettings {
  /** The cloud assembly: the folder with the synthesized templates. */
  readonly assembly: string;
  readonly data: DataFolder;
  /** 0: any free one. */
  readonly port: number;
  /** How many bytes the disk takes; replaced to see what happens without room. */
  readonly freeBytes?: () => number;
  /** Starts the database; replaced where a second opinion is wanted. */
  readonly database?: (folder: string) => Promise<Database>;
}

/** The templates' stack, running. */
export interface Machine {
  readonly url: string;
  readonly model: Model;
  readonly functions: ReadonlyMap<string, FunctionRunner>;
  tokenFor(email: string): Promise<string>;
  /** Waits until the consumers of streams and events have taken all there is; false if that takes too long. */
  settle(): Promise<boolean>;
  /** Settles with the reason if the stack can no longer work: its database ended by itself. */
  readonly failed: Promise<Error>;
  stop(): Promise<void>;
}

const starting: Handler = async (_, response) => {
  response.writeHead(503, { "content-type": "application/json", "retry-after": "1" });
  response.end(JSON.stringify({ message: "The stack is starting" }));
};

/** Runs what the templates say. @throws Unsupported for what they say and this stack does not know */
export const runMachine = async ({
  assembly,
  data,
  port,
  freeBytes,
  database: start = startDatabase,
}: MachineSettings): Promise<Machine> => {
  const endings: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of endings.splice(0).reverse()) await end();
  };
  try {
    let answerApi = starting;
    let answerAws = starting;
    const disk = new Disk(data.folder, freeBytes);
    const stackLog = openLog(data.logFile("stack"));
    endings.push(() => stackLog.close());
    const report = (error: unknown): void =>
      stackLog.write({ time: new Date().toISOString(), error: inspect(error) });
    const api = await listen((request, response) => answerApi(request, response), port, report);
    endings.push(() => close(api.server));
    const aws = await listen((request, response) => answerAws(request, response), 0, report);
    endings.push(() => close(aws.server));
    const url = `http://${localhost}:${api.port}`;
    const awsUrl = `http://${localhost}:${aws.port}`;

    const pseudo = { region, accountId };
    const stacks = readAssembly(assembly);
    const model = readModel(
      stacks,
      new Resolver(stacks, awsNaming(pseudo, { api: url, aws: awsUrl }), pseudo),
    );

    checkMappings(model);
    checkSchedules(model);

    const state = new State(path.join(data.folder, "state.db"));
    endings.push(() => state.close());
    const clock = new Clock(Number(state.setting("clockOffsetMs") ?? 0), (offsetMs) =>
      state.keepSetting("clockOffsetMs", String(offsetMs)),
    );
    const credentials = openCredentials(data.folder);
    const signatures = new Signatures(credentials, clock);
    const database: Database = await start(data.folder);
    let ending = false;
    endings.push(() => {
      ending = true;
      return database.stop();
    });
    const failed = new Promise<Error>((resolve) => {
      void database.ended.then(() => {
        if (!ending) resolve(new Error(`${database.name} ended; see ${data.logFile("database")}`));
      });
    });
    const streamArns = new Map<string, string>();
    for (const table of model.tables) {
      const arn = await prepareTable(database, table);
      if (arn) streamArns.set(table.name, arn);
    }
    if (database.file) mendStreamStorage(database.file, consumedSequences(model, state));

    const functions = new Map<string, FunctionRunner>();
    for (const fn of model.functions.values()) {
      const environment = functionEnvironment(fn, {
        region,
        aws: awsUrl,
        dynamodb: database.endpoint,
        credentials,
      });
      functions.set(fn.name, new FunctionRunner(fn, environment, clock, data.logFile(fn.name)));
    }
    endings.push(async () => {
      await Promise.all([...functions.values()].map((runner) => runner.stop()));
    });

    const queues = new Queues(state, clock, model.queues);
    const deliveries = new Deliveries({ state, clock, queues, functions, disk, report });
    const schedules = new Schedules(model, state, clock, deliveries, report);
    const archive = new Archive(model.archives, state, clock);
    const bus = new Bus(model, deliveries, archive, clock, pseudo);
    const s3 = new S3({
      folder: path.join(data.folder, "objects"),
      ...{ buckets: model.buckets, clock, signatures, disk },
    });
    const users = new Users(state);
    const cognito = new Cognito(users, clock, model);
    const services: AwsServices = {
      json: {
        "cognito-idp": (action, request) => cognito.handle(action, request),
        events: (action, request) => bus.handle(action, request),
      },
      s3: (request, response, signature) => s3.handle(request, response, signature),
    };
    answerAws = awsEndpoint(services, signatures, clock);

    const issuer = await openIssuer(path.join(data.folder, "token-key.pem"));
    const authorizers = new Map<string, JwtAuthorizer>();
    const authorizerOf = ({ authorizer }: RouteModel): JwtAuthorizer | undefined => {
      if (!authorizer) return undefined;
      const key = JSON.stringify(authorizer);
      const made = authorizers.get(key) ?? new JwtAuthorizer(issuer, clock, authorizer);
      authorizers.set(key, made);
      return made;
    };
    const accessLog = openLog(data.logFile("access"));
    endings.push(() => accessLog.close());
    const httpApi = new HttpApi({ model, functions, authorizerOf, clock, accessLog: accessLog.write, disk });
    const streams = new Streams({
      model,
      database,
      streamArns,
      functions,
      state,
      clock,
      queues,
      disk,
      region,
    });
    const settle = (): Promise<boolean> => untilSettled(streams, deliveries);
    // A member's user is made by a subscriber: whoever is not known yet may be on the way.
    const tokenFor = async (email: string): Promise<string> => {
      const pool = model.userPools[0];
      if (pool && !users.find(pool.id, email)) await settle();
      return makeToken({ model, users, issuer, clock, region, functions }, email);
    };
    const local = localApi([
      ...localRoutes({ functions, clock, tokenFor, settle, keys: issuer.keys }),
      ...overviewRoutes({
        ...{ clock, database, awsUrl, dataFolder: data.folder, api: httpApi, functions },
        ...{ bus, archive, deliveries, schedules, queues, streams, users, s3 },
      }),
    ]);
    answerApi = (request, response) =>
      request.url?.startsWith("/_local") ? local(request, response) : httpApi.handle(request, response);

    endings.push(() => deliveries.stop());
    deliveries.start();
    endings.push(() => schedules.stop());
    schedules.start();
    endings.push(() => streams.stop());
    await streams.start();
    // First of all, when it ends: no new requests; those under way still find everything running.
    endings.push(() => close(api.server));

    return { url, model, functions, tokenFor, settle, failed, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
