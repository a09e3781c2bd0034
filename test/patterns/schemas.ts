import * as z from "zod";

const isSchema = (value: unknown): value is z.core.$ZodTypes => value instanceof z.core.$ZodType;

/** Every schema that is reached from some values, each once. */
export const schemasIn = (roots: Iterable<unknown>): z.core.$ZodTypes[] => {
  const reached = new Set<unknown>();
  const schemas: z.core.$ZodTypes[] = [];
  const waiting: unknown[] = [...roots];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value !== "object" || value === null || reached.has(value)) continue;
    reached.add(value);
    if (isSchema(value)) {
      schemas.push(value);
      const { checks: _, ...def } = value._zod.def;
      waiting.push(def, "getter" in def && typeof def.getter === "function" ? def.getter() : undefined);
    } else waiting.push(...Object.values(value));
  }
  return schemas;
};

interface TextCheck {
  readonly kind: string;
  readonly pattern?: unknown;
  readonly ends: boolean;
}

const textCheck = (def: object): TextCheck[] =>
  "check" in def && typeof def.check === "string"
    ? [
        {
          kind: def.check,
          pattern: "pattern" in def ? def.pattern : undefined,
          ends: "abort" in def && def.abort === true,
        },
      ]
    : [];

/** What holds of a text, in the order in which it is looked at: a format that the schema itself is comes first. */
const checksOf = ({ _zod: { def } }: z.core.$ZodTypes): TextCheck[] =>
  [def, ...(def.checks ?? []).map((check) => check._zod.def)].flatMap(textCheck);

/** The patterns that a text has to match. */
export const patternsOf = (schema: z.core.$ZodTypes): RegExp[] =>
  checksOf(schema).flatMap(({ pattern }) => (pattern instanceof RegExp ? [pattern] : []));

/** Whether a pattern may run over a text whose length nothing has bounded yet. */
export const runsUnbounded = (schema: z.core.$ZodTypes): boolean => {
  const checks = checksOf(schema);
  const bound = checks.findIndex(({ kind, ends }) => kind === "max_length" && ends);
  const format = checks.findIndex(({ kind }) => kind === "string_format");
  return format >= 0 && (bound < 0 || format < bound);
};
