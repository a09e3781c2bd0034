import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import path from "node:path";
import { JwtAuthorizer } from "./authorizer.ts";
import { type AwsServices, awsEndpoint } from "./aws-endpoint.ts";
import { unknownAction } from "./aws-error.ts";
import { Clock } from "./clock.ts";
import { Cognito } from "./cognito.ts";
import { type Database, startDatabase } from "./dynamodb.ts";
import { functionEnvironment } from "./environment.ts";
import { HttpApi } from "./http-api.ts";
import { openIssuer } from "./issuer.ts";
import { localApi } from "./local-api.ts";
import { localRoutes } from "./local-routes.ts";
import { openLog } from "./log.ts";
import { type Model, type RouteModel, readModel } from "./model.ts";
import { awsNaming } from "./naming.ts";
import { Resolver } from "./resolve.ts";
import { type DataFolder, State } from "./state.ts";
import { mendStreamStorage, prepareTable } from "./table.ts";
import { readAssembly } from "./template.ts";
import { makeToken } from "./tokens.ts";
import { Users } from "./users.ts";
import { FunctionRunner } from "./workers.ts";

const region = "eu-central-1";
const accountId = "000000000000";
const localhost = "127.0.0.1";

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface MachineSettings {
  /** The cloud assembly: the folder with the synthesized templates. */
  readonly assembly: string;
  readonly data: DataFolder;
  /** 0: any free one. */
  readonly port: number;
}

/** The templates' stack, running. */
export interface Machine {
  readonly url: string;
  readonly model: Model;
  readonly functions: ReadonlyMap<string, FunctionRunner>;
  tokenFor(email: string): Promise<string>;
  stop(): Promise<void>;
}

const listen = (handler: Handler, port: number): Promise<{ server: Server; port: number }> => {
  const server = createServer((request, response) => void handler(request, response));
  server.keepAliveTimeout = 65_000;
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "EADDRINUSE" ? new Error(`Port ${port} is in use; name another in PORT`) : error),
    );
    server.listen(port, localhost, () => {
      const address = server.address();
      resolve({ server, port: typeof address === "object" && address ? address.port : port });
    });
  });
};

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 2_000).unref();
  });

const starting: Handler = async (_, response) => {
  response.writeHead(503, { "content-type": "application/json", "retry-after": "1" });
  response.end(JSON.stringify({ message: "The stack is starting" }));
};

/** Runs what the templates say. @throws Unsupported for what they say and this stack does not know */
export const runMachine = async ({ assembly, data, port }: MachineSettings): Promise<Machine> => {
  const endings: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of endings.splice(0).reverse()) await end();
  };
  try {
    let answerApi = starting;
    let answerAws = starting;
    const api = await listen((request, response) => answerApi(request, response), port);
    endings.push(() => close(api.server));
    const aws = await listen((request, response) => answerAws(request, response), 0);
    endings.push(() => close(aws.server));
    const url = `http://${localhost}:${api.port}`;
    const awsUrl = `http://${localhost}:${aws.port}`;

    const pseudo = { region, accountId };
    const stacks = readAssembly(assembly);
    const model = readModel(
      stacks,
      new Resolver(stacks, awsNaming(pseudo, { api: url, aws: awsUrl }), pseudo),
    );

    const state = new State(path.join(data.folder, "state.db"));
    endings.push(() => state.close());
    const clock = new Clock(Number(state.setting("clockOffsetMs") ?? 0), (offsetMs) =>
      state.keepSetting("clockOffsetMs", String(offsetMs)),
    );
    const database: Database = await startDatabase(data.folder);
    endings.push(() => database.stop());
    for (const table of model.tables) await prepareTable(database, table);
    if (database.file) mendStreamStorage(database.file, new Map());

    const functions = new Map<string, FunctionRunner>();
    for (const fn of model.functions.values()) {
      const environment = functionEnvironment(fn, { region, aws: awsUrl, dynamodb: database.endpoint });
      functions.set(fn.name, new FunctionRunner(fn, environment, clock, data.logFile(fn.name)));
    }
    endings.push(async () => {
      await Promise.all([...functions.values()].map((runner) => runner.stop()));
    });

    const users = new Users(state);
    const cognito = new Cognito(users, clock, model);
    const services: AwsServices = {
      json: { "cognito-idp": (action, request) => cognito.handle(action, request) },
      s3: async () => {
        throw unknownAction("s3", "");
      },
    };
    answerAws = awsEndpoint(services, clock);

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
    const httpApi = new HttpApi({ model, functions, authorizerOf, clock, accessLog: accessLog.write });
    const tokenFor = (email: string): Promise<string> =>
      makeToken({ model, users, issuer, clock, region, functions }, email);
    const local = localApi(localRoutes({ functions, clock, tokenFor, keys: issuer.keys }));
    answerApi = (request, response) =>
      request.url?.startsWith("/_local") ? local(request, response) : httpApi.handle(request, response);

    return { url, model, functions, tokenFor, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
