import { readdir } from "node:fs/promises";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, test } from "vitest";
import { allEvents } from "../../events/catalogue.ts";
import { presentContracts } from "./contracts.ts";
import { objectAt } from "./json.ts";

const eventsFolder = path.resolve(import.meta.dirname, "../../events");

test("every event that a module of events/ declares is in the catalogue, under a type of its own", async () => {
  const files = (await readdir(eventsFolder)).filter((file) => file.endsWith(".ts"));
  const declared: string[] = [];
  for (const file of files.filter((file) => file !== "catalogue.ts"))
    for (const value of Object.values<unknown>(await import(path.join(eventsFolder, file))))
      if (typeof value === "object" && value && "sample" in value && "type" in value)
        declared.push(String(value.type));
  expect(allEvents.map(({ type }) => type)).toEqual(declared.sort());
  expect(new Set(declared).size).toBe(declared.length);
});

describe("the sample of an event is what the event says it is", async () => {
  const contract = (await presentContracts()).events;
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  test.each(allEvents)("$type", ({ type, data, sample }) => {
    expect(data.parse(sample)).toEqual(sample);
    const schema = { ...objectAt(contract, "events", type, "data"), components: contract.components };
    const validate = ajv.compile(schema);
    expect(validate(sample), JSON.stringify(validate.errors)).toBe(true);
  });
});
