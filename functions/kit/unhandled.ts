import { count, logger } from "./observe.ts";

/**
 * What a Lambda does with a failure that nobody handles. It is at the beginning of every bundle (`infra/bundle.ts`).
 *
 * The runtime of AWS ends the environment, and with it the request that happens to run, which is often another one. Here
 * the failure is logged and counted, and the request answers for itself: a handler keeps nothing in memory that a lost
 * promise could leave half done, because everything is decided by the versions in the table. An exception that nobody
 * catches still ends the environment.
 */
process.removeAllListeners("unhandledRejection");
process.on("unhandledRejection", (reason) => {
  logger.error(
    "unhandled rejection",
    reason instanceof Error ? { error: reason } : { cause: String(reason) },
  );
  count("UnhandledRejections");
});
