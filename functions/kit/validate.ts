import type * as z from "zod";
import { Failure, type FieldFault } from "../../domain/kernel/errors.ts";
import type { RouteDeclaration } from "./route.ts";

/** What a handler is given. */
export interface ValidRequest {
  readonly params: Record<string, unknown>;
  readonly query: Record<string, unknown>;
  readonly body: unknown;
}

export interface RawRequest {
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** The body as it came, undefined where there is none. */
  readonly body: string | undefined;
  readonly contentType: string | undefined;
  readonly contentEncoding?: string | undefined;
}

export const mostBodyBytes = 1_000_000;
const mostDepth = 32;
const mostFaults = 100;

const escaped = (part: PropertyKey) => String(part).replaceAll("~", "~0").replaceAll("/", "~1");
const pointerOf = (root: string, path: readonly PropertyKey[]) =>
  root + path.map((part) => `/${escaped(part)}`).join("");

export const faultsOf = (root: string, issues: readonly z.core.$ZodIssue[]): FieldFault[] =>
  issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({
          pointer: pointerOf(root, [...issue.path, key]),
          reason: "is not a known field",
        }))
      : [{ pointer: pointerOf(root, issue.path), reason: issue.message }],
  );

/** How deep arrays and objects are nested in a JSON text, without building them. */
const depthOf = (json: string): number => {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const char = json.charCodeAt(at);
    if (inString) {
      if (char === 92) at++;
      else if (char === 34) inString = false;
    } else if (char === 34) inString = true;
    else if (char === 123 || char === 91) deepest = Math.max(deepest, ++depth);
    else if (char === 125 || char === 93) depth--;
  }
  return deepest;
};

/** Names that every object has without being given them: no field may be called so, at any depth. */
const reservedNames = new Set(["__proto__", "constructor", "prototype"]);
/**
 * Where a JSON text may hold such a name, or half of a character that takes two, which cannot be stored as it is. Only an
 * escape can bring a half, and hide a name.
 */
const mayHoldHidden = /\\u|__proto__|constructor|prototype/;

const unknownField = (pointer: string): FieldFault => ({ pointer, reason: "is not a known field" });

const hiddenIn = (value: unknown, pointer = ""): FieldFault[] => {
  if (typeof value === "string")
    return value.isWellFormed() ? [] : [{ pointer, reason: "holds half of a character" }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const place = `${pointer}/${escaped(name.toWellFormed())}`;
    return reservedNames.has(name) || !name.isWellFormed() ? [unknownField(place)] : hiddenIn(inner, place);
  });
};

/** What stands where bytes were no UTF-8: the text that was meant is lost, and would be stored as lost. */
const lostCharacter = "\ufffd";

/** What a body was sent as, where that is not JSON in UTF-8. */
const unsupportedForm = ({ contentType, contentEncoding }: RawRequest): string | undefined => {
  const [mediaType = "", ...parameters] = (contentType ?? "application/json")
    .split(";")
    .map((part) => part.trim().toLowerCase());
  if (!/^application\/([\w.!#$&^-]+\+)?json$/.test(mediaType)) return mediaType;
  for (const parameter of parameters) {
    const [name = "", value = ""] = parameter.split("=").map((part) => part.trim());
    if (name === "charset" && !["utf-8", "utf8", "us-ascii"].includes(value.replaceAll('"', "")))
      return parameter;
  }
  const encoding = contentEncoding?.trim().toLowerCase() ?? "identity";
  return encoding === "identity" ? undefined : `content-encoding ${encoding}`;
};

const parsedBody = (raw: RawRequest): unknown => {
  if (raw.body === undefined || raw.body === "")
    throw new Failure("request.invalid", { fields: [{ pointer: "", reason: "a JSON body is needed" }] });
  if (Buffer.byteLength(raw.body) > mostBodyBytes)
    throw new Failure("request.too-large", { detail: `A body has at most ${mostBodyBytes} bytes.` });
  const unsupported = unsupportedForm(raw);
  if (unsupported !== undefined)
    throw new Failure("request.unsupported-media-type", {
      detail: `The body was sent as ${unsupported}. Send it as application/json in UTF-8, not compressed.`,
    });
  if (raw.body.includes(lostCharacter))
    throw new Failure("request.not-json", {
      detail: "It holds bytes that are not UTF-8, or the character U+FFFD that stands for such.",
    });
  if (depthOf(raw.body) > mostDepth)
    throw new Failure("request.invalid", {
      fields: [{ pointer: "", reason: `is nested deeper than ${mostDepth} levels` }],
    });
  let body: unknown;
  try {
    body = JSON.parse(raw.body);
  } catch (error) {
    throw new Failure("request.not-json", { detail: error instanceof Error ? error.message : undefined });
  }
  const hidden = mayHoldHidden.test(raw.body) ? hiddenIn(body) : [];
  if (hidden.length > 0) throw new Failure("request.invalid", { fields: hidden.slice(0, mostFaults) });
  return body;
};

/**
 * Checks a request against its route; every fault in path, query and body is named in one answer.
 * @throws request.invalid, request.not-json, request.too-large, request.unsupported-media-type
 */
export const validated = (route: RouteDeclaration, raw: RawRequest): ValidRequest => {
  const faults: FieldFault[] = [];
  const check = (schema: z.ZodType | undefined, value: unknown, root: string): unknown => {
    if (!schema) return undefined;
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    faults.push(...faultsOf(root, result.error.issues));
    return undefined;
  };
  const body = route.body ? parsedBody(raw) : undefined;
  const params = check(route.params, raw.params, "/path") ?? {};
  const query = check(route.query, raw.query, "/query") ?? {};
  if (!route.query)
    for (const name of Object.keys(raw.query))
      faults.push({ pointer: `/query/${escaped(name)}`, reason: "is not a known parameter" });
  const input = check(route.body, body, "");
  if (faults.length > 0) {
    // A path that cannot name a record names none.
    if (faults.every(({ pointer }) => pointer.startsWith("/path/"))) throw new Failure("record.not-found");
    throw new Failure("request.invalid", {
      detail: `${faults.length} ${faults.length === 1 ? "field is" : "fields are"} wrong.`,
      fields: faults.slice(0, mostFaults),
    });
  }
  return { params: params as Record<string, unknown>, query: query as Record<string, unknown>, body: input };
};
