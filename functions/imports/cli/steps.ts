import { createHash } from "node:crypto";
import type { Import, NewImport } from "../../../domain/imports/job.ts";
import { type Profile, settingsFor } from "../../../domain/imports/profile.ts";
import { type Client, itemsOf, ProblemError } from "../../client.ts";
import type { allRoutes } from "../../routes.ts";

export type Api = Client<typeof allRoutes>;

/** What the steps need of the machine; tests replace it. */
export interface Outside {
  fetch(url: string, init: RequestInit): Promise<Response>;
  wait(ms: number): Promise<void>;
  clock(): number;
}

/** Adds to the settings what the profile needs and is not there; answers what was added. */
export const setUp = async (api: Api, setup: Profile["setup"]): Promise<string[]> => {
  const added: string[] = [];
  const { dealTypes, lossReasons, fields } = settingsFor(await api.readSettings(), setup);
  if (dealTypes) {
    await api.setDealTypes({ body: { dealTypes } });
    added.push("deal types");
  }
  if (lossReasons) {
    await api.setLossReasons({ body: { lossReasons } });
    added.push("loss reasons");
  }
  if (fields) {
    await api.setFields({ body: fields });
    added.push("additional fields");
  }
  return added;
};

/** What an import is called: the same file by the same profile is recognised, a changed one is not. */
export const nameOf = (profile: Profile, title: string, bytes: Uint8Array): string => {
  const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  return `${profile.name.slice(0, 80)}: ${title.slice(0, 80)} (${digest})`;
};

const recentImports = 200;

/** An import of this name that was begun before and has not come to its end. */
const unfinished = async (api: Api, name: string, dryRun: boolean): Promise<Import | undefined> => {
  const { items } = await api.listImports({ query: { limit: recentImports } });
  return items.find(
    (job) =>
      job.name === name && job.dryRun === dryRun && (job.status === "waiting" || job.status === "running"),
  );
};

/** Takes up the import of this file where one is under way, else uploads it and orders one. */
export const begin = async (
  api: Api,
  outside: Outside,
  name: string,
  bytes: Uint8Array,
  mapping: NewImport["mapping"],
  dryRun: boolean,
): Promise<{ job: Import; takenUp: boolean }> => {
  const before = await unfinished(api, name, dryRun);
  if (before) return { job: before, takenUp: true };
  const { uploadId, url, headers } = await api.createUpload({ body: { bytes: bytes.length } });
  // fetch says the length of the body itself.
  const { "content-length": _, ...others } = headers;
  const answer = await outside.fetch(url, { method: "PUT", headers: others, body: Buffer.from(bytes) });
  if (!answer.ok)
    throw new Error(`the upload was refused: ${answer.status} ${(await answer.text()).slice(0, 500)}`);
  return { job: await api.createImport({ body: { uploadId, name, mapping, dryRun } }), takenUp: false };
};

const lookMs = 400;
/** An import that stands so long has lost its worker. */
const patienceMs = 60_000;
/** How often an import is taken up again at the most. */
const mostResumptions = 20;

const over = ({ status }: Import): boolean => status !== "waiting" && status !== "running";

/** Watches an import to its end; one that stands still is resumed. */
export const follow = async (
  api: Api,
  outside: Outside,
  begun: Import,
  show: (job: Import) => void,
): Promise<Import> => {
  let job = begun;
  let movedAt = outside.clock();
  let resumptions = 0;
  while (!over(job)) {
    await outside.wait(lookMs);
    const next = await look(api, job.id);
    if (!next) {
      if (outside.clock() - movedAt > patienceMs * 2) throw new Error("the API does not answer any more");
      continue;
    }
    if (next.version !== job.version) movedAt = outside.clock();
    else if (outside.clock() - movedAt > patienceMs && resumptions++ < mostResumptions) {
      await resume(api, job.id);
      movedAt = outside.clock();
    }
    job = next;
    show(job);
  }
  return job;
};

/** The import, or undefined where nothing answers just now: a stack that is started again is waited for. */
const look = async (api: Api, importId: string): Promise<Import | undefined> => {
  try {
    return await api.readImport({ params: { importId } });
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    return undefined;
  }
};

const resume = async (api: Api, importId: string): Promise<void> => {
  try {
    await api.resumeImport({ params: { importId } });
  } catch (error) {
    // A worker came back to it meanwhile.
    if (!(error instanceof ProblemError) || error.code !== "import.not-resumable") throw error;
  }
};

/** The first faults of an import, a line each. */
export const faultLines = async (api: Api, importId: string, most: number): Promise<string[]> => {
  const lines: string[] = [];
  const rows = itemsOf((cursor) =>
    api.listImportFaults({
      params: { importId },
      query: { limit: Math.min(most, 200), ...(cursor ? { cursor } : {}) },
    }),
  );
  for await (const { faults } of rows)
    for (const { line, column, value, reason } of faults) {
      if (lines.length === most) return lines;
      lines.push(
        `line ${line}${column === undefined ? "" : `, ${column}`}: ${JSON.stringify(value)} ${reason}`,
      );
    }
  return lines;
};
