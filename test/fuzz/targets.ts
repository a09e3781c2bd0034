import { createHash, createHmac } from "node:crypto";
import { documentedRoutes, resolved } from "../contracts/schemas.ts";
import { objectAt } from "../golden/json.ts";
import type { Base } from "./malformed.ts";

const json = { "content-type": "application/json" };

/** A request to every route of the document, as a member would send it. */
export const productRequests = (host: string, token: string): Base[] =>
  documentedRoutes.map(({ method, path, operation }) => {
    const parameters = Array.isArray(operation.parameters) ? operation.parameters.map(resolved) : [];
    const exampleOf = (name: string): string => {
      const schema = objectAt(parameters.find((parameter) => parameter.name === name)?.schema);
      return String(Array.isArray(schema.examples) ? schema.examples[0] : "x");
    };
    const { example } = objectAt(operation, "requestBody", "content", "application/json");
    return {
      method,
      target: path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(exampleOf(name))),
      headers: { host, authorization: `Bearer ${token}`, ...(example === undefined ? {} : json) },
      body: example === undefined ? "" : JSON.stringify(example),
    };
  });

/** The doors of `/_local` that change nothing that others rely on. */
export const localRequests = (host: string): Base[] => [
  ...[
    "/_local/state",
    "/_local",
    "/_local/jwks.json",
    "/_local/clock",
    "/_local/events/after/0",
    "/_local/queues/x",
  ].map((target) => ({ method: "GET", target, headers: { host }, body: "" })),
  {
    method: "POST",
    target: "/_local/token",
    headers: { host, ...json },
    body: '{"email":"nobody@test.example"}',
  },
  {
    method: "POST",
    target: "/_local/faults",
    headers: { host, ...json },
    body: '{"function":"none","failures":1}',
  },
  { method: "POST", target: "/_local/queues/x/redrive", headers: { host, ...json }, body: "{}" },
];

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
const scopeDay = "20261201";

/** A request of AWS JSON, signed by the key: its faults come behind the signature as well as before it. */
export const signedRequest = (
  { accessKeyId, secretAccessKey }: AccessKey,
  host: string,
  service: string,
  target: string,
  body: string,
): Base => {
  const signedAt = `${scopeDay}T080000Z`;
  const scope = [scopeDay, "eu-central-1", service, "aws4_request"];
  const names = "host;x-amz-date;x-amz-target";
  const canonical = `POST\n/\n\nhost:${host}\nx-amz-date:${signedAt}\nx-amz-target:${target}\n\n${names}\n${digest(body)}`;
  let key: string | Buffer = `AWS4${secretAccessKey}`;
  for (const part of scope) key = createHmac("sha256", key).update(part).digest();
  const signature = createHmac("sha256", key)
    .update(`AWS4-HMAC-SHA256\n${signedAt}\n${scope.join("/")}\n${digest(canonical)}`)
    .digest("hex");
  return {
    method: "POST",
    target: "/",
    headers: {
      host,
      "content-type": "application/x-amz-json-1.1",
      "x-amz-date": signedAt,
      "x-amz-target": target,
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope.join("/")}, SignedHeaders=${names}, Signature=${signature}`,
    },
    body,
  };
};

/** Requests to the AWS services, sound and unsound behind their signature. */
export const awsRequests = (key: AccessKey, host: string, uploadUrl: string): Base[] => {
  const upload = new URL(uploadUrl);
  const target = `${upload.pathname}${upload.search}`;
  const unknown = "no-such-thing";
  const entries = (detail: string) =>
    JSON.stringify({
      Entries: [{ Source: unknown, DetailType: unknown, Detail: detail, EventBusName: unknown }],
    });
  const bodies = ["", "null", "[]", "{", '{"Entries":null}', '{"Entries":[{}]}', entries("{"), entries("{}")];
  return [
    ...bodies.map((body) => signedRequest(key, host, "events", "AWSEvents.PutEvents", body)),
    ...["AdminGetUser", "AdminDeleteUser", "AdminUpdateUserAttributes", "__proto__", ""].map((action) =>
      signedRequest(
        key,
        host,
        "cognito-idp",
        `AWSCognitoIdentityProviderService.${action}`,
        JSON.stringify({ UserPoolId: unknown, Username: unknown }),
      ),
    ),
    signedRequest(key, host, "__proto__", "x.toString", "{}"),
    { method: "PUT", target, headers: { host }, body: "content" },
    {
      method: "PUT",
      target,
      headers: { host, "content-encoding": "aws-chunked", "x-amz-decoded-content-length": "5" },
      body: "5\r\nabcde\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n",
    },
    { method: "GET", target, headers: { host, range: "bytes=0-1" }, body: "" },
    {
      method: "OPTIONS",
      target,
      headers: { host, origin: "http://localhost:1", "access-control-request-method": "PUT" },
      body: "",
    },
  ];
};

/** Requests to the database that read or name a table that is not there. */
export const databaseRequests = ({ accessKeyId }: AccessKey, host: string, table: string): Base[] => {
  const key = { pk: { S: "T#none" }, sk: { S: "none" } };
  const bodies: Record<string, unknown> = {
    ListTables: {},
    DescribeTable: { TableName: table },
    GetItem: { TableName: table, Key: key },
    Query: {
      TableName: table,
      KeyConditionExpression: "pk = :p",
      ExpressionAttributeValues: { ":p": { S: "x" } },
    },
    PutItem: { TableName: "no-such-table", Item: key },
    TransactWriteItems: { TransactItems: [{ Put: { TableName: "no-such-table", Item: key } }] },
  };
  return Object.entries(bodies).map(([action, body]) => ({
    method: "POST",
    target: "/",
    headers: {
      host,
      "content-type": "application/x-amz-json-1.0",
      "x-amz-date": `${scopeDay}T080000Z`,
      "x-amz-target": `DynamoDB_20120810.${action}`,
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scopeDay}/eu-central-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(body),
  }));
};
