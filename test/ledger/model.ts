import type { NewAccount } from "../../domain/ledger/account.ts";
import type { Posting } from "../../domain/ledger/transaction.ts";
import type { PostingRequest } from "../../functions/ledger/posting.ts";

/**
 * The ledger as one would write it down on paper: a list of what was posted, and nothing derived from it. It shares no
 * code with the engine; what it says is what the engine has to say.
 */

const clients = [1, 2, 3].map((n) => `cli_0000000000000000000000000${n}`);
const open = (path: string, type: NewAccount["type"], more: Partial<NewAccount> = {}): NewAccount => ({
  path,
  type,
  mayGoBelowZero: true,
  ...more,
});

/** Accounts that come by the way; the others are those of the standard chart. */
export const opened: readonly NewAccount[] = [
  open("box", "asset", { mayGoBelowZero: false, limits: { EUR: 400 } }),
  ...clients.flatMap((client) => [
    open(`clients:${client}:receivable`, "asset", { limits: { EUR: 500 } }),
    open(`clients:${client}:advance`, "liability", { mayGoBelowZero: false }),
  ]),
];
const creditSide = new Set(["world", "revenue", ...clients.map((client) => `clients:${client}:advance`)]);
export const paths = ["world", "bank", "revenue", "cost-of-goods", ...opened.map(({ path }) => path)];
export const commodities = ["EUR", "RON"];
export { clients };

/** One call of the engine. */
export interface Call {
  readonly requests: readonly PostingRequest[];
}
/** What became of a call: posted, now or before, or refused with a code. */
export type Outcome = string;
export const done: Outcome = "done";

export const callText = ({ requests }: Call): string =>
  JSON.stringify(requests.map(({ transaction }) => transaction));

export class Model {
  readonly #posted: ReadonlyMap<string, PostingRequest>;

  constructor(posted: ReadonlyMap<string, PostingRequest> = new Map()) {
    this.#posted = posted;
  }

  get requests(): PostingRequest[] {
    return [...this.#posted.values()];
  }

  get postings(): (Posting & { effectiveOn: string | undefined; clientId: string | undefined })[] {
    return this.requests.flatMap(({ transaction: { postings, effectiveOn, links } }) =>
      postings.map((posting) => ({ ...posting, effectiveOn, clientId: links?.clientId })),
    );
  }

  /** Debits above zero, credits below. */
  balance(path: string, commodity: string): number {
    return this.postings
      .filter((one) => one.account === path && one.commodity === commodity)
      .reduce((sum, { amount }) => sum + amount, 0);
  }

  /** What an account holds, seen from its own side. */
  holding(path: string, commodity: string): number {
    return creditSide.has(path) ? 0 - this.balance(path, commodity) : this.balance(path, commodity);
  }

  /** What a call comes to on this state, and the state after it. */
  after({ requests }: Call): { outcome: Outcome; model: Model } {
    const refused = (outcome: Outcome) => ({ outcome, model: this });
    const there = requests.filter(({ transaction }) => this.#posted.has(transaction.id));
    const isSame = (one: PostingRequest) =>
      JSON.stringify(this.#posted.get(one.transaction.id)?.transaction) === JSON.stringify(one.transaction);
    if (there.length > 0)
      return refused(there.length === requests.length && there.every(isSame) ? done : "ledger.id-reused");
    const taken = new Set(this.requests.map(({ reverses }) => reverses));
    if (requests.some(({ reverses }) => reverses !== undefined && taken.has(reverses)))
      return refused("ledger.reversed-already");
    const after = new Model(
      new Map([...this.#posted, ...requests.map((one) => [one.transaction.id, one] as const)]),
    );
    for (const { path, mayGoBelowZero, limits } of opened)
      for (const commodity of commodities) {
        const [before, holding] = [this.holding(path, commodity), after.holding(path, commodity)];
        if (holding < before && !mayGoBelowZero && holding < 0) return refused("ledger.insufficient");
        const limit = limits?.[commodity];
        if (holding > before && limit !== undefined && holding > limit)
          return refused("ledger.limit-exceeded");
      }
    return { outcome: done, model: after };
  }
}

const orders = <T>(all: readonly T[]): T[][] =>
  all.length === 0
    ? [[]]
    : all.flatMap((one, n) => orders(all.filter((_, at) => at !== n)).map((rest) => [one, ...rest]));

/**
 * The state after calls that ran at the same time, if there is an order in which they come to what they came to.
 * A call may meet several reasons to be refused; the engine names one of them.
 */
export const explained = (
  before: Model,
  calls: readonly { readonly call: Call; readonly outcome: Outcome }[],
): Model | undefined => {
  for (const order of orders(calls)) {
    let model = before;
    const fits = order.every(({ call, outcome }) => {
      const expected = model.after(call);
      model = expected.model;
      return (expected.outcome === done) === (outcome === done) && (outcome === done || isReason(outcome));
    });
    if (fits) return model;
  }
  return undefined;
};

const isReason = (outcome: Outcome) =>
  ["ledger.insufficient", "ledger.limit-exceeded", "ledger.id-reused", "ledger.reversed-already"].includes(
    outcome,
  );
