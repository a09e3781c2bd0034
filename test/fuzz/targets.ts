import { documentedRoutes, resolved } from "../contracts/schemas.ts";
import { objectAt } from "../golden/json.ts";
import { type AccessKey, signedRequest } from "../local/signed-request.ts";
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
      "x-amz-date": "20261201T080000Z",
      "x-amz-target": `DynamoDB_20120810.${action}`,
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20261201/eu-central-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(body),
  }));
};
