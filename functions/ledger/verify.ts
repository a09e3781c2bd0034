import * as z from "zod";
import { Failure } from "../../domain/kernel/errors.ts";
import { dayIn, instantOf, millisecondsOf } from "../../domain/kernel/time.ts";
import { chains } from "../../domain/ledger/effects.ts";
import type { VerificationFault } from "../../domain/ledger/verify.ts";
import type { Context } from "../kit/context.ts";
import type { Handler } from "../kit/serve.ts";
import type { Store } from "../kit/table/store.ts";
import type { ledgerReadRoutes } from "./reads-routes.ts";
import { AccountsPlace, accountsStep } from "./verify-accounts.ts";
import { chainStep } from "./verify-chains.ts";
import { headFault } from "./verify-heads.ts";
import { Reserved } from "./verify-held.ts";
import {
  type AccountsSeen,
  TurnoverPlace,
  turnoverBrought,
  turnoverPlaceText,
  turnoverStep,
} from "./verify-turnover.ts";

/** What one call looks at, at the most; a step that has begun is finished. */
const mostSteps = 150;
const mostRead = 3000;

/** A request may still be writing what it began with the time of a while ago. */
const graceMs = 15 * 60_000;

const Stage = z.discriminatedUnion("stage", [
  z.object({
    stage: z.literal("chains"),
    chain: z
      .int()
      .min(0)
      .max(chains - 1),
    seq: z.int().min(0),
    hash: z.string(),
    transactionId: z.string().optional(),
  }),
  AccountsPlace.extend({ stage: z.literal("accounts") }),
  z.object({ stage: z.literal("turnover") }),
]);
/** Where it stands, and what the chains brought to turnover as far as they were followed. */
const Place = z.object({ at: Stage, turnover: TurnoverPlace });
type Place = z.infer<typeof Place>;

const beginningOf = (chain: number): Place["at"] => ({ stage: "chains", chain, seq: 0, hash: "" });

const placeIn = (store: Store, cursor: string | undefined): Place => {
  if (cursor === undefined) return { at: beginningOf(0), turnover: TurnoverPlace.parse({}) };
  try {
    const [text = ""] = store.cursors.open(cursor);
    return Place.parse(JSON.parse(text));
  } catch {
    throw new Failure("request.cursor-mismatch", {
      fields: [{ pointer: "/cursor", reason: "is not a cursor of this query" }],
    });
  }
};

interface Step {
  /** Absent: everything is done. */
  readonly place?: Place | undefined;
  readonly transactions?: number;
  readonly lines?: number;
  readonly accounts?: number;
  /** Items that were read beside these. */
  readonly read?: number;
  readonly fault?: VerificationFault | undefined;
}

/** What one call has and keeps to itself. */
interface Call {
  readonly context: Context;
  readonly reserved: Reserved;
  readonly seen: AccountsSeen;
}

const stepFrom = async (
  { context: { store, now, tenant }, reserved, seen }: Call,
  { at, turnover }: Place,
): Promise<Step> => {
  if (at.stage === "chains") {
    const { chain } = at;
    const early = chain === 0 && at.seq === 0 ? await headFault(store) : undefined;
    if (early) return { fault: early };
    const { place: reached, isEnd, transactions, lines, fault } = await chainStep(store, chain, at);
    const { seq } = reached;
    const brought = await turnoverBrought(store, turnover, { chain, seq, transactions }, seen);
    const following: Place["at"] =
      chain + 1 < chains ? beginningOf(chain + 1) : { stage: "accounts", ...AccountsPlace.parse({}) };
    const next: Place["at"] = isEnd ? following : { stage: "chains", chain, ...reached };
    return {
      transactions: transactions.length,
      lines,
      fault: fault ?? brought.fault,
      place: { at: next, turnover: brought.place },
    };
  }
  if (at.stage === "turnover") {
    const { place: next, read, fault } = await turnoverStep(store, turnover, seen);
    return { read, fault, place: next && { at, turnover: next } };
  }
  const yesterday = instantOf(millisecondsOf(now) - graceMs - 86_400_000);
  const settledThrough = dayIn(yesterday, tenant.timeZone);
  const { place: next, ...found } = await accountsStep({ store, settledThrough, reserved }, at);
  return { ...found, place: { at: next ? { stage: "accounts", ...next } : { stage: "turnover" }, turnover } };
};

const textOf = ({ at, turnover }: Place): string =>
  JSON.stringify({ at, turnover: turnoverPlaceText(turnover) });

export const verifyLedger: Handler<typeof ledgerReadRoutes.verifyLedger> = async ({ body }, context) => {
  const { store } = context;
  const call: Call = { context, reserved: new Reserved(store), seen: new Map() };
  let place: Place | undefined = placeIn(store, body.cursor);
  const checked = { transactions: 0, lines: 0, accounts: 0 };
  let fault: VerificationFault | undefined;
  let read = 0;
  for (let step = 0; step < mostSteps && read <= mostRead && place && !fault; step++) {
    const found: Step = await stepFrom(call, place);
    const { transactions = 0, lines = 0, accounts = 0 } = found;
    checked.transactions += transactions;
    checked.lines += lines;
    checked.accounts += accounts;
    read += transactions + lines + (found.read ?? 0);
    fault = found.fault;
    place = found.place;
  }
  const isDone = place === undefined || fault !== undefined;
  return context.save({
    writes: [],
    answer: {
      done: isDone,
      checked,
      ...(fault ? { fault } : {}),
      ...(isDone || !place ? {} : { next: store.cursors.seal([textOf(place)]) }),
    },
  });
};
