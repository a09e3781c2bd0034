import * as z from "zod";
import { fromItem } from "../../../functions/kit/table/item.ts";
import type { Flying } from "./history.ts";
import { hold, Violation } from "./kept.ts";
import type { MemoryTable } from "./memory.ts";
import { requestsOf } from "./operations.ts";
import { aboveOf, type Paper, sideOf } from "./paper.ts";

const Posted = z.object({ id: z.string(), hash: z.string(), seq: z.int() });
const Balances = z.object({
  items: z.array(
    z.object({
      balance: z.int(),
      natural: z.int(),
      available: z.int().optional(),
      reservedOut: z.int().optional(),
      reservedIn: z.int().optional(),
    }),
  ),
});
const Trial = z.object({
  items: z.array(z.object({ account: z.string(), debit: z.int(), credit: z.int() })),
  debit: z.int(),
  credit: z.int(),
  steady: z.boolean(),
});
const Bulk = z.object({
  results: z.array(z.object({ id: z.string(), outcome: z.string(), code: z.string().optional() })),
});

const some = (amount: number): number | undefined => (amount === 0 ? undefined : amount);
/** There is no zero below zero. */
const whole = (amount: number): number => amount + 0 || 0;

const balanceText = (paper: Paper, path: string, commodity: string): string => {
  const account = paper.accounts.get(path);
  if (!account) return "";
  const { settled, taken, brought } = paper.holding(path, commodity);
  return JSON.stringify([
    ...[whole(sideOf(account.type) * settled), whole(settled)],
    ...[account.mayGoBelowZero ? undefined : settled - taken, some(taken), some(brought)],
  ]);
};

/** Balances of common and control accounts that are not zero. */
const trialText = (paper: Paper, commodity: string): string => {
  const sums = new Map<string, number>();
  for (const key of paper.lineKeys) {
    const [path = "", of] = key.split(" ");
    if (of !== commodity) continue;
    const shown = aboveOf(path) ?? path;
    sums.set(shown, (sums.get(shown) ?? 0) + paper.balance(path, commodity));
  }
  return JSON.stringify([...sums].filter(([, sum]) => sum !== 0).sort(([a], [b]) => (a < b ? -1 : 1)));
};

/** Notes what would be right to answer as things stand. */
export const observed = ({ operation, answers }: Flying, paper: Paper): void => {
  if (operation.type === "balance") answers.add(balanceText(paper, operation.account, operation.commodity));
  if (operation.type === "trial") answers.add(trialText(paper, operation.commodity));
  if (operation.type === "close" && paper.accounts.get(operation.path)?.closed) answers.add("done");
  if (operation.type === "reopen" && paper.accounts.get(operation.path)?.closed === false)
    answers.add("done");
};

const holdAmong = (what: string, found: string, { answers }: Flying): void => {
  if (!answers.has(found)) throw new Violation(`${what}: ${found} is none of ${[...answers].join(" ")}`);
};

const ofBulk = (flying: Flying, answer: unknown, paper: Paper): void => {
  const requests = requestsOf(paper, flying.operation, flying.now);
  const { results } = Bulk.parse(answer);
  hold("results of a bulk", results.length, requests.length);
  for (const [n, { id, outcome, code = "" }] of results.entries()) {
    const request = requests[n];
    if (!request || request.drafts[0]?.id !== id) throw new Violation(`result ${n} is that of ${id}`);
    if (outcome !== "refused") {
      if (!paper.wasDone(request)) throw new Violation(`${id} was ${outcome} in bulk and is not there`);
      continue;
    }
    // Rows that name what is not there are refused before they are looked at; none of the others is.
    const isUnknown = request.drafts[0]?.postings.some(({ commodity }) => commodity.endsWith("9"));
    if (code === "reference.unknown" && isUnknown) continue;
    // Such a row is sent again by its caller.
    if (["service.throttled", "record.busy"].includes(code)) continue;
    if (!flying.rowReasons.get(String(n))?.has(code))
      throw new Violation(`${id} was refused by ${code} in bulk without a reason`);
    // Of two rows of the same id the second may be posted where the first could not be yet.
    const stands = results.filter((one) => one.id === id).length;
    if (flying.wrote.has(id) && !flying.isUncertain && stands === 1)
      throw new Violation(`${id} was refused by ${code} in bulk and is there`);
  }
};

/** Holds an answer against the paper. @throws Violation */
export const answered = (
  flying: Flying,
  answer: unknown,
  paper: Paper,
  table: MemoryTable,
  tenantId: string,
): void => {
  const { operation } = flying;
  switch (operation.type) {
    case "post":
    case "flow":
    case "batch":
    case "reverse":
    case "reserve":
    case "settle": {
      const [request] = requestsOf(paper, operation, flying.now);
      if (!request || !paper.wasDone(request))
        throw new Violation(`${JSON.stringify(operation)} was answered and is not there`);
      if (operation.type === "flow" || operation.type === "reserve" || operation.type === "batch") return;
      const { id, hash, seq } = Posted.parse(answer);
      const item = table.get({ pk: `T#${tenantId}#LEDGER-TX#${id}`, sk: "TX" });
      const there = item && fromItem<z.infer<typeof Posted>>(item);
      hold(`answer of ${id}`, [id, hash, seq], [there?.id, there?.hash, there?.seq]);
      return;
    }
    case "bulk":
    case "import":
      ofBulk(flying, answer, paper);
      return;
    case "open":
    case "change":
    case "lock":
      if (flying.commits === 0) throw new Violation(`${JSON.stringify(operation)} was answered and not done`);
      return;
    case "close":
    case "reopen":
      holdAmong(`${operation.type} of ${operation.path}`, "done", flying);
      return;
    case "balance": {
      const [shown] = Balances.parse(answer).items;
      const { balance, natural, available, reservedOut, reservedIn } = shown ?? { balance: 0, natural: 0 };
      const found = JSON.stringify([balance, natural, available, reservedOut, reservedIn]);
      holdAmong(`balance of ${operation.account} ${operation.commodity}`, found, flying);
      return;
    }
    case "trial": {
      const { items, debit, credit, steady } = Trial.parse(answer);
      if (!steady) return;
      hold("sides of a trial balance", debit, credit);
      const shown = items
        .map((row): [string, number] => [row.account, row.debit - row.credit])
        .filter(([, balance]) => balance !== 0)
        .sort(([a], [b]) => (a < b ? -1 : 1));
      holdAmong("trial balance", JSON.stringify(shown), flying);
      return;
    }
    case "sweep":
      return;
  }
};
