import { type Permission, rightsByRole } from "../../../domain/access/permissions.ts";
import { failures } from "../../../domain/catalogue.ts";
import { Problem, statusOf } from "../problem.ts";
import { isMutation, type RouteDeclaration, type RouteTable } from "../route.ts";
import { exampleOf } from "./example.ts";
import {
  answerHeaders,
  gatewayMessage,
  gatewayStatuses,
  reasonPhrase,
  requestHeaders,
  securitySchemes,
} from "./parts.ts";
import { codesByStatus, demandsVersion } from "./problems.ts";
import { type JsonSchema, SchemaCollection } from "./schema.ts";

/** A subject of the reference: its routes under one heading. */
export interface Subject {
  readonly name: string;
  readonly summary: string;
  readonly routes: RouteTable;
}

export interface DocumentInfo {
  readonly title: string;
  readonly version: string;
  /** Markdown; the start page of the reference. */
  readonly description: string;
  readonly license: { readonly name: string; readonly identifier: string };
}

type Part = Record<string, unknown>;

/** An OpenAPI 3.1 document, as far as its readers here look into it. */
export interface OpenApiDocument {
  readonly openapi: "3.1.1";
  readonly info: DocumentInfo;
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly responses: Readonly<Record<string, Part>>;
    readonly parameters: Readonly<Record<string, Part>>;
    readonly headers: Readonly<Record<string, Part>>;
    readonly securitySchemes: Readonly<Record<string, Part>>;
  };
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly Part[];
  readonly requestBody?: Part;
  readonly responses: Readonly<Record<string, Part>>;
}

const isObject = (value: unknown): value is Part =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

const scopeWords = { own: "their own", team: "their team's", all: "all" } as const;

/** Which roles have a right, and how far it reaches. */
const rolesWith = (permission: Permission): string =>
  Object.entries(rightsByRole)
    .flatMap(([role, rights]) => {
      const scope = rights[permission];
      return scope ? [`${role} (${scopeWords[scope]})`] : [];
    })
    .join(", ");

const descriptionOf = ({ description, permission, feature }: RouteDeclaration): string =>
  [
    description,
    permission === null
      ? "Needs no token."
      : permission === "member"
        ? "Open to every member."
        : `Needs \`${permission}\`, which these roles give: ${rolesWith(permission)}.`,
    feature && `Belongs to the feature \`${feature}\`.`,
  ]
    .filter(Boolean)
    .join("\n\n");

/** Builds the document of one installation from the declarations of its routes. */
class DocumentBuilder {
  readonly #schemas = new SchemaCollection();
  readonly #responses: Record<string, Part> = {};

