import type { Archive } from "./archive.ts";
import type { Bus } from "./bus.ts";
import type { Clock } from "./clock.ts";
import type { Deliveries } from "./deliveries.ts";
import type { HttpApi } from "./http-api.ts";
import { LocalRefusal, type LocalRoute } from "./local-api.ts";
import { renderPage } from "./page.ts";
import type { Queues } from "./queues.ts";
import type { S3 } from "./s3.ts";
import type { Schedules } from "./schedules.ts";
import type { Streams } from "./streams.ts";
import type { Users } from "./users.ts";
import type { FunctionRunner } from "./workers.ts";

export interface OverviewParts {
  readonly clock: Clock;
  readonly database: { readonly name: string; readonly endpoint: string };
  /** Of every AWS service but DynamoDB. */
  readonly awsUrl: string;
  readonly dataFolder: string;
  readonly api: HttpApi;
  readonly functions: ReadonlyMap<string, FunctionRunner>;
  readonly bus: Bus;
  readonly archive: Archive;
  readonly deliveries: Deliveries;
  readonly schedules: Schedules;
  readonly queues: Queues;
  readonly streams: Streams;
  readonly users: Users;
  readonly s3: S3;
}

const shownUsers = 200;
const shownMessages = 50;
const redrivenAtOnce = 1_000;
const eventsAtOnce = 500;

const average = (totalMs: number, count: number): number =>
  count === 0 ? 0 : Math.round((totalMs / count) * 10) / 10;

const functionsOf = (functions: OverviewParts["functions"]) =>
  [...functions.values()].map(({ model, statistics, faults }) => ({
    name: model.name,
    invocations: statistics.invocations,
    errors: statistics.errors,
    averageMs: average(statistics.totalMs, statistics.invocations),
    underWay: statistics.underWay,
    faults,
  }));

/** What `GET /_local/state` answers and the page shows. */
export const overview = (parts: OverviewParts) => ({
  now: new Date(parts.clock.now()).toISOString(),
  offsetMs: parts.clock.offsetMs,
  database: parts.database.name,
  /** Where the table itself can be asked, as `AWS_ENDPOINT_URL_DYNAMODB` would name it. */
  databaseEndpoint: parts.database.endpoint,
  /** Where the other AWS services answer to who has the access key of the data folder. */
  awsEndpoint: parts.awsUrl,
  dataFolder: parts.dataFolder,
  functions: functionsOf(parts.functions),
  routes: parts.api.statistics().map(({ totalMs, ...route }) => ({
    ...route,
    averageMs: average(totalMs, route.requests),
  })),
  events: { total: parts.bus.events, recent: parts.bus.recent },
  deliveries: parts.deliveries.summary(),
  lostDeliveries: parts.deliveries.lost,
  schedules: parts.schedules.status(),
  queues: parts.queues.names.map((name) => ({
    name,
    messages: parts.queues.count(name),
    oldest: parts.queues.list(name, 5).map(summary),
  })),
  streams: parts.streams.status(),
  users: parts.users.list(shownUsers).map(({ email, enabled, createdAtMs }) => ({
    email,
    enabled,
    since: new Date(createdAtMs).toISOString(),
  })),
  uploads: parts.s3.recent.map(({ bucket, key, bytes, lastModified }) => ({
    bucket,
    key,
    bytes,
    at: new Date(lastModified).toISOString(),
  })),
});
export type Overview = ReturnType<typeof overview>;

const summary = ({ id, body, attributes, sentAtMs, origin }: ReturnType<Queues["list"]>[number]) => ({
  id,
  sentAt: new Date(sentAtMs).toISOString(),
  body,
  error: attributes.ErrorMessage,
  failedOn: origin?.function,
});

/** Gives the dead letters back to the functions they failed on; those of unknown origin stay. */
const redrive = ({ queues, deliveries, functions }: OverviewParts, name: string): number => {
  const messages = queues
    .list(name, redrivenAtOnce)
    .flatMap(({ id, origin }) => (origin && functions.has(origin.function) ? [{ id, origin }] : []));
  // First accepted, then removed: a crash between the two delivers twice rather than never.
  deliveries.accept(
    messages.map(({ origin }) => ({
      function: origin.function,
      source: `redrive ${name}`,
      payload: origin.payload,
    })),
  );
  for (const { id } of messages) queues.remove(id);
  return messages.length;
};

/** The page, its state, and the queues. */
export const overviewRoutes = (parts: OverviewParts): LocalRoute[] => {
  const known = (name = ""): string => {
    if (!parts.queues.names.includes(name)) throw new LocalRefusal(404, `There is no queue ${name}`);
    return name;
  };
  return [
    {
      method: "GET",
      path: /^\/_local$/,
      answer: () => ({ status: 200, html: (nonce) => renderPage(overview(parts), nonce) }),
    },
    {
      method: "GET",
      path: /^\/_local\/state$/,
      answer: () => ({ status: 200, json: overview(parts) }),
    },
    {
      method: "GET",
      path: /^\/_local\/events\/after\/(\d{1,15})$/,
      answer: (_, after) => ({
        status: 200,
        json: { events: parts.archive.after(Number(after), eventsAtOnce) },
      }),
    },
    {
      method: "GET",
      path: /^\/_local\/queues\/([^/]+)$/,
      answer: (_, name) => ({
        status: 200,
        json: { name, messages: parts.queues.list(known(name), shownMessages).map(summary) },
      }),
    },
    {
      method: "POST",
      path: /^\/_local\/queues\/([^/]+)\/redrive$/,
      answer: (_, name) => ({ status: 200, json: { redriven: redrive(parts, known(name)) } }),
    },
  ];
};
