import { readHandlers } from "../../../functions/ledger/reads.ts";
import { verifyLedger } from "../../../functions/ledger/verify.ts";
import { contextOf } from "./carry-out.ts";
import { hold, Violation } from "./kept.ts";
import type { MemoryTable } from "./memory.ts";
import { databaseOn } from "./network.ts";
import { counts, type Paper } from "./paper.ts";
import { type Chance, pick } from "./scheduler.ts";

export interface Quietly {
  readonly table: MemoryTable;
  readonly tenantId: string;
  readonly nowMs: number;
  readonly chance: Chance;
}

const none = { params: {}, query: {}, body: undefined } as const;
const dayMs = 86_400_000;

/** A context on the table as it stands, with nobody beside; some days later, when nothing is fresh any more. */
const quietContext = ({ table, tenantId, nowMs, chance }: Quietly) => {
  const database = databaseOn(table, tenantId, chance);
  return contextOf({ database, tenantId, nowMs: nowMs + 3 * dayMs, chance });
};
type Quiet = ReturnType<typeof quietContext>;

const mostParts = 1000;

/** Verification finds nothing. @param least how many transactions it has to see at the least */
export const holdVerified = async (place: Quietly, least = 0): Promise<void> => {
  const context = quietContext(place);
  let cursor: string | undefined;
  let transactions = 0;
  for (let part = 0; part < mostParts; part++) {
    const body = cursor === undefined ? {} : { cursor };
    const { done, next, fault, checked } = await verifyLedger({ ...none, body }, context);
    transactions += checked.transactions;
    if (fault) throw new Violation(`verification finds ${JSON.stringify(fault)}`);
    cursor = next;
    if (!done) continue;
    if (transactions < least)
      throw new Violation(`verification saw ${transactions} of ${least} transactions`);
    return;
  }
  throw new Violation("verification comes to no end");
};

const holdBalance = async (context: Quiet, paper: Paper, chance: Chance): Promise<void> => {
  const [account = "", commodity = ""] = pick(chance, [...paper.lineKeys]).split(" ");
  const lines = paper.lines(account, commodity);
  const days = lines.flatMap(({ entry }) => [entry.effectiveOn, entry.insertedOn]);
  const [asOf, knownAt] = [pick(chance, [undefined, ...days]), pick(chance, [undefined, ...days])];
  const query = { account, commodity, asOf, knownAt };
  const { items } = await readHandlers.listLedgerBalances({ ...none, query }, context);
  const expected = lines
    .filter(({ entry }) => entry.effectiveOn <= (asOf ?? "~") && entry.insertedOn <= (knownAt ?? "~"))
    .reduce((sum, { amount }) => sum + amount, 0);
  hold(`balance of ${account} ${commodity} as of ${asOf}, known at ${knownAt}`, items[0]?.balance, expected);
};

const holdStatement = async (context: Quiet, paper: Paper, chance: Chance): Promise<void> => {
  const [account = "", commodity = ""] = pick(chance, [...paper.lineKeys]).split(" ");
  const lines = paper.lines(account, commodity);
  const from = pick(chance, [undefined, ...lines.map(({ entry }) => entry.effectiveOn)]);
  const shown: (readonly [string, number])[] = [];
  const limit = 3 + chance(20);
  let opening: number | undefined;
  let closing = 0;
  let cursor: string | undefined;
  do {
    const query = { account, commodity, from, limit, cursor };
    const page = await readHandlers.readLedgerStatement({ ...none, query }, context);
    opening ??= page.opening;
    closing = page.closing;
    shown.push(...page.items.map(({ transactionId, amount }) => [transactionId, amount] as const));
    cursor = page.next;
  } while (cursor !== undefined && shown.length <= lines.length);
  const within = lines.filter(({ entry }) => entry.effectiveOn >= (from ?? ""));
  const all = lines.reduce((sum, { amount }) => sum + amount, 0);
  const about = `statement of ${account} ${commodity} from ${from}`;
  hold(`opening of the ${about}`, opening, all - within.reduce((sum, { amount }) => sum + amount, 0));
  hold(`closing of the ${about}`, closing, all);
  const texts = (some: readonly (readonly [string, number])[]) => some.map((one) => one.join(" ")).sort();
  hold(about, texts(shown), texts(within.map(({ entry, amount }) => [entry.id, amount])));
};

const holdTrial = async (context: Quiet, paper: Paper): Promise<void> => {
  const used = [...paper.entries.values()].filter(counts).flatMap(({ postings }) => postings);
  for (const commodity of new Set(used.map((one) => one.commodity))) {
    const answer = await readHandlers.readTrialBalance(
      { ...none, query: { commodity, limit: 200 } },
      context,
    );
    const [debit, credit] = [answer.debit, answer.credit];
    hold(`trial balance in ${commodity}`, [answer.steady, debit], [true, credit]);
  }
};

/** What the product answers about a history, held against the paper. */
export const holdReads = async (place: Quietly, paper: Paper): Promise<void> => {
  const context = quietContext(place);
  await holdVerified(place, paper.entries.size);
  if ([...paper.lineKeys].length === 0) return;
  for (let n = 0; n < 5; n++) await holdBalance(context, paper, place.chance);
  for (let n = 0; n < 2; n++) await holdStatement(context, paper, place.chance);
  await holdTrial(context, paper);
};
