import fc from "fast-check";
import { expect, test } from "vitest";
import { fromItem, toItem } from "../../functions/kit/table/item.ts";
import { jsonOf, textOf } from "../../functions/kit/table/text.ts";
import { changeId, thing, thingEntity } from "./things.ts";

/** Texts in which marks, escapes and letters of several bytes are frequent. */
const marked = fc
  .array(fc.oneof(fc.constantFrom("'", '"', "\\", "\\'", "\n", "Țepeș", "𝄞", "{", ":"), fc.string()))
  .map((parts) => parts.join(""));

test("any JSON comes back from an attribute's text as it was", () => {
  fc.assert(
    fc.property(fc.anything({ key: marked, values: [marked, fc.integer(), fc.boolean()] }), (value) => {
      const json = JSON.stringify(value);
      fc.pre(json !== undefined);
      expect(jsonOf(textOf(value))).toBe(json);
    }),
    { seed: 20_261_123, numRuns: 2_000 },
  );
});

test("a text that holds no apostrophe has nothing in it that the wire would escape twice", () => {
  expect(textOf({ id: "cli_1", name: "Țepeș" })).toBe("{'id':'cli_1','name':'Țepeș'}");
  expect(textOf({ name: "O'Brien" })).toBe('{"name":"O\'Brien"}');
});

test("a record that was stored as plain JSON is read all the same", () => {
  const record = thing("one");
  const item = toItem("ten_1", thingEntity, record, { changeId: changeId() });
  expect(fromItem(item)).toEqual(record);
  expect(fromItem({ ...item, record: { S: JSON.stringify(record) } })).toEqual(record);
});
