import { isObject, type Json, type JsonObject, objectAt } from "./json.ts";
import { breakingChanges, type Direction } from "./schema-change.ts";

export interface Differences {
  /** What a client, subscriber or stored record that was right before may trip over. */
  readonly breaking: readonly string[];
  /** Everything else that differs, by place. */
  readonly merelyNew: readonly string[];
}

const mostPlaces = 60;

/** Places where two values differ, as pointers. */
const placesOfDifference = (before: Json | undefined, after: Json | undefined, where = ""): string[] => {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (!isObject(before) || !isObject(after)) return [where || "/"];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const inside = [...names].flatMap((name) =>
    placesOfDifference(before[name], after[name], `${where}/${name.replaceAll("/", "~1")}`),
  );
  return inside.length > 0 ? inside : [`${where || "/"} (order)`];
};

const contentSchema = (part: JsonObject): Json | undefined =>
  objectAt(part, "content", "application/json").schema;

const referred = (part: Json | undefined, document: JsonObject): JsonObject => {
  const found = objectAt(part);
  return typeof found.$ref === "string"
    ? objectAt(document, ...found.$ref.replace(/^#\//, "").split("/"))
    : found;
};

const parametersOf = (operation: JsonObject, document: JsonObject): Map<string, JsonObject> => {
  const listed: readonly Json[] = Array.isArray(operation.parameters) ? operation.parameters : [];
  const found = listed.map((parameter) => referred(parameter, document));
  return new Map(found.map((parameter) => [`${parameter.in} ${parameter.name}`, parameter]));
};

const operationChanges = (route: string, was: JsonObject, is: JsonObject, documents: Documents): string[] => {
  const changes: string[] = [];
  const compare = (a: Json | undefined, b: Json | undefined, direction: Direction, part: string) => {
    for (const change of breakingChanges(a, b, direction, documents))
      changes.push(`${route} ${part}: ${change}`);
  };
  const [before, after] = [parametersOf(was, documents.before), parametersOf(is, documents.after)];
  for (const [name, parameter] of before) {
    const now = after.get(name);
    if (!now) changes.push(`${route}: parameter ${name} is gone`);
    else compare(parameter.schema, now.schema, "input", `parameter ${name}`);
  }
  for (const [name, parameter] of after)
    if (parameter.required === true && before.get(name)?.required !== true)
      changes.push(`${route}: parameter ${name} is newly required`);
  if (is.requestBody !== undefined && was.requestBody === undefined)
    changes.push(`${route}: a body is newly required`);
  if (was.requestBody !== undefined)
    compare(
      contentSchema(objectAt(was.requestBody)),
      contentSchema(objectAt(is.requestBody)),
      "input",
      "body",
    );
  for (const [status, answer] of Object.entries(objectAt(was, "responses"))) {
    if (Number(status) >= 300) continue;
    const now = objectAt(is, "responses")[status];
    if (now === undefined) changes.push(`${route}: answer ${status} is gone`);
    else compare(contentSchema(objectAt(answer)), contentSchema(objectAt(now)), "output", `answer ${status}`);
  }
  return changes;
};

interface Documents {
  readonly before: JsonObject;
  readonly after: JsonObject;
}

const breakingInOpenApi = (documents: Documents): string[] =>
  Object.entries(objectAt(documents.before, "paths")).flatMap(([path, methods]) =>
    Object.entries(objectAt(methods)).flatMap(([method, operation]) => {
      const route = `${method.toUpperCase()} ${path}`;
      const now = objectAt(documents.after, "paths", path)[method];
      if (now === undefined) return [`${route} is gone`];
      return operationChanges(route, objectAt(operation), objectAt(now), documents);
    }),
  );

const breakingInEvents = (documents: Documents): string[] => [
  ...breakingChanges(documents.before.envelope, documents.after.envelope, "output", documents, "envelope"),
  ...Object.entries(objectAt(documents.before, "events")).flatMap(([type, event]) => {
    const now = objectAt(documents.after, "events")[type];
    if (now === undefined) return [`${type} is gone`];
    const [was, is] = [objectAt(event), objectAt(now)];
    if (Number(is.version) < Number(was.version)) return [`${type}: its version went back`];
    // A raised version is how a breaking change of an event is made.
    if (Number(is.version) > Number(was.version)) return [];
    return breakingChanges(was.data, is.data, "output", documents).map(
      (change) => `${type}: ${change}, and its version is not raised`,
    );
  }),
];

/** Records that lie in the table have to be readable, and to be found where they lie. */
const breakingInTable = (documents: Documents): string[] => {
  const layout = objectAt(documents.before, "layout");
  const changed = Object.keys(layout).filter(
    (name) => JSON.stringify(layout[name]) !== JSON.stringify(objectAt(documents.after, "layout")[name]),
  );
  return [
    ...changed.map((name) => `layout: ${name} is not what it was`),
    ...Object.entries(objectAt(documents.before, "entities")).flatMap(([name, entity]) => {
      const now = objectAt(documents.after, "entities")[name];
      if (now === undefined) return [`${name} is gone`];
      const [was, is] = [objectAt(entity), objectAt(now)];
      const [keyBefore, keyAfter] = [JSON.stringify(was.key), JSON.stringify(is.key)];
      return [
        ...(keyBefore === keyAfter ? [] : [`${name}: lies elsewhere (${keyBefore} -> ${keyAfter})`]),
        ...breakingChanges(was.record, is.record, "input", documents).map((change) => `${name}: ${change}`),
      ];
    }),
  ];
};

export type ContractName = "openapi" | "events" | "table";

const breakingIn: Readonly<Record<ContractName, (documents: Documents) => string[]>> = {
  openapi: breakingInOpenApi,
  events: breakingInEvents,
  table: breakingInTable,
};

/** How a contract differs from its golden file; both lists are empty where it does not. */
export const differences = (name: ContractName, before: JsonObject, after: JsonObject): Differences => {
  const places = placesOfDifference(before, after);
  if (places.length === 0) return { breaking: [], merelyNew: [] };
  const breaking = [...new Set(breakingIn[name]({ before, after }))];
  const more = places.length - mostPlaces;
  return {
    breaking,
    merelyNew: [...places.slice(0, mostPlaces), ...(more > 0 ? [`… and ${more} more`] : [])],
  };
};
