import type { Api } from "./process.ts";
import { each, found } from "./reading.ts";

/** What a writer wants of a purse: money in it, and some of that reserved, posted, let go or left to expire. */
export interface MadeHold {
  readonly id: string;
  readonly amountMinor: number;
  /** What is to become of it; one that is left expires soon. */
  readonly end: "posted" | "posted-in-part" | "voided" | "left";
  isAnswered: boolean;
  /** Whether its end was asked for, and answered. */
  ended?: "asked" | "answered";
}

export interface MadePurse {
  readonly name: string;
  readonly clientId: string;
  isFilled: boolean;
  readonly holds: MadeHold[];
}

const filledMinor = 1000;
const ends = ["posted", "posted-in-part", "voided", "left"] as const;
/** The next round comes long after it. */
const soonMs = 60_000;
const laterMs = 30 * 86_400_000;

const accountOf = ({ clientId }: MadePurse): string => `clients:${clientId}:purse`;
const moved = (purse: MadePurse, amountMinor: number) => [
  { account: accountOf(purse), commodity: "EUR", amount: amountMinor },
  { account: "bank", commodity: "EUR", amount: -amountMinor },
];

const fillingOf = (purse: MadePurse) => ({
  id: `fill-${purse.name}`,
  kind: "receipt",
  postings: moved(purse, -filledMinor),
  opens: [{ path: accountOf(purse), type: "liability" as const, mayGoBelowZero: false }],
});

const postedMinor = ({ end, amountMinor }: MadeHold): number =>
  end === "posted" ? amountMinor : end === "posted-in-part" ? amountMinor / 2 : 0;

/** The writes of a purse, in their order. @param nowMs of the stack's clock, or somewhat earlier */
export const writePurse = async (
  api: Api,
  purse: MadePurse,
  nowMs: number,
  answered: <Answer>(answer: Answer) => Answer,
): Promise<void> => {
  answered(await api.postTransaction({ body: fillingOf(purse) }));
  purse.isFilled = true;
  for (const [n, end] of ends.entries()) {
    const hold: MadeHold = {
      id: `hold-${purse.name}-${n}`,
      amountMinor: 100 * (n + 1),
      end,
      isAnswered: false,
    };
    purse.holds.push(hold);
    const expiresAt = new Date(nowMs + (end === "left" ? soonMs : laterMs)).toISOString();
    const postings = moved(purse, hold.amountMinor);
    answered(await api.makePending({ body: { id: hold.id, postings, expiresAt } }));
    hold.isAnswered = true;
    if (end === "left") continue;
    hold.ended = "asked";
    const [id, params] = [`end-${hold.id}`, { pendingId: hold.id }];
    const part = end === "posted-in-part" ? { postings: moved(purse, postedMinor(hold)) } : {};
    answered(
      await (end === "voided"
        ? api.voidPending({ params, body: { id } })
        : api.postPending({ params, body: { id, ...part } })),
    );
    hold.ended = "answered";
  }
};

/** Fills the purses again that may not have been filled. */
export const refill = async (api: Api, purses: readonly MadePurse[]): Promise<void> => {
  for (const purse of purses) {
    if (purse.isFilled) continue;
    await api.postTransaction({ body: fillingOf(purse) });
    purse.isFilled = true;
  }
};

export interface Purses {
  readonly count: number;
  /** What is in all of them. */
  readonly heldMinor: number;
  /** `type id version` of the events that they have to have brought. */
  readonly events: readonly string[];
  readonly faults: readonly string[];
}

/** Holds every purse against what was answered: filled or not, each hold open, at its end, or not there. */
export const purseFaults = async (api: Api, purses: readonly MadePurse[]): Promise<Purses> => {
  const faults: string[] = [];
  const events: string[] = [];
  let [count, heldMinor] = [0, 0];
  await each(purses, async (purse) => {
    const filling = await found(() =>
      api.readTransaction({ params: { transactionId: `fill-${purse.name}` } }),
    );
    if (!filling) {
      if (purse.isFilled) faults.push(`fill-${purse.name} was answered and is not there`);
      return;
    }
    count += 1;
    events.push(`ledger.transaction-posted ${filling.id} 1`);
    let [restMinor, reservedMinor] = [filledMinor, 0];
    for (const hold of purse.holds) {
      const state = await found(() => api.readPending({ params: { pendingId: hold.id } }));
      if (!state) {
        if (hold.isAnswered) faults.push(`${hold.id} was answered and is not there`);
        continue;
      }
      events.push(`ledger.pending-made ${hold.id} 1`);
      const ended = hold.end === "left" ? "expired" : hold.end === "voided" ? "voided" : "posted";
      const isEnded = state.status === ended;
      const isWrong =
        hold.end === "left" || hold.ended === "answered" ? !isEnded : !isEnded && state.status !== "open";
      if (isWrong || (isEnded && hold.end !== "left" && hold.ended === undefined))
        faults.push(`${hold.id} is ${state.status}, to be ${hold.end}, ${hold.ended ?? "not asked"}`);
      if (state.status === "open") reservedMinor += hold.amountMinor;
      else events.push(`ledger.pending-settled ${hold.id} 2`);
      if (state.status !== "posted") continue;
      restMinor -= postedMinor(hold);
      events.push(`ledger.transaction-posted end-${hold.id} 1`);
    }
    heldMinor += restMinor;
    const { items } = await api.listLedgerBalances({
      query: { account: accountOf(purse), commodity: "EUR" },
    });
    const [{ natural = 0, available = 0, reservedOut = 0 } = {}] = items;
    const is = [natural, available, reservedOut].join();
    const shall = [restMinor, restMinor - reservedMinor, reservedMinor].join();
    if (is !== shall) faults.push(`${accountOf(purse)} is at ${is} instead of ${shall}`);
  });
  return { count, heldMinor, events, faults };
};
