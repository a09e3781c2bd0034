import type { PutEventsRequestEntry, PutEventsResultEntry } from "@aws-sdk/client-eventbridge";
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import { count, logger } from "../kit/observe.ts";
import { callsOf, publicationsOf } from "./publish.ts";

/** The one call on the bus. It may take some of the entries and refuse others. */
export type PutEvents = (
  entries: readonly PutEventsRequestEntry[],
) => Promise<{ readonly Entries?: PutEventsResultEntry[] | undefined }>;

/**
 * Puts what happened on the bus, in the order of the stream. The first event that the bus does not take
 * ends the batch there: the stream comes again from it, so that an event may come twice and is never lost.
 */
export const publisher =
  (putEvents: PutEvents, busName: () => string) =>
  async (stream: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const publications = stream.Records.flatMap((record) => publicationsOf(record, busName()));
    for (const call of callsOf(publications)) {
      const answer = await putEvents(call.map(({ entry }) => entry));
      const failed = (answer.Entries ?? []).findIndex((entry) => entry.ErrorCode);
      const from = call[failed];
      if (from) {
        logger.warn("the bus did not take an event", { code: answer.Entries?.[failed]?.ErrorCode });
        return { batchItemFailures: [{ itemIdentifier: from.sequenceNumber }] };
      }
    }
    if (publications.length > 0) count("EventsPublished", publications.length);
    return { batchItemFailures: [] };
  };
