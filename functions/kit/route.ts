import type * as z from "zod";
import type { Feature } from "../../domain/access/features.ts";
import type { Permission } from "../../domain/access/permissions.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
export type SuccessStatus = 200 | 201 | 202 | 204;
type ObjectSchema = z.ZodType<Record<string, unknown>>;

/**
 * One HTTP route, declared once. Derived from it: the handler's types, the validation of input and
 * output, the API Gateway route and authorizer, OpenAPI, the typed client, the permission matrix.
 */
export interface RouteDeclaration<
  Params extends ObjectSchema | undefined = ObjectSchema | undefined,
  Query extends ObjectSchema | undefined = ObjectSchema | undefined,
  Body extends z.ZodType | undefined = z.ZodType | undefined,
  Output extends z.ZodType | undefined = z.ZodType | undefined,
> {
  readonly method: Method;
  /** `/v1/clients/{clientId}`; every parameter stands in `params`. */
  readonly path: string;
  readonly summary: string;
  /** What a reader of the reference wants to know beyond the summary. Markdown. */
  readonly description?: string;
  /**
   * The right that the member's role has to give; `member` for what every member may, whatever the role;
   * `null` for a route that needs no token.
   */
  readonly permission: Permission | "member" | null;
  /** The switch that turns the route off. */
  readonly feature?: Feature;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly status: SuccessStatus;
  /** Absent: no content, or (with `produces`) not JSON. */
  readonly output?: Output;
  /** The media type of an answer that is not JSON. */
  readonly produces?: string;
  /** Codes beside those that every route may answer with. */
  readonly failures?: readonly string[];
  /** The answer carries the record's version as ETag and the request may carry If-Match. */
  readonly versioned?: boolean;
}

export type RouteTable = Readonly<Record<string, RouteDeclaration>>;

/** Declares a route. */
export const route = <
  Params extends ObjectSchema | undefined = undefined,
  Query extends ObjectSchema | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
  Output extends z.ZodType | undefined = undefined,
>(
  declaration: RouteDeclaration<Params, Query, Body, Output>,
): RouteDeclaration<Params, Query, Body, Output> => declaration;

type Given<Schema> = Exclude<Schema, undefined>;
type InferOr<Schema, Otherwise> = [Given<Schema>] extends [never]
  ? Otherwise
  : z.output<Given<Schema> & z.ZodType>;
type InputOr<Schema, Otherwise> = [Given<Schema>] extends [never]
  ? Otherwise
  : z.input<Given<Schema> & z.ZodType>;

/** What a handler of the route is given, validated. */
export interface RequestOf<R extends RouteDeclaration> {
  readonly params: InferOr<R["params"], Record<string, never>>;
  readonly query: InferOr<R["query"], Record<string, never>>;
  readonly body: InferOr<R["body"], undefined>;
}

/** What a handler of the route has to give; it is validated and stripped before it leaves. */
export type OutputOf<R extends RouteDeclaration> = InputOr<R["output"], undefined>;

/** What a caller of the route sends and gets, for the typed client. */
export interface CallOf<R extends RouteDeclaration> {
  readonly params: InputOr<R["params"], undefined>;
  readonly query: InputOr<R["query"], undefined>;
  readonly body: InputOr<R["body"], undefined>;
  readonly answer: InferOr<R["output"], undefined>;
}

export const isMutation = (r: RouteDeclaration): boolean => r.method !== "GET";