  operation(name: string, subject: string, route: RouteDeclaration): Operation {
    const parameters = this.#parametersOf(route);
    return {
      operationId: name,
      tags: [subject],
      summary: route.summary,
      description: descriptionOf(route),
      security: route.permission === null ? [] : [{ member: [] }],
      ...(parameters.length > 0 ? { parameters } : {}),
      ...(route.body ? { requestBody: this.#bodyOf(name, route.body) } : {}),
      responses: {
        [route.status]: this.#successOf(name, route),
        ...Object.fromEntries(
          [...codesByStatus(route)].map(([status, codes]) => [status, this.#problemsOf(status, codes)]),
        ),
      },
    };
  }

  #parametersOf(route: RouteDeclaration): Part[] {
    const given = (["path", "query"] as const).flatMap((place) => {
      const declared = place === "path" ? route.params : route.query;
      if (!declared) return [];
      const schema = this.#schemas.of(declared, "input");
      const required = Array.isArray(schema.required) ? schema.required : [];
      const properties = isObject(schema.properties) ? Object.entries(schema.properties) : [];
      return properties.flatMap(([name, property]) => {
        if (!isObject(property)) return [];
        const { description, ...inner } = property;
        return [
          {
            name,
            in: place,
            required: place === "path" || required.includes(name),
            ...(description === undefined ? {} : { description }),
            schema: inner,
          },
        ];
      });
    });
    const header = (name: keyof typeof requestHeaders) => ({ $ref: `#/components/parameters/${name}` });
    return [
      ...given,
      ...(isMutation(route) && route.permission !== null ? [header("IdempotencyKey")] : []),
      ...(demandsVersion(route) ? [header("IfMatch")] : []),
      header("CorrelationId"),
    ];
  }

  #bodyOf(name: string, body: NonNullable<RouteDeclaration["body"]>): Part {
    const schema = this.#schemas.named(`${capitalised(name)}Body`, body, "input");
    return {
      required: true,
      content: { "application/json": { schema, example: exampleOf(schema, this.#schemas.components()) } },
    };
  }

  #successOf(name: string, route: RouteDeclaration): Part {
    const header = (of: keyof typeof answerHeaders) => ({ $ref: `#/components/headers/${of}` });
    const headers = {
      ...(route.versioned && route.output ? { ETag: header("ETag") } : {}),
      ...(isMutation(route) && route.permission !== null
        ? { "Idempotency-Replayed": header("IdempotencyReplayed") }
        : {}),
      "X-Correlation-Id": header("CorrelationId"),
    };
    const schema = route.output && this.#schemas.named(`${capitalised(name)}Answer`, route.output, "output");
    const content = schema
      ? { "application/json": { schema, example: exampleOf(schema, this.#schemas.components()) } }
      : route.produces && { [route.produces]: { schema: { type: "string" } } };
    return {
      description: reasonPhrase[route.status] ?? "Done",
      headers,
      ...(content ? { content } : {}),
    };
  }

  /** The answer of one status. Routes that may answer alike share it. */
  #problemsOf(status: number, codes: readonly string[]): Part {
    const name = [status, ...codes].join("-");
    this.#responses[name] ??= this.#problemResponse(status, codes);
    return { $ref: `#/components/responses/${name}` };
  }

  #problemResponse(status: number, codes: readonly string[]): Part {
    const problem = this.#schemas.of(Problem, "output");
    const titles = codes.map((code) => `- \`${code}\`: ${failures[code]?.title ?? ""}`);
    const examples = codes.map((code) => [
      code,
      {
        value: {
          type: `/docs/problems#${code}`,
          title: failures[code]?.title,
          status,
          code,
          ...(code === "request.invalid"
            ? { errors: [{ pointer: "/name", reason: "Too small: expected string to have >=1 characters" }] }
            : {}),
          correlationId: "Kq3fPhLhIAMEVtA=",
        },
      },
    ]);
    return {
      description: [`${reasonPhrase[status] ?? "Refused"}.`, "", ...titles].join("\n"),
      headers: {
        "X-Correlation-Id": {
          $ref: `#/components/headers/${gatewayStatuses.has(status) ? "CorrelationIdOfService" : "CorrelationId"}`,
        },
        ...(status === 429 || status === 503
          ? { "Retry-After": { $ref: "#/components/headers/RetryAfter" } }
          : {}),
      },
      content: {
        "application/problem+json": {
          schema: { allOf: [problem], properties: { status: { const: status }, code: { enum: codes } } },
          examples: Object.fromEntries(examples),
        },
        ...(gatewayStatuses.has(status)
          ? { "application/json": { schema: { $ref: "#/components/schemas/GatewayMessage" } } }
          : {}),
      },
    };
  }

  components(): OpenApiDocument["components"] {
    const sorted = Object.entries(this.#responses).sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      schemas: { ...this.#schemas.components(), GatewayMessage: gatewayMessage },
      responses: Object.fromEntries(sorted),
      parameters: requestHeaders,
      headers: answerHeaders,
      securitySchemes,
    };
  }
}

/**
 * The OpenAPI 3.1 document of all routes: what may be sent, what is answered, with every status and every
 * problem code. @throws for a route declared twice, a code that is in no catalogue, two schemas of one name
 */
export const documentOf = (subjects: readonly Subject[], info: DocumentInfo): OpenApiDocument => {
  const builder = new DocumentBuilder();
  const paths: Record<string, Record<string, Operation>> = {};
  for (const subject of subjects)
    for (const [name, route] of Object.entries(subject.routes)) {
      const method = route.method.toLowerCase();
      const others = paths[route.path];
      if (others?.[method]) throw new Error(`${route.method} ${route.path} is declared twice`);
      paths[route.path] = { ...others, [method]: builder.operation(name, subject.name, route) };
    }
  return {
    openapi: "3.1.1",
    info,
    servers: [{ url: "/" }],
    tags: subjects.map(({ name, summary }) => ({ name, description: summary })),
    paths,
    components: builder.components(),
  };
};

/** Every problem code with its title and status, sorted: what `type` of a problem points at. */
export const allProblems = (): { readonly code: string; readonly title: string; readonly status: number }[] =>
  Object.entries(failures)
    .map(([code, { title, kind }]) => ({ code, title, status: statusOf[kind] }))
    .sort((a, b) => (a.code < b.code ? -1 : 1));
