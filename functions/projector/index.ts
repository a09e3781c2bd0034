import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import { type Ground, systemGround } from "../kit/machine.ts";
import { runParallel } from "../kit/parallel.ts";
import { newMeter } from "../kit/table/database.ts";
import { keepLookups } from "./lookups.ts";
import { keepSums } from "./sums.ts";

/**
 * Keeps what is derived from records: the lookups by which they are found and the sums that the summary
 * reads. Both may be given the same stream record twice. A failure makes the whole batch come again.
 */
export const project =
  (ground: Ground) =>
  async (stream: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const database = ground.database(newMeter());
    await runParallel([
      () => keepLookups(database, stream.Records),
      () => keepSums(database, stream.Records),
    ]);
    return { batchItemFailures: [] };
  };

export const handler = project(systemGround);
