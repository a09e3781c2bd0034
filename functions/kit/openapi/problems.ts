import { failures } from "../../../domain/catalogue.ts";
import { statusOf } from "../problem.ts";
import { isMutation, type RouteDeclaration } from "../route.ts";

/** Does the schema of an object have a field of this name? */
const hasField = (schema: unknown, name: string): boolean =>
  typeof schema === "object" &&
  schema !== null &&
  "shape" in schema &&
  typeof schema.shape === "object" &&
  schema.shape !== null &&
  name in schema.shape;

/** Does a route hold If-Match against the record that it changes? One that makes a record has none to hold. */
export const demandsVersion = (route: RouteDeclaration): boolean =>
  route.versioned === true && isMutation(route) && route.params !== undefined && route.status !== 201;

/** Codes that a route may answer with because of what it declares, beside those that it names itself. */
const codesByKind = (route: RouteDeclaration): string[] => {
  const { permission, feature, body, params, query } = route;
  const open = permission === null;
  return [
    ...(open ? [] : ["request.invalid", "access.unauthenticated", "service.throttled"]),
    ...(open || permission === "member" ? [] : ["access.forbidden"]),
    ...(feature ? ["access.feature-off"] : []),
    ...(body ? ["request.not-json", "request.too-large", "request.unsupported-media-type"] : []),
    ...(hasField(query, "cursor") ? ["request.cursor-mismatch"] : []),
    ...(params ? ["record.not-found"] : []),
    ...(demandsVersion(route) ? ["record.stale"] : []),
    ...(isMutation(route) && !open ? ["record.busy", "record.too-large", "idempotency.key-reused"] : []),
    "service.internal",
    "service.unavailable",
  ];
};

/** Every code that a route may answer with, by status, in order. @throws for a code that is not in the catalogue */
export const codesByStatus = (route: RouteDeclaration): Map<number, string[]> => {
  const byStatus = new Map<number, string[]>();
  for (const code of new Set([...codesByKind(route), ...(route.failures ?? [])])) {
    const entry = failures[code];
    if (!entry) throw new Error(`${route.method} ${route.path} names ${code}, which is not in the catalogue`);
    const status = statusOf[entry.kind];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return new Map(
    [...byStatus].sort(([a], [b]) => a - b).map(([status, codes]) => [status, codes.toSorted()]),
  );
};
