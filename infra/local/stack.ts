import { rmSync } from "node:fs";
import path from "node:path";
import { lambdas } from "../../functions/lambdas.ts";
import { buildApp } from "../app.ts";
import { bundleFunctions, repositoryRoot } from "../bundle.ts";
import { watchDeclarations } from "./declarations.ts";
import { makeDemo } from "./demo.ts";
import { makeTenant } from "./local-routes.ts";
import { type Machine, runMachine } from "./machine.ts";
import { markMade, openDataFolder } from "./state.ts";

export const demoAdmin = "admin@demo.example";

export interface StackOptions {
  /** 0: any free one. */
  readonly port: number;
  readonly dataFolder: string;
  /** Make only a tenant with its admin at the first start, not the demo data. */
  readonly empty?: boolean;
  /** Build and reload bundles when a source changes. */
  readonly watch?: boolean;
  /** Told what happens meanwhile; nothing by default. */
  readonly say?: (line: string) => void;
  /** Told how far the demo data have come. */
  readonly progress?: (text: string) => void;
}

export interface Stack extends Machine {
  readonly dataFolder: string;
}

/** Synthesizes the CDK app into a folder, without cdk-nag, which is for `npm run synth`. */
const synthesize = (parent: string): { assembly: string; remove: () => void } => {
  const folder = path.join(parent, "assembly");
  rmSync(folder, { recursive: true, force: true });
  buildApp({ lambdas, outdir: folder, nag: false, copyBundles: false }).synth();
  return { assembly: folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
};

/** Whether the admin is there already, from a first start that was cut short. */
const hasAdmin = (machine: Machine): Promise<boolean> =>
  machine.tokenFor(demoAdmin).then(
    () => true,
    () => false,
  );

/** What a first start makes; one that was cut short is completed, whatever it had been told to make. */
const provision = async (
  machine: Machine,
  empty: boolean,
  progress: (text: string) => void,
): Promise<void> => {
  if (!machine.functions.has("provision")) return;
  if (!(await hasAdmin(machine)))
    await makeTenant(machine.functions, {
      name: empty ? "Empty" : "Demo",
      adminEmail: demoAdmin,
      adminName: "Admin",
      preset: "full",
    });
  await machine.settle();
  if (empty) return;
  await makeDemo({ baseUrl: machine.url, adminEmail: demoAdmin, tokenFor: machine.tokenFor, progress });
  // So that the very first search finds what was made.
  await machine.settle();
};

/** Builds, synthesizes and runs the product on this machine. At the first start of a data folder it makes a tenant. */
export const startStack = async ({
  port,
  dataFolder,
  empty = false,
  watch = false,
  say = () => {},
  progress = () => {},
}: StackOptions): Promise<Stack> => {
  const folder = path.resolve(dataFolder);
  const data = openDataFolder(folder);
  let machine: Machine | undefined;
  const reload = (changed: readonly string[]): void => {
    for (const name of changed) machine?.functions.get(name)?.reload();
    say(`reloaded ${changed.join(", ")}`);
  };
  try {
    const bundles = await bundleFunctions(
      lambdas,
      watch ? { watch: reload, onFailure: (e) => say(e.message) } : {},
    );
    const { assembly, remove } = synthesize(folder);
    try {
      machine = await runMachine({ assembly, data, port });
    } finally {
      remove();
    }
    const running = machine;
    if (data.isNew) {
      await provision(running, empty, progress);
      markMade(folder);
    }
    const unwatch = watch
      ? watchDeclarations(repositoryRoot, (file) => say(`${file} changed: restart to run what it declares`))
      : () => {};
    const stop = async (): Promise<void> => {
      unwatch();
      await bundles.stop();
      await running.stop();
      data.release();
    };
    return { ...running, dataFolder: folder, stop };
  } catch (error) {
    await machine?.stop();
    data.release();
    throw error;
  }
};
