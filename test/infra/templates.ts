import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import type { LambdaDeclaration } from "../../functions/kit/lambda.ts";
import { buildApp } from "../../infra/app.ts";
import type { Settings } from "../../infra/settings.ts";
import { anyBundle } from "./fixture.ts";

const Resource = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DeletionPolicy: z.string().optional(),
  UpdateReplacePolicy: z.string().optional(),
});
const Template = z.object({
  Resources: z.record(z.string(), Resource).default({}),
  Outputs: z.record(z.string(), z.object({ Value: z.unknown() })).default({}),
});

export type Resource = z.infer<typeof Resource> & { readonly id: string };

/** What was synthesized, as plain data that a check can read and a test can break. */
export interface Templates {
  readonly lambdas: readonly LambdaDeclaration[];
  readonly resources: Resource[];
  readonly outputs: Record<string, unknown>;
  readonly resourcesByStack: Readonly<Record<string, number>>;
  /** What each stack exports, whether anybody imports it or not. */
  readonly exportsByStack: Readonly<Record<string, readonly string[]>>;
  /** The stacks that each stack imports from. */
  readonly importsByStack: Readonly<Record<string, readonly string[]>>;
  readonly text: string;
}

/** Exported values by the name under which other stacks import them. */
const exportsIn = (text: string): Map<string, unknown> => {
  const Exporting = z.object({
    Outputs: z
      .record(z.string(), z.object({ Value: z.unknown(), Export: z.object({ Name: z.string() }).optional() }))
      .default({}),
  });
  return new Map(
    Object.values(Exporting.parse(JSON.parse(text)).Outputs).flatMap((output) =>
      output.Export ? [[output.Export.Name, output.Value] as const] : [],
    ),
  );
};

/** Puts what is imported in the place of the import, so that a check sees one graph of resources. */
const linked = (value: unknown, exported: ReadonlyMap<string, unknown>): unknown => {
  if (Array.isArray(value)) return value.map((part) => linked(part, exported));
  if (typeof value !== "object" || value === null) return value;
  if ("Fn::ImportValue" in value) {
    const name = String(value["Fn::ImportValue"]);
    if (!exported.has(name)) throw new Error(`nobody exports ${name}`);
    return exported.get(name);
  }
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, linked(part, exported)]));
};

export const synthesize = (
  lambdas: readonly LambdaDeclaration[],
  settings: Partial<Settings> = {},
): Templates => {
  const outdir = mkdtempSync(join(tmpdir(), "clientela-synth-"));
  buildApp({ lambdas, bundles: anyBundle(), outdir, settings, nag: false }).synth();
  const stacks = readdirSync(outdir)
    .filter((file) => file.endsWith(".template.json"))
    .map((file) => ({
      name: file.slice(0, -".template.json".length),
      text: readFileSync(join(outdir, file), "utf8"),
    }))
    .map((stack) => ({ ...stack, exported: exportsIn(stack.text) }));
  const exported = new Map(stacks.flatMap((stack) => [...stack.exported]));
  const templates = stacks.map(({ text }) => Template.parse(linked(JSON.parse(text), exported)));
  const byStack = <Value>(ofStack: (stack: (typeof stacks)[number]) => Value): Record<string, Value> =>
    Object.fromEntries(stacks.map((stack) => [stack.name, ofStack(stack)]));
  return {
    lambdas,
    resources: templates.flatMap((template) =>
      Object.entries(template.Resources).map(([id, resource]) => ({ id, ...resource })),
    ),
    outputs: Object.assign({}, ...templates.map((template) => template.Outputs)),
    resourcesByStack: byStack(({ text }) => Object.keys(Template.parse(JSON.parse(text)).Resources).length),
    exportsByStack: byStack((stack) => [...stack.exported.keys()].sort()),
    importsByStack: byStack(({ text }) =>
      stacks
        .filter((other) =>
          [...other.exported.keys()].some((name) => text.includes(`"Fn::ImportValue": "${name}"`)),
        )
        .map(({ name }) => name),
    ),
    text: stacks.map(({ text }) => text).join("\n"),
  };
};

/** A copy that may be broken without breaking the next test. */
export const copyOf = (templates: Templates): Templates => ({
  ...templates,
  resources: structuredClone(templates.resources),
  outputs: structuredClone(templates.outputs),
});

export const ofType = (templates: Templates, type: string): Resource[] =>
  templates.resources.filter((resource) => resource.Type === type);

/** The property at a path of keys and positions, undefined where there is none. */
export const at = (value: unknown, ...keys: (string | number)[]): unknown =>
  keys.reduce<unknown>(
    (inner, key) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );

export const property = (resource: Resource, ...keys: (string | number)[]): unknown =>
  at(resource.Properties, ...keys);

/** The members of a list, or the one that stands for a list of one, or none. */
export const listOf = (value: unknown): unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

/** The logical ids that a value refers to. */
export const referred = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(referred);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === "Ref") return [String(inner)];
    if (key === "Fn::GetAtt") return [String(listOf(inner)[0])];
    return referred(inner);
  });
};

export const refersTo = (value: unknown, resource: Resource): boolean =>
  referred(value).includes(resource.id);

/** The function of a declared Lambda. */
export const functionOf = (templates: Templates, name: string): Resource | undefined =>
  ofType(templates, "AWS::Lambda::Function").find(
    (made) => property(made, "Environment", "Variables", "POWERTOOLS_SERVICE_NAME") === name,
  );

export interface Statement {
  readonly role: Resource;
  readonly actions: readonly string[];
  readonly resources: readonly unknown[];
  readonly conditions: unknown;
}

/** What the functions may do, statement by statement. */
export const statementsOf = (templates: Templates, role?: Resource): Statement[] =>
  (role ? [role] : ofType(templates, "AWS::IAM::Role")).flatMap((owner) =>
    listOf(property(owner, "Policies")).flatMap((policy) =>
      listOf(at(policy, "PolicyDocument", "Statement")).map((statement) => ({
        role: owner,
        actions: listOf(at(statement, "Action")).map(String),
        resources: listOf(at(statement, "Resource")),
        conditions: at(statement, "Condition"),
      })),
    ),
  );

export const roleOf = (templates: Templates, made: Resource): Resource | undefined =>
  ofType(templates, "AWS::IAM::Role").find((role) => refersTo(property(made, "Role"), role));
