import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openCredentials } from "../../infra/local/credentials.ts";
import { type Fixture, lambda, route, runFixture, send } from "../local/assembly.ts";
import { sendRequest } from "../local/raw.ts";
import { stackUrl } from "../support/client.ts";
import type { Base } from "./malformed.ts";
import { storm } from "./storm.ts";
import { awsRequests, databaseRequests, localRequests, productRequests } from "./targets.ts";
import { newCompany, newWitness } from "./witness.ts";

const seed = "a run of npm test";

test("malformed requests leave the product without a server error and its data as they were", async () => {
  const url = stackUrl();
  const witness = await newWitness(url, `witness-${randomUUID()}@test.example`);
  const token = await newCompany(url, `target-${randomUUID()}@test.example`);
  const bases = productRequests(new URL(url).host, token);
  const { serverErrors } = await storm({ url, bases, requests: 400, seed });
  expect(serverErrors).toEqual([]);
  expect(await witness.read()).toEqual(witness.before);
  expect(await witness.write()).toMatchObject({ name: "Afterwards" });
});

describe("the listeners of the stack on one machine", () => {
  let fixture: Fixture;
  let listeners: { name: string; url: string; bases: Base[] }[] = [];
  const stateOf = async () =>
    Object((await send(`${fixture.machine.url}/_local/state`, undefined, {}, "GET")).json);
  const ask = async (action: string, Key: string, text?: string) =>
    Object((await send(`${fixture.machine.url}/files`, { action, Key, text })).json);

  /** Reads past the stack, from the database itself. */
  const readItem = async (name: string) => {
    const { url = "", bases = [] } = listeners.at(-1) ?? {};
    const getItem = bases.find(({ headers }) => headers["x-amz-target"]?.endsWith(".GetItem"));
    const body = JSON.stringify({ TableName: "Table", Key: { pk: { S: name } } });
    const response = await fetch(url, { method: "POST", headers: { ...getItem?.headers }, body });
    return Object(await response.json()).Item;
  };

  beforeAll(async () => {
    fixture = await runFixture({
      Echo: lambda("echo"),
      Store: lambda("store"),
      Files: lambda("files"),
      ...route("ANY /echo/{path+}", "Echo"),
      ...route("POST /items", "Store"),
      ...route("POST /files", "Files"),
    });
    const api = fixture.machine.url;
    const { awsEndpoint: aws, databaseEndpoint: database, dataFolder } = await stateOf();
    const hostOf = (url: string): string => new URL(url).host;
    const key = openCredentials(dataFolder);
    const { url: upload } = await ask("presign-put", "target");
    listeners = [
      {
        name: "api",
        url: api,
        bases: ["GET", "POST"].map((method) => ({
          ...{
            method,
            target: "/echo/a?b=c",
            headers: { host: hostOf(api), "content-type": "application/json" },
          },
          body: method === "GET" ? "" : '{"a":[1,"x",null]}',
        })),
      },
      { name: "/_local", url: api, bases: localRequests(hostOf(api)) },
      { name: "aws", url: aws, bases: awsRequests(key, hostOf(aws), upload) },
      { name: "database", url: database, bases: databaseRequests(key, hostOf(database), "Table") },
    ];
  });
  afterAll(() => fixture.remove());

  test("GET // is answered at every port and ends nothing", async () => {
    for (const { url } of listeners)
      for (const target of ["//", "//?X-Amz-Credential=a/b/c/s3/aws4_request", "http://[", "/%", "*"]) {
        const { status } = await sendRequest(url, `GET ${target}`);
        expect([target, status]).toEqual([
          target,
          expect.toSatisfy((code: number) => code >= 400 && code < 500),
        ]);
      }
    expect((await send(`${fixture.machine.url}/echo/x`, undefined, {}, "GET")).status).toBe(200);
  });

  test("malformed requests to every port end nothing, and the data are as they were", async () => {
    await send(`${fixture.machine.url}/items`, { pk: { S: "witness" } });
    await ask("put", "witness", "content");
    for (const { name, url, bases } of listeners) {
      const { serverErrors } = await storm({ url, bases, requests: 250, seed: `${seed} ${name}` });
      // What the database answers is its own affair, as long as it lives.
      if (name !== "database") expect(serverErrors).toEqual([]);
    }
    expect(await ask("get", "witness")).toMatchObject({ text: "content" });
    expect(await send(`${fixture.machine.url}/items`, { pk: { S: "afterwards" } })).toMatchObject({
      status: 200,
    });
    for (const name of ["witness", "afterwards"]) expect(await readItem(name)).toEqual({ pk: { S: name } });
  });
});
