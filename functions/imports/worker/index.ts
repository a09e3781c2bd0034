import { importContinued } from "../../../events/imports.ts";
import { listen } from "../../kit/listen.ts";
import { systemGround } from "../../kit/machine.ts";
import { systemUploads } from "../uploads.ts";
import { runImport } from "./run.ts";

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export const handler = listen(async ({ event }, listening) => {
  // Both events have the same data.
  const call = importContinued.data.parse(event.data);
  const { log, remainingMs } = listening;
  await runImport(call, {
    ground: systemGround,
    uploads: systemUploads,
    actor: listening,
    log,
    remainingMs,
    wait,
  });
}, "imports");
