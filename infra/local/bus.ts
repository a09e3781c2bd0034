import { randomUUID } from "node:crypto";
import * as z from "zod";
import type { Archive, SeenEvent } from "./archive.ts";
import { unknownAction } from "./aws-error.ts";
import type { Clock } from "./clock.ts";
import type { Deliveries } from "./deliveries.ts";
import type { Model } from "./model.ts";
import { nameOfArn } from "./naming.ts";
import { compilePattern, type Matcher } from "./pattern.ts";
import { Unsupported } from "./resolve.ts";

const maxEntries = 10;
const maxBytes = 256 * 1024;
const keptEvents = 100;

const Entry = z.object({
  Source: z.string().min(1),
  DetailType: z.string().min(1),
  Detail: z.string(),
  EventBusName: z.string().default("default"),
  Resources: z.array(z.string()).default([]),
  Time: z.number().optional(),
});
const PutEvents = z.object({ Entries: z.array(Entry).min(1).max(maxEntries) });

interface Rule {
  readonly name: string;
  readonly bus: string;
  readonly matches: Matcher;
  readonly functions: readonly string[];
}

const compile = (model: Model): Rule[] =>
  model.rules
    .filter((rule) => rule.enabled)
    .map((rule) => ({
      name: rule.name,
      bus: rule.bus,
      matches: compilePattern(rule.pattern, `rule ${rule.name}`),
      functions: rule.targets.map(({ arn }) => {
        const target = [...model.functions.values()].find((fn) => fn.arn === arn);
        if (!target) throw new Unsupported(`rule ${rule.name}`, `the target ${arn}`);
        return target.name;
      }),
    }));

/** EventBridge: rules match what is put on a bus, and their Lambdas are invoked asynchronously. */
export class Bus {
  readonly #rules: readonly Rule[];
  readonly #buses: ReadonlySet<string>;
  readonly #deliveries: Deliveries;
  readonly #clock: Clock;
  readonly #archive: Archive;
  readonly #region: string;
  readonly #accountId: string;
  /** The last events, newest first; after a restart those that an archive kept. */
  readonly recent: SeenEvent[];
  /** Since the start. */
  events = 0;

  constructor(
    model: Model,
    deliveries: Deliveries,
    archive: Archive,
    clock: Clock,
    { region, accountId }: { region: string; accountId: string },
  ) {
    this.#rules = compile(model);
    this.#buses = new Set(["default", ...model.buses]);
    this.#deliveries = deliveries;
    this.#archive = archive;
    this.recent = archive.last(keptEvents);
    this.#clock = clock;
    this.#region = region;
    this.#accountId = accountId;
  }

  handle(action: string, request: unknown): unknown {
    if (action !== "PutEvents") throw unknownAction("EventBridge", action);
    const { Entries } = PutEvents.parse(request);
    const results = Entries.map((entry) => this.#read(entry));
    // When this has returned, the deliveries are on disk: what was answered is not lost.
    this.#deliveries.accept(
      results.flatMap((result) =>
        "event" in result
          ? result.functions.map((name) => ({ function: name, source: "bus", payload: result.event }))
          : [],
      ),
      () => {
        for (const result of results)
          if ("event" in result) this.#archive.keep(result.bus, result.event, result.seen);
      },
    );
    for (const result of results) if ("event" in result) this.#show(result.seen);
    return {
      FailedEntryCount: results.filter((result) => "ErrorCode" in result).length,
      Entries: results.map((result) => ("event" in result ? { EventId: result.event.id } : result)),
    };
  }

  #read(entry: z.infer<typeof Entry>): ReadEntry {
    const bus = nameOfArn(entry.EventBusName);
    if (!this.#buses.has(bus))
      return { ErrorCode: "ResourceNotFoundException", ErrorMessage: `Event bus ${bus} does not exist.` };
    if (Buffer.byteLength(entry.Detail) > maxBytes)
      return { ErrorCode: "ValidationException", ErrorMessage: "The entry is larger than 256 KB" };
    const detail = parseDetail(entry.Detail);
    if (detail === undefined) return { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
    const event = {
      version: "0",
      id: randomUUID(),
      "detail-type": entry.DetailType,
      source: entry.Source,
      account: this.#accountId,
      time: new Date(entry.Time === undefined ? this.#clock.now() : entry.Time * 1000).toISOString(),
      region: this.#region,
      resources: entry.Resources,
      detail,
    };
    const functions = this.#rules
      .filter((rule) => rule.bus === bus && rule.matches(event))
      .flatMap((rule) => rule.functions);
    const seen = { time: event.time, type: entry.DetailType, detail, deliveredTo: functions };
    return { event, bus, seen, functions };
  }

  #show(seen: SeenEvent): void {
    this.events += 1;
    this.recent.unshift(seen);
    this.recent.length = Math.min(this.recent.length, keptEvents);
  }
}

type ReadEntry =
  | {
      readonly event: { readonly id: string };
      readonly bus: string;
      readonly seen: SeenEvent;
      readonly functions: readonly string[];
    }
  | { readonly ErrorCode: string; readonly ErrorMessage: string };

const parseDetail = (text: string): Record<string, unknown> | undefined => {
  try {
    const detail: unknown = JSON.parse(text);
    return z.record(z.string(), z.unknown()).parse(detail);
  } catch {
    return undefined;
  }
};
