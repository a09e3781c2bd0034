import type { PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import type { DynamoDBRecord } from "aws-lambda";
import { eventSource } from "../../events/event.ts";
import type { StoredEvent } from "../kit/outbox.ts";
import type { Item } from "../kit/table/item.ts";
import { jsonOf } from "../kit/table/text.ts";

/** One event of a stream record, with the place in the stream that it has to be given up at if it fails. */
export interface Publication {
  readonly sequenceNumber: string;
  readonly entry: PutEventsRequestEntry;
}

const eventsOf = (image: unknown): StoredEvent[] => {
  const happened = (image as Item | undefined)?.happened?.S;
  return happened === undefined ? [] : (JSON.parse(jsonOf(happened)) as StoredEvent[]);
};

/** The events that a stream record brought: those of the new image that the old one did not carry. */
export const publicationsOf = (record: DynamoDBRecord, busName: string): Publication[] => {
  const before = new Set(eventsOf(record.dynamodb?.OldImage).map(({ eventId }) => eventId));
  return eventsOf(record.dynamodb?.NewImage)
    .filter(({ eventId }) => !before.has(eventId))
    .map(({ type, ...envelope }) => ({
      sequenceNumber: record.dynamodb?.SequenceNumber ?? "",
      entry: {
        EventBusName: busName,
        Source: eventSource,
        DetailType: type,
        Time: new Date(envelope.occurredAt),
        Detail: JSON.stringify(envelope),
      },
    }));
};

/** EventBridge's own limits of one call. */
const mostEntries = 10;
const mostBytes = 900_000;

/** Cuts publications into calls that EventBridge takes, in order. */
export const callsOf = (publications: readonly Publication[]): Publication[][] => {
  const calls: Publication[][] = [];
  let bytes = 0;
  for (const publication of publications) {
    const size = Buffer.byteLength(publication.entry.Detail ?? "") + 100;
    const last = calls.at(-1);
    if (last && last.length < mostEntries && bytes + size <= mostBytes) {
      last.push(publication);
      bytes += size;
    } else {
      calls.push([publication]);
      bytes = size;
    }
  }
  return calls;
};
