import type { PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import type { DynamoDBRecord } from "aws-lambda";
import { describe, expect, test } from "vitest";
import { Envelope } from "../../events/event.ts";
import { callsOf, publicationsOf } from "../../functions/publisher/publish.ts";
import { publisher } from "../../functions/publisher/publisher.ts";

const stored = (eventId: string, data: unknown = { id: eventId }) => ({
  type: "thing.made",
  eventId,
  version: 1,
  tenant: "ten_1",
  occurredAt: "2026-11-23T18:00:00.000Z",
  actor: "mem_1",
  correlationId: "c",
  data,
});

const image = (...events: object[]) => ({ happened: { S: JSON.stringify(events) } });

const record = (sequenceNumber: string, NewImage: object, OldImage?: object): DynamoDBRecord => ({
  eventName: OldImage ? "MODIFY" : "INSERT",
  dynamodb: {
    SequenceNumber: sequenceNumber,
    ...JSON.parse(JSON.stringify({ NewImage, ...(OldImage ? { OldImage } : {}) })),
  },
});

/** A bus that remembers what it took and refuses what it is told to. */
const fakeBus = (refused: readonly string[] = []) => {
  const took: string[] = [];
  const calls: number[] = [];
  const put = async (entries: readonly PutEventsRequestEntry[]) => {
    calls.push(entries.length);
    const results = entries.map(({ Detail = "" }) => {
      const { eventId } = Envelope.parse(JSON.parse(Detail));
      if (refused.includes(eventId)) return { ErrorCode: "ThrottlingException" };
      took.push(eventId);
      return { EventId: eventId };
    });
    await undefined;
    return { Entries: results };
  };
  return { put, took, calls };
};

describe("the publisher", () => {
  test("publishes each event of a change in its envelope, in order", async () => {
    const [first, second] = publicationsOf(record("1", image(stored("evt_1"), stored("evt_2"))), "bus");
    expect(first?.entry).toMatchObject({
      EventBusName: "bus",
      Source: "clientela",
      DetailType: "thing.made",
    });
    const { type: _, ...envelope } = stored("evt_2");
    expect(Envelope.parse(JSON.parse(second?.entry.Detail ?? ""))).toEqual(envelope);
  });

  test("does not publish again what the item carried before the change", () => {
    const change = record("2", image(stored("evt_1"), stored("evt_2")), image(stored("evt_1")));
    expect(publicationsOf(change, "bus").map(({ entry }) => JSON.parse(entry.Detail ?? "").eventId)).toEqual([
      "evt_2",
    ]);
    expect(publicationsOf(record("3", image(stored("evt_1")), image(stored("evt_1"))), "bus")).toEqual([]);
  });

  test("leaves records without events aside", () => {
    expect(publicationsOf(record("1", {}), "bus")).toEqual([]);
    expect(publicationsOf({ eventName: "REMOVE", dynamodb: { SequenceNumber: "1" } }, "bus")).toEqual([]);
  });

  test("sends no more at once than the bus takes, by number and by bytes", () => {
    const many = Array.from({ length: 25 }, (_, n) => record(String(n), image(stored(`evt_${n}`))));
    const calls = callsOf(many.flatMap((one) => publicationsOf(one, "bus")));
    expect(calls.map((call) => call.length)).toEqual([10, 10, 5]);
    const large = Array.from({ length: 4 }, (_, n) =>
      record(String(n), image(stored(`evt_${n}`, "x".repeat(400_000)))),
    );
    expect(callsOf(large.flatMap((one) => publicationsOf(one, "bus"))).map((call) => call.length)).toEqual([
      2, 2,
    ]);
  });

  test("asks for the stream again from the first event that the bus does not take", async () => {
    const records = Array.from({ length: 15 }, (_, n) => record(`seq-${n}`, image(stored(`evt_${n}`))));
    const bus = fakeBus(["evt_7"]);
    const answer = await publisher(bus.put, () => "bus")({ Records: records });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "seq-7" }] });
    // What follows in later calls is not sent before it: order is kept.
    expect(bus.calls).toEqual([10]);
    expect(bus.took).not.toContain("evt_10");

    const again = fakeBus();
    const rest = await publisher(again.put, () => "bus")({ Records: records.slice(7) });
    expect(rest).toEqual({ batchItemFailures: [] });
    expect(new Set([...bus.took, ...again.took]).size).toBe(15);
  });

  test("a bus that does not answer fails the batch, so that all of it comes again", async () => {
    const down = publisher(
      () => Promise.reject(new Error("connect ECONNREFUSED")),
      () => "bus",
    );
    await expect(down({ Records: [record("1", image(stored("evt_1")))] })).rejects.toThrow("ECONNREFUSED");
  });
});
