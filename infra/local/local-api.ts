import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import * as z from "zod";
import { isDiskFull } from "./disk.ts";
import { isOwnHost } from "./foreign.ts";
import { readBody } from "./read-body.ts";
import { targetOf } from "./request-target.ts";

/** An answer of `/_local`: JSON, or a page. */
export interface LocalAnswer {
  readonly status: number;
  readonly json?: unknown;
  /** Makes the page; its scripts and styles have to bear the nonce. */
  readonly html?: (nonce: string) => string;
}

export class LocalRefusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = "LocalRefusal";
    this.status = status;
  }
}

export interface LocalRoute {
  readonly method: "GET" | "POST" | "DELETE";
  /** Its groups are handed to `answer`, decoded. */
  readonly path: RegExp;
  answer(body: unknown, ...groups: string[]): LocalAnswer | Promise<LocalAnswer>;
}

const maxBodyBytes = 1024 * 1024;

const parse = (text: string): unknown => {
  if (text === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new LocalRefusal(400, "The body is not JSON");
  }
};

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new LocalRefusal(400, `${part} is not percent-encoded`);
  }
};

const refusal = (error: unknown): { status: number; message: string } => {
  if (error instanceof z.ZodError) return { status: 400, message: z.prettifyError(error) };
  if (isDiskFull(error)) return { status: 507, message: "The disk is full: make room and send it again" };
  const message = error instanceof Error ? error.message : String(error);
  const status = typeof error === "object" && error !== null && "status" in error ? error.status : undefined;
  return { status: typeof status === "number" ? status : 500, message };
};

/** What a page may do: run and look as it came from here, and ask this address. Nothing from elsewhere, in no frame. */
const contentSecurityPolicy = (nonce: string): string =>
  [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "img-src data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");

const send = (response: ServerResponse, { status, json, html }: LocalAnswer): void => {
  const nonce = randomBytes(16).toString("base64");
  const body = html?.(nonce) ?? (json === undefined ? "" : JSON.stringify(json));
  response.writeHead(status, {
    "content-type": html === undefined ? "application/json" : "text/html; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    "content-security-policy": contentSecurityPolicy(nonce),
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  });
  response.end(body);
};

/**
 * A page of another origin can make a browser send requests here: without this check it could fetch a token. Not
 * every browser sends `Sec-Fetch-Site`; with what can change something, each sends `Origin`.
 */
const isForeign = ({ headers }: IncomingMessage): boolean => {
  const { host, origin, "sec-fetch-site": site } = headers;
  if (site !== undefined && site !== "same-origin" && site !== "none") return true;
  if (origin !== undefined && origin !== `http://${host}`) return true;
  return !isOwnHost(host);
};

/** Answers what lies under `/_local`: the stack's own doors, which exist on one machine only. */
export const localApi =
  (routes: readonly LocalRoute[]) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      if (isForeign(request)) throw new LocalRefusal(403, "/_local answers this machine's own pages only");
      const path = targetOf(request.url).path.replace(/(?<=.)\/$/, "");
      const onPath = routes.filter((route) => route.path.test(path));
      const route = onPath.find(({ method }) => method === request.method);
      if (!route)
        throw onPath.length > 0
          ? new LocalRefusal(405, `${path} does not take ${request.method}`)
          : new LocalRefusal(404, `There is no ${path}`);
      const body = parse((await readBody(request, maxBodyBytes)).toString("utf8"));
      const groups = route.path.exec(path)?.slice(1) ?? [];
      send(response, await route.answer(body, ...groups.map(decoded)));
    } catch (error) {
      const { status, message } = refusal(error);
      send(response, { status, json: { message } });
    }
  };
