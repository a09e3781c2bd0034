import * as z from "zod";
import { Id } from "../domain/kernel/id.ts";
import { TimeEntry } from "../domain/people/entry.ts";
import { event } from "./event.ts";

const position = { positionId: Id("position"), version: z.int(), name: z.string(), active: z.boolean() };
const positionSample = {
  positionId: "pos_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  version: 1,
  name: "Service engineer",
  active: true,
};

export const positionCreated = event({
  type: "people.position-created",
  version: 1,
  summary: "There is a new position; its rates are not said in events",
  data: z.object(position),
  sample: positionSample,
});

export const positionChanged = event({
  type: "people.position-changed",
  version: 1,
  summary: "The name, the rates or the state of a position were changed",
  data: z.object(position),
  sample: { ...positionSample, version: 2 },
});

export const memberPostsChanged = event({
  type: "people.member-posts-changed",
  version: 1,
  summary: "What a member is, by day, was changed",
  data: z.object({ memberId: Id("member"), version: z.int() }),
  sample: { memberId: "mem_01JD8Z5T2V9Q4R6W8Y0A1B3C5D", version: 1 },
});

/** Time as it is announced: without what it costs. */
const AnnouncedTime = TimeEntry.omit({ hourlyRateMinor: true, costMinor: true, memo: true }).meta({
  id: "AnnouncedTimeEntry",
});
export const announcedTime = ({
  hourlyRateMinor: _rate,
  costMinor: _cost,
  memo: _memo,
  ...entry
}: TimeEntry): z.infer<typeof AnnouncedTime> => entry;

const timeSample = {
  id: "tme_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  version: 1,
  memberId: "mem_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  clientId: "cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  on: "2026-11-23",
  minutes: 90,
  positionId: "pos_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  currency: "EUR",
  postedBy: "mem_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  postedAt: "2026-11-23T18:00:00.000Z",
};

export const timePosted = event({
  type: "time.posted",
  version: 1,
  summary: "A member's time was posted to a client",
  data: AnnouncedTime,
  sample: timeSample,
});

export const timeReversed = event({
  type: "time.reversed",
  version: 1,
  summary: "Time that was posted to a client was taken back",
  data: AnnouncedTime,
  sample: {
    ...timeSample,
    version: 2,
    reversal: { by: timeSample.postedBy, at: "2026-11-23T19:00:00.000Z", on: "2026-11-23" },
  },
});
