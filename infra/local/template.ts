import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";

/** A resource of a synthesized CloudFormation template, its intrinsic functions not yet resolved. */
export interface Resource {
  readonly id: string;
  readonly stack: string;
  readonly type: string;
  readonly properties: Record<string, unknown>;
  readonly condition: string | undefined;
}

export interface StackTemplate {
  readonly name: string;
  readonly resources: ReadonlyMap<string, Resource>;
  readonly outputs: Record<string, { Value: unknown; exportName: unknown }>;
  readonly parameters: Record<string, unknown>;
  readonly conditions: Record<string, unknown>;
  readonly mappings: Record<string, unknown>;
  /** Where the files of an asset lie, by the hash under which the template names it. */
  readonly assets: ReadonlyMap<string, string>;
}

const Named = z.record(z.string(), z.unknown());
const TemplateFile = z.object({
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: Named.default({}), Condition: z.string().optional() }),
  ),
  Outputs: z
    .record(z.string(), z.object({ Value: z.unknown(), Export: z.object({ Name: z.unknown() }).optional() }))
    .default({}),
  Parameters: z.record(z.string(), z.object({ Default: z.unknown().optional() })).default({}),
  Conditions: Named.default({}),
  Mappings: Named.default({}),
});
const AssetsFile = z.object({
  files: z.record(z.string(), z.object({ source: z.object({ path: z.string().optional() }) })),
});

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"));

const readAssets = (folder: string, file: string): Map<string, string> => {
  const { files } = AssetsFile.parse(readJson(path.join(folder, file)));
  const assets = new Map<string, string>();
  for (const [hash, { source }] of Object.entries(files))
    if (source.path) assets.set(hash, path.resolve(folder, source.path));
  return assets;
};

const readTemplate = (folder: string, file: string, assets: ReadonlyMap<string, string>): StackTemplate => {
  const name = file.slice(0, -".template.json".length);
  const template = TemplateFile.parse(readJson(path.join(folder, file)));
  const resources = new Map<string, Resource>();
  for (const [id, { Type, Properties, Condition }] of Object.entries(template.Resources))
    resources.set(id, { id, stack: name, type: Type, properties: Properties, condition: Condition });
  const outputs = Object.fromEntries(
    Object.entries(template.Outputs).map(([id, { Value, Export }]) => [
      id,
      { Value, exportName: Export?.Name },
    ]),
  );
  const parameters = Object.fromEntries(
    Object.entries(template.Parameters).map(([id, { Default }]) => [id, Default]),
  );
  return {
    name,
    resources,
    outputs,
    parameters,
    conditions: template.Conditions,
    mappings: template.Mappings,
    assets,
  };
};

/** Reads the stacks of a cloud assembly, that is of the folder which `cdk synth` writes. */
export const readAssembly = (folder: string): StackTemplate[] => {
  const files = readdirSync(folder).sort();
  const assets = new Map<string, string>();
  for (const file of files)
    if (file.endsWith(".assets.json"))
      for (const [hash, source] of readAssets(folder, file)) assets.set(hash, source);
  return files
    .filter((file) => file.endsWith(".template.json"))
    .map((file) => readTemplate(folder, file, assets));
};
