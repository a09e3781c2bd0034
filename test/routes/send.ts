import { expect } from "vitest";
import type { RouteDeclaration, RouteTable } from "../../functions/kit/route.ts";
import { allRoutes } from "../../functions/routes.ts";
import {
  type DocumentedRoute,
  documentedAnswer,
  documentedRoutes,
  faultsOf,
  resolved,
} from "../contracts/schemas.ts";
import { type JsonObject, objectAt, textsIn } from "../golden/json.ts";
import { stackUrl } from "../support/client.ts";

const table: RouteTable = allRoutes;

/** A route with its declaration and what is documented of it. */
export interface Route extends DocumentedRoute {
  readonly declared: RouteDeclaration;
}

/** Every route. What the tests in this folder say, they say of each of these. */
export const routes: readonly Route[] = documentedRoutes.flatMap((route) => {
  const declared = table[route.name];
  return declared ? [{ ...route, declared }] : [];
});

export const guardedRoutes = routes.filter(({ declared }) => declared.permission !== null);
export const mutations = guardedRoutes.filter(({ method }) => method !== "GET");
export const routesWithBody = guardedRoutes.filter(({ declared }) => declared.body);

export const routeCalled = (name: string): Route => {
  const found = routes.find((route) => route.name === name);
  if (!found) throw new Error(`there is no route ${name}`);
  return found;
};

export interface Sending {
  readonly token?: string | undefined;
  readonly params?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, string>> | [name: string, value: string][] | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, instead of a body. */
  readonly rawBody?: string | Uint8Array<ArrayBuffer> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly json: JsonObject;
  /** The code of a problem document. */
  readonly code: string | undefined;
  /** The fields at fault of a problem document. */
  readonly pointers: readonly string[];
}

const urlOf = (route: Route, { params = {}, query = {} }: Sending): string => {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(params[name] ?? "missing"),
  );
  const search = new URLSearchParams(query).toString();
  return `${stackUrl()}${path}${search === "" ? "" : `?${search}`}`;
};

const parsed = (text: string): JsonObject => {
  try {
    return objectAt(JSON.parse(text));
  } catch {
    return {};
  }
};

/** Holds an answer against the document: its status, media type, headers and content. */
const checkAgainstDocument = (route: Route, status: number, headers: Headers, text: string): void => {
  const contentType = headers.get("content-type");
  const documented = documentedAnswer(route, status, contentType);
  const said = `${route.name} answered ${status} ${contentType ?? ""} ${text.slice(0, 500)}`;
  expect(documented.isDocumented, `${said}: the status is not documented`).toBe(true);
  if (!documented.hasContent) expect(text, said).toBe("");
  else expect(documented.isMediaTypeDocumented, `${said}: the media type is not documented`).toBe(true);
  if (documented.schema !== undefined) {
    const content: unknown = contentType?.includes("json") ? JSON.parse(text) : text;
    expect(faultsOf(documented.schema, content), `${said}: is not of its schema`).toEqual([]);
  }
  const answer = resolved(objectAt(route.operation, "responses")[status]);
  for (const [name, header] of Object.entries(objectAt(answer, "headers"))) {
    const value = headers.get(name);
    const { required, schema } = resolved(header);
    const isService = contentType?.startsWith("application/problem+json") && name === "X-Correlation-Id";
    if (required || isService) expect(value, `${said}: lacks ${name}`).not.toBeNull();
    if (value !== null) expect(faultsOf(schema, value), `${said}: ${name} is ${value}`).toEqual([]);
  }
};

/** Sends a request as it is, and holds what comes back against the document, whatever it is. */
export const send = async (route: Route, sending: Sending): Promise<Received> => {
  const { token, body, rawBody, headers = {} } = sending;
  const content = rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(urlOf(route, sending), {
    method: route.method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(content === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(content === undefined ? {} : { body: content }),
  });
  const text = await response.text();
  checkAgainstDocument(route, response.status, response.headers, text);
  const json = parsed(text);
  const errors = Array.isArray(json.errors) ? json.errors.map((error) => objectAt(error).pointer) : [];
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    text,
    json,
    code: typeof json.code === "string" ? json.code : undefined,
    pointers: textsIn(errors.flatMap((pointer) => (pointer === undefined ? [] : [pointer]))),
  };
};
