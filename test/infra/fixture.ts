import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { event } from "../../events/event.ts";
import type { LambdaDeclaration } from "../../functions/kit/lambda.ts";
import { route } from "../../functions/kit/route.ts";

/** One Lambda of each kind of trigger, so that every construct stands in the synthesized templates. */
const sampleHappened = event({
  type: "sample.happened",
  version: 1,
  summary: "Something happened",
  data: z.strictObject({ id: z.string() }),
  sample: { id: "1" },
});
const sampleEnded = event({
  type: "sample.ended",
  version: 1,
  summary: "Something ended",
  data: z.strictObject({ id: z.string() }),
  sample: { id: "1" },
});

const idParams = z.object({ clientId: z.string() });

export const lambdasOfEachKind: readonly LambdaDeclaration[] = [
  {
    name: "samples",
    entry: "functions/samples/samples.ts",
    summary: "Answers for samples",
    trigger: {
      kind: "api",
      routes: {
        list: route({
          method: "GET",
          path: "/v1/samples",
          summary: "Lists",
          permission: "client:read",
          status: 200,
        }),
        read: route({
          method: "GET",
          path: "/v1/samples/{clientId}",
          summary: "Reads",
          permission: "client:read",
          params: idParams,
          status: 200,
        }),
        write: route({
          method: "POST",
          path: "/v1/samples",
          summary: "Makes",
          permission: "client:write",
          status: 201,
        }),
        open: route({
          method: "GET",
          path: "/v1/open",
          summary: "Says what there is",
          permission: null,
          status: 200,
        }),
      },
    },
    grants: { table: { access: "read-write", leadingKeys: ["T#*"] }, uploads: "read-write", userPool: true },
  },
  {
    name: "sample-publisher",
    entry: "functions/samples/sample-publisher.ts",
    summary: "Reads the stream",
    trigger: { kind: "stream", filters: [{ eventName: ["INSERT", "MODIFY"] }], batchSize: 100 },
    grants: { bus: true },
  },
  {
    name: "sample-subscriber",
    entry: "functions/sample-listeners/sample-subscriber.ts",
    summary: "Hears events",
    trigger: {
      kind: "subscription",
      subscription: {
        name: "sample-subscriber",
        events: [sampleHappened, sampleEnded],
        retry: { attempts: 5, maxAgeSeconds: 7200 },
      },
    },
    grants: { table: { access: "read", leadingKeys: ["T#*"] }, uploads: "read" },
  },
  {
    name: "sample-sweep",
    entry: "functions/samples/sample-sweep.ts",
    summary: "Runs at a steady pace",
    trigger: {
      kind: "schedule",
      schedule: {
        name: "sample-sweep",
        pace: { kind: "rate", every: 5, unit: "minute" },
        retry: { attempts: 3, maxAgeSeconds: 600 },
      },
    },
    grants: { table: { access: "read", leadingKeys: ["T#*", "SYS#*"] } },
  },
  {
    name: "sample-morning",
    entry: "functions/samples/sample-morning.ts",
    summary: "Runs in the morning",
    trigger: {
      kind: "schedule",
      schedule: {
        name: "sample-morning",
        pace: { kind: "cron", fields: "0 7 * * ? *", timeZone: "Europe/Bucharest" },
        retry: { attempts: 0, maxAgeSeconds: 30 },
      },
    },
    grants: {},
  },
  {
    name: "sample-pre-token",
    entry: "functions/samples/sample-pre-token.ts",
    summary: "Puts claims into tokens",
    trigger: { kind: "pre-token" },
    grants: { table: { access: "read", leadingKeys: ["SYS#*"] } },
  },
  {
    name: "sample-provision",
    entry: "functions/samples/sample-provision.ts",
    summary: "Makes a tenant",
    trigger: { kind: "operator" },
    grants: { table: { access: "read-write", leadingKeys: ["T#*", "SYS#*"] }, userPool: true },
  },
];

/** A folder that passes for the bundle of every Lambda: synthesis does not look into it. */
export const anyBundle = (): ((name: string) => string) => {
  const folder = mkdtempSync(join(tmpdir(), "clientela-bundle-"));
  writeFileSync(join(folder, "index.mjs"), "export const handler = async () => {};\n");
  return () => folder;
};
