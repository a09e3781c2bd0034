import { join, resolve } from "node:path";
import { App, Tags } from "aws-cdk-lib";
import type { LambdaDeclaration } from "../functions/kit/lambda.ts";
import type { Bundles } from "./constructs/function.ts";
import { addNag, type Nag } from "./nag.ts";
import { type Settings, settingsFrom } from "./settings.ts";
import { CommonStack } from "./stacks/common.ts";
import { IdentityStack } from "./stacks/identity.ts";
import { StatefulStack } from "./stacks/stateful.ts";
import { SubjectStack } from "./stacks/subject.ts";
import { bySubject } from "./subjects.ts";

export interface AppOptions {
  readonly lambdas: readonly LambdaDeclaration[];
  /** The folder of a Lambda's bundle; default `.build/functions/<name>`. */
  readonly bundles?: Bundles;
  /** Where the cloud assembly is written; default: where the CDK CLI says, else a temporary folder. */
  readonly outdir?: string;
  /** Takes precedence over the context. */
  readonly settings?: Partial<Settings>;
  /** Whether the assembly holds copies of the bundles, as a deployment needs; default: it does, else it points at them. */
  readonly copyBundles?: boolean;
  /** Whether cdk-nag and the schemas of CloudFormation validate the synthesis; default: they do. */
  readonly nag?: boolean;
}

const root = resolve(import.meta.dirname, "..");
const builtBundles: Bundles = (name) => join(root, ".build", "functions", name);

/** The feature flags of the library that what we declare depends on. */
const featureFlags = {
  "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": true,
  "@aws-cdk/aws-s3:createDefaultLoggingPolicy": true,
  "@aws-cdk/core:enablePartitionLiterals": true,
  "@aws-cdk/core:checkSecretUsage": true,
  "@aws-cdk/aws-iam:minimizePolicies": true,
  "@aws-cdk/aws-apigateway:logGroupDestinationArnWithoutWildcard": true,
  // What the resource schemas of CloudFormation object to is an error, not a warning.
  "@aws-cdk/core:validateAgainstDefaultRules": true,
  // Which asset a function's code is, where the local stack can read it.
  "aws:cdk:enable-asset-metadata": true,
};

const withoutCopies = { "aws:cdk:disable-asset-staging": true };

export interface Built {
  readonly app: App;
  readonly settings: Settings;
  readonly nag?: Nag;
}

/** Declares all stacks, without synthesizing. Needs neither network nor account; the bundles have to be there. */
export const build = (options: AppOptions): Built => {
  const app = new App({
    analyticsReporting: false,
    builtinCloudFormationValidation: options.nag !== false,
    context: { ...featureFlags, ...(options.copyBundles === false ? withoutCopies : {}) },
    ...(options.outdir === undefined ? {} : { outdir: options.outdir }),
  });
  const settings = settingsFrom(app.node, options.settings);
  const { trigger, others } = partition(options.lambdas);
  const stackProps = (part: string, description: string) => ({
    stackName: `clientela-${settings.environment}-${part}`,
    description,
  });
  const bundles = options.bundles ?? builtBundles;

  const stateful = new StatefulStack(
    app,
    "Stateful",
    settings,
    stackProps("stateful", "Clientela: table, files and bus"),
  );
  const resources = { table: stateful.table, bus: stateful.bus, uploads: stateful.uploads.bucket };
  const context = { settings, bundles, resources, alarms: stateful.alarms.topic };
  const identity = new IdentityStack(
    app,
    "Identity",
    trigger,
    context,
    stackProps("identity", "Clientela: who may sign in"),
  );
  const withPool = { ...context, resources: { ...resources, userPool: identity.userPool } };
  const common = new CommonStack(
    app,
    "Common",
    options.lambdas,
    withPool,
    identity,
    stackProps("common", "Clientela: what the subjects have in common"),
  );
  for (const [subject, lambdas] of bySubject(others))
    new SubjectStack(app, subject, lambdas, withPool, common, stackProps(subject, `Clientela: ${subject}`));
  Tags.of(app).add("product", "clientela");
  Tags.of(app).add("environment", settings.environment);
  return { app, settings, ...(options.nag === false ? {} : { nag: addNag(app) }) };
};

/** The CDK app of the product. */
export const buildApp = (options: AppOptions): App => build(options).app;

/** The trigger of the user pool stands apart; there is one at most. Names are unique. */
const partition = (lambdas: readonly LambdaDeclaration[]) => {
  const names = new Set(lambdas.map((declaration) => declaration.name));
  if (names.size !== lambdas.length) throw new Error("two Lambdas bear the same name");
  const [trigger, ...more] = lambdas.filter((declaration) => declaration.trigger.kind === "pre-token");
  if (more.length > 0) throw new Error("the user pool has one pre-token trigger");
  return { trigger, others: lambdas.filter((declaration) => declaration !== trigger) };
};
