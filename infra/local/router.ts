/** A route of an HTTP API: `GET /v1/clients/{clientId}`, `ANY /x/{proxy+}` or `$default`. */
interface Pattern<Target> {
  readonly segments: readonly string[];
  readonly greedy: string | undefined;
  readonly target: Target;
}

export interface Match<Target> {
  readonly target: Target;
  readonly parameters: Record<string, string>;
}

const parameterName = (segment: string): string | undefined => /^\{([^+}]+)\}$/.exec(segment)?.[1];
const greedyName = (segment: string): string | undefined => /^\{([^}]+)\+\}$/.exec(segment)?.[1];

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** 0: a literal segment, 1: a parameter, 2: greedy. Compared from the left, the lower rank is more specific. */
const rank = (segment: string): number => (greedyName(segment) ? 2 : parameterName(segment) ? 1 : 0);

/** Finds the route of a request as API Gateway does: full matches before greedy ones, literals before parameters. */
export class Router<Target> {
  readonly #byMethod = new Map<string, Pattern<Target>[]>();
  readonly #exact = new Map<string, Target>();
  #fallback: Target | undefined;

  add(routeKey: string, target: Target): void {
    if (routeKey === "$default") {
      this.#fallback = target;
      return;
    }
    const [method = "", path = ""] = routeKey.split(" ");
    const segments = path.split("/").slice(1);
    if (segments.every((segment) => rank(segment) === 0)) this.#exact.set(`${method} ${path}`, target);
    const last = segments.at(-1) ?? "";
    const greedy = greedyName(last);
    const pattern = { segments: greedy ? segments.slice(0, -1) : segments, greedy, target };
    const patterns = this.#byMethod.get(method) ?? [];
    patterns.push(pattern);
    patterns.sort(mostSpecificFirst);
    this.#byMethod.set(method, patterns);
  }

  /** @param path still percent-encoded; the parameters come out decoded */
  find(method: string, path: string): Match<Target> | undefined {
    const exact = this.#exact.get(`${method} ${path}`) ?? this.#exact.get(`ANY ${path}`);
    if (exact !== undefined) return { target: exact, parameters: {} };
    const segments = path.split("/").slice(1);
    const found = this.#search(method, segments) ?? this.#search("ANY", segments);
    if (found) return found;
    return this.#fallback === undefined ? undefined : { target: this.#fallback, parameters: {} };
  }

  #search(method: string, segments: readonly string[]): Match<Target> | undefined {
    for (const pattern of this.#byMethod.get(method) ?? []) {
      const parameters = match(pattern, segments);
      if (parameters) return { target: pattern.target, parameters };
    }
    return undefined;
  }
}

const mostSpecificFirst = (left: Pattern<unknown>, right: Pattern<unknown>): number => {
  if (Boolean(left.greedy) !== Boolean(right.greedy)) return left.greedy ? 1 : -1;
  if (left.greedy && left.segments.length !== right.segments.length)
    return right.segments.length - left.segments.length;
  for (const [index, segment] of left.segments.entries()) {
    const difference = rank(segment) - rank(right.segments[index] ?? "");
    if (difference !== 0) return difference;
  }
  return 0;
};

const match = (
  { segments, greedy }: Pattern<unknown>,
  given: readonly string[],
): Record<string, string> | undefined => {
  if (greedy ? given.length <= segments.length : given.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const value = given[index] ?? "";
    const name = parameterName(segment);
    if (name === undefined) {
      if (segment !== value) return undefined;
    } else {
      if (value === "") return undefined;
      parameters[name] = decode(value);
    }
  }
  if (greedy) parameters[greedy] = given.slice(segments.length).map(decode).join("/");
  return parameters;
};
