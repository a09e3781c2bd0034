import { importContinued } from "../../../events/imports.ts";
import { wait } from "../../kit/again.ts";
import { listen } from "../../kit/listen.ts";
import { systemGround } from "../../kit/machine.ts";
import { systemUploads } from "../uploads.ts";
import type { Makers } from "./makers/maker.ts";
import { runImport } from "./run.ts";

/** The Lambda handler of a worker, which takes up the imports of the kinds that it can make. */
export const worker = (makers: Makers) =>
  listen(async ({ event }, listening) => {
    // Both events have the same data.
    const call = importContinued.data.parse(event.data);
    const { log, remainingMs } = listening;
    const outside = {
      ground: systemGround,
      uploads: systemUploads,
      actor: listening,
      log,
      remainingMs,
      wait,
    };
    if (makers[call.kind]) await runImport(call, { ...outside, makers });
  }, "imports");
