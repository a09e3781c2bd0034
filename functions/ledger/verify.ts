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

/** What one call looks at, at the most; a step that has begun is finished. */
const mostSteps = 150;
const mostRead = 3000;

/** A request may still be writing what it began with the time of a while ago. */
const graceMs = 15 * 60_000;

const Place = z.discriminatedUnion("stage", [
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
]);
type Place = z.infer<typeof Place>;

const beginningOf = (chain: number): Place => ({ stage: "chains", chain, seq: 0, hash: "" });

const placeIn = (store: Store, cursor: string | undefined): Place => {
  if (cursor === undefined) return beginningOf(0);
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
  readonly transactions: number;
  readonly lines: number;
  readonly accounts: number;
  readonly fault?: VerificationFault | undefined;
}

const stepFrom = async ({ store, now, tenant }: Context, place: Place): Promise<Step> => {
  if (place.stage === "chains") {
    const { chain } = place;
    const { place: reached, isEnd, ...found } = await chainStep(store, chain, place);
    const following: Place =
      chain + 1 < chains ? beginningOf(chain + 1) : { stage: "accounts", ...AccountsPlace.parse({}) };
    const next: Place = isEnd ? following : { stage: "chains", chain, ...reached };
    return { accounts: 0, ...found, place: next };
  }
  const yesterday = instantOf(millisecondsOf(now) - graceMs - 86_400_000);
  const settledThrough = dayIn(yesterday, tenant.timeZone);
  const { place: next, ...found } = await accountsStep({ store, settledThrough }, place);
  return { transactions: 0, ...found, place: next && { stage: "accounts", ...next } };
};

export const verifyLedger: Handler<typeof ledgerReadRoutes.verifyLedger> = async ({ body }, context) => {
  const { store } = context;
  let place: Place | undefined = placeIn(store, body.cursor);
  const checked = { transactions: 0, lines: 0, accounts: 0 };
  let fault: VerificationFault | undefined;
  for (let step = 0; step < mostSteps && place && !fault; step++) {
    if (checked.transactions + checked.lines > mostRead) break;
    const found: Step = await stepFrom(context, place);
    checked.transactions += found.transactions;
    checked.lines += found.lines;
    checked.accounts += found.accounts;
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
      ...(isDone ? {} : { next: store.cursors.seal([JSON.stringify(place)]) }),
    },
  });
};
