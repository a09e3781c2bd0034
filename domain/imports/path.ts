import * as z from "zod";

/** A place in a body: names and places in lists. */
export type Segments = readonly (string | number)[];

const pathPattern = /^[a-zA-Z][a-zA-Z0-9]{0,59}(?:\[\d{1,2}\]|\.[a-zA-Z][a-zA-Z0-9]{0,59})*$/;
const forbidden = new Set(["constructor", "prototype", "toString", "valueOf", "hasOwnProperty"]);
const mostSegments = 8;
const mostElements = 20;

export const segmentsOf = (path: string): Segments =>
  [...path.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map((found) =>
    found[1] === undefined ? found[0] : Number(found[1]),
  );

/** A field of the record to be made, as the API's body names it: `name`, `contacts[0].phones[0]`. */
export const FieldPath = z
  .string()
  .max(200)
  .refine((path) => {
    const segments = pathPattern.test(path) ? segmentsOf(path) : [];
    return (
      segments.length > 0 &&
      segments.length <= mostSegments &&
      segments.every((each) => (typeof each === "number" ? each < mostElements : !forbidden.has(each)))
    );
  }, `has to be names joined by points, with places in lists such as [0], at most ${mostElements} of them`)
  .meta({ examples: ["name", "contacts[0].phones[0]", "fields.sector"] });

export const pointerOf = (segments: Segments): string => segments.map((each) => `/${each}`).join("");

/** The object or list that a place belongs to; empty for the body itself. */
export const parentOf = (segments: Segments): Segments => segments.slice(0, -1);

export interface Leaf<Origin> {
  readonly segments: Segments;
  readonly value: unknown;
  readonly origin: Origin;
}

type Node<Origin> =
  | { kind: "leaf"; leaf: Leaf<Origin> }
  | { kind: "branch"; children: Map<string | number, Node<Origin>> };

const plant = <Origin>(root: Map<string | number, Node<Origin>>, leaf: Leaf<Origin>): void => {
  let children = root;
  for (const segment of parentOf(leaf.segments)) {
    let next = children.get(segment);
    if (next?.kind !== "branch") {
      next = { kind: "branch", children: new Map() };
      children.set(segment, next);
    }
    children = next.children;
  }
  const last = leaf.segments.at(-1);
  if (last !== undefined) children.set(last, { kind: "leaf", leaf });
};

/**
 * Builds a body from values and their places. Lists are closed up: where only `phones[1]` has a value, it is
 * the first of the list. `origins` tells for each JSON pointer of the body where its value came from.
 */
export const assemble = <Origin>(
  leaves: readonly Leaf<Origin>[],
): { body: Record<string, unknown>; origins: ReadonlyMap<string, Origin> } => {
  const root = new Map<string | number, Node<Origin>>();
  for (const leaf of leaves) plant(root, leaf);
  const origins = new Map<string, Origin>();

  const build = (node: Node<Origin>, pointer: string): unknown => {
    if (node.kind === "leaf") {
      origins.set(pointer, node.leaf.origin);
      return node.leaf.value;
    }
    const keys = [...node.children.keys()];
    return keys.every((key) => typeof key === "number")
      ? list(node.children, pointer)
      : object(node.children, pointer);
  };
  const list = (children: Map<string | number, Node<Origin>>, pointer: string): unknown[] =>
    [...children.entries()]
      .sort(([one], [other]) => Number(one) - Number(other))
      .map(([, child], place) => build(child, `${pointer}/${place}`));
  const object = (children: Map<string | number, Node<Origin>>, pointer: string): Record<string, unknown> => {
    const result: Record<string, unknown> = {};
    for (const [key, child] of children) result[key] = build(child, `${pointer}/${key}`);
    return result;
  };

  return { body: object(root, ""), origins };
};

/** Where the value at a pointer came from: it itself, what it lies in, or the origins of all that lies in it. */
export const originsAt = <Origin>(origins: ReadonlyMap<string, Origin>, pointer: string): Origin[] => {
  for (let at = pointer; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
    const origin = origins.get(at);
    if (origin !== undefined) return [origin];
  }
  return [...origins].filter(([each]) => each.startsWith(`${pointer}/`)).map(([, origin]) => origin);
};
