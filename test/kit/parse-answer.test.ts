import { expect, test } from "vitest";
import * as z from "zod";
import { Line, Text } from "../../domain/kernel/text.ts";
import { parseAnswer } from "../../functions/kit/parse-answer.ts";

const Answer = z.object({
  name: Line.min(1).max(20),
  notes: z.array(z.object({ text: Text.optional(), size: z.int() })),
});

test("an old text is shown without the characters that are refused today", () => {
  const old = {
    name: "\u200b",
    notes: [
      { text: "one\u202etwo", size: 1 },
      { text: "three", size: 2 },
    ],
  };
  expect(parseAnswer(Answer, old).data).toEqual({
    name: "?",
    notes: [
      { text: "one two", size: 1 },
      { text: "three", size: 2 },
    ],
  });
});

test("an answer that is wrong in another way stays wrong", () => {
  expect(parseAnswer(Answer, { name: "a\u202eb", notes: [{ size: "1" }] }).success).toBe(false);
  expect(parseAnswer(Answer, { name: "x".repeat(21), notes: [] }).success).toBe(false);
});
