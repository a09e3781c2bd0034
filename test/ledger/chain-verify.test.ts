import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ChainPlace, chainEndFault, followChain } from "../../domain/ledger/verify.ts";

const seed = 20_261_123;
interface Link {
  id: string;
  seq: number;
  content: string;
  previousHash: string;
  hash: string;
}

const hashOf = ({ id, seq, content, previousHash }: Omit<Link, "hash">) =>
  createHash("sha256")
    .update(JSON.stringify([id, seq, content, previousHash]))
    .digest("hex");

const genesis: ChainPlace = { seq: 0, hash: "" };
const chainOf = (contents: readonly string[]): Link[] => {
  const links: Link[] = [];
  for (const [at, content] of contents.entries()) {
    const link = { id: `t${at + 1}`, seq: at + 1, content, previousHash: links.at(-1)?.hash ?? "" };
    links.push({ ...link, hash: hashOf(link) });
  }
  return links;
};
const headOf = (links: readonly Link[]) => ({ seq: links.length, hash: links.at(-1)?.hash ?? "" });

/** Followed in parts of any size, and held against the head at the end. */
const verify = (links: readonly Link[], head: { seq: number; hash: string }, part: number) => {
  let place = genesis;
  for (let at = 0; at < links.length; at += part) {
    const finding = followChain(place, links.slice(at, at + part), hashOf);
    if (finding.fault) return finding.fault;
    place = finding.place;
  }
  return chainEndFault(place, head);
};

const contents = fc.array(fc.string({ maxLength: 5 }), { minLength: 1, maxLength: 30 });
const part = fc.integer({ min: 1, max: 31 });

describe("a chain", () => {
  test("that nobody touched is in order, in whatever parts it is followed", () => {
    fc.assert(
      fc.property(contents, part, (some, size) => {
        const links = chainOf(some);
        expect(verify(links, headOf(links), size)).toBeUndefined();
      }),
      { seed, numRuns: 200 },
    );
  });

  const tampered = (
    name: string,
    tamper: (links: Link[], at: number) => Link[],
    fault: (links: readonly Link[], at: number) => unknown,
  ) =>
    test(name, () => {
      fc.assert(
        fc.property(contents, fc.nat(29), part, (some, where, size) => {
          const links = chainOf(some);
          const at = where % links.length;
          expect(verify(tamper(structuredClone(links), at), headOf(links), size)).toEqual(fault(links, at));
        }),
        { seed, numRuns: 300 },
      );
    });

  tampered(
    "with a changed content names the transaction that was changed",
    (links, at) => links.map((link, n) => (n === at ? { ...link, content: `${link.content}!` } : link)),
    (links, at) => ({ kind: "content", seq: at + 1, transactionId: links[at]?.id }),
  );
  tampered(
    "with a content that was changed and given a fitting hash names that transaction, the last one too",
    (links, at) =>
      links.map((link, n) => {
        if (n !== at) return link;
        const other = { ...link, content: `${link.content}!` };
        return { ...other, hash: hashOf(other) };
      }),
    (links, at) => ({ kind: "replaced", seq: at + 1, transactionId: links[at]?.id }),
  );
  tampered(
    "with a hash that was changed names the transaction",
    (links, at) => links.map((link, n) => (n === at ? { ...link, hash: `${link.hash}0` } : link)),
    (links, at) => ({ kind: "content", seq: at + 1, transactionId: links[at]?.id }),
  );
  tampered(
    "from which a transaction was taken out names its number, at the end too",
    (links, at) => links.toSpliced(at, 1),
    (_, at) => ({ kind: "missing", seq: at + 1 }),
  );

  test("with a transaction behind its head names it", () => {
    const links = chainOf(["a", "b", "c"]);
    expect(verify(links, headOf(links.slice(0, 2)), 10)).toEqual({
      kind: "surplus",
      seq: 3,
      transactionId: "t3",
    });
  });

  test("names the first of several that were changed", () => {
    const links = chainOf(["a", "b", "c", "d"]);
    const bad = links.map((link, n) => (n === 1 || n === 3 ? { ...link, content: "x" } : link));
    expect(verify(bad, headOf(links), 10)).toMatchObject({ kind: "content", seq: 2, transactionId: "t2" });
  });
});
