import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Sha256 } from "../../functions/kit/sha256.ts";

const parts = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 4 });
const digested = async (sum: Sha256, all: readonly Uint8Array[]) => {
  for (const part of all) sum.update(part);
  return Buffer.from(await sum.digest()).toString("hex");
};

test("a digest is Node's, in however many parts the message comes", async () => {
  await fc.assert(
    fc.asyncProperty(parts, async (all) => {
      const expected = createHash("sha256").update(Buffer.concat(all)).digest("hex");
      expect(await digested(new Sha256(), all)).toBe(expected);
    }),
    { seed: 20_261_123 },
  );
});

test("a digest with a secret of any length is Node's HMAC", async () => {
  const secrets = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.string({ maxLength: 200 }),
    // Around the length of a block, where longer ones are hashed first.
    fc.integer({ min: 63, max: 65 }).map((length) => new Uint8Array(length).fill(7)),
  );
  await fc.assert(
    fc.asyncProperty(secrets, parts, async (secret, all) => {
      const expected = createHmac("sha256", secret).update(Buffer.concat(all)).digest("hex");
      expect(await digested(new Sha256(secret), all)).toBe(expected);
      const { buffer } = typeof secret === "string" ? Buffer.alloc(0) : Uint8Array.from(secret);
      if (typeof secret !== "string") expect(await digested(new Sha256(buffer), all)).toBe(expected);
    }),
    { seed: 20_261_123, numRuns: 300 },
  );
});

test("what was said before a reset is forgotten", async () => {
  const sum = new Sha256();
  sum.update(Buffer.from("before"));
  sum.reset();
  expect(await digested(sum, [Buffer.from("after")])).toBe(
    createHash("sha256").update("after").digest("hex"),
  );
});
