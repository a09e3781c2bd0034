import type { AccountChange, NewAccount } from "../../../domain/ledger/account.ts";
import type { Links, Posting } from "../../../domain/ledger/transaction.ts";

/**
 * The ledger as one would keep it on paper: a list of what was posted and of what is reserved, and nothing derived from
 * it. It shares no code with the engine; what it says is what the engine has to say.
 */
export interface PaperAccount {
  readonly path: string;
  readonly type: NewAccount["type"];
  mayGoBelowZero: boolean;
  limits: Readonly<Record<string, number>>;
  readonly turnover: "revenue" | "cost" | undefined;
  readonly managedBy: string | undefined;
  closed: boolean;
}

/** Something that may be written down, as its caller asks for it. */
export interface Draft {
  readonly id: string;
  /** By what the same request is known. */
  readonly content: string;
  readonly postings: readonly Posting[];
  readonly effectiveOn: string | undefined;
  readonly links: Links;
  readonly reverses?: string;
  readonly pending?: { readonly expiresAt: string };
  readonly settles?: { readonly id: string; readonly as: "posted" | "voided" | "expired" };
}

export interface Entry extends Draft {
  readonly effectiveOn: string;
  readonly insertedOn: string;
  readonly insertedAt: string;
}

export interface Reserved {
  readonly postings: readonly Posting[];
  readonly expiresAt: string;
  readonly links: Links;
  status: "open" | "posted" | "voided" | "expired";
  settledBy?: string;
}

export interface Request {
  readonly drafts: readonly Draft[];
  readonly opens: readonly NewAccount[];
  readonly byHand: boolean;
  /** The instant of the request. */
  readonly now: string;
}

export const counts = ({ pending, settles }: Draft): boolean =>
  !pending && (!settles || settles.as === "posted");

const dayMs = 86_400_000;
/** The tenant's clocks are two hours before UTC, winter and summer. */
export const dayAt = (instant: string): string =>
  new Date(Date.parse(instant) + 2 * 3_600_000).toISOString().slice(0, 10);

const isId = /^[a-z]{2,6}_[0-9A-Z]{26}$|^\d{4}-\d\d-\d\d$/;
/** The account that sums up a member account. */
export const aboveOf = (path: string): string | undefined => {
  const parts = path.split(":");
  return parts.some((part) => isId.test(part))
    ? parts.map((part) => (isId.test(part) ? "*" : part)).join(":")
    : undefined;
};

const debitSide = ["asset", "expense", "stock", "time"];
export const sideOf = (type: string): 1 | -1 => (debitSide.includes(type) ? 1 : -1);

export interface Holding {
  /** From the account's own side: what is on it, what may be taken out and what may come in. */
  readonly settled: number;
  readonly taken: number;
  readonly brought: number;
}

export class Paper {
  readonly accounts = new Map<string, PaperAccount>();
  /** In the order in which they were written down. */
  readonly entries = new Map<string, Entry>();
  readonly reserved = new Map<string, Reserved>();
  readonly reversed = new Map<string, string>();
  lockedThrough: string | undefined;
  readonly #counted = new Map<string, (Posting & { readonly entry: Entry })[]>();
  readonly #open = new Set<string>();

  open(account: NewAccount): void {
    const { path, type, limits = {}, turnover, managedBy } = account;
    const mayGoBelowZero = type !== "stock" && account.mayGoBelowZero;
    this.accounts.set(path, { path, type, mayGoBelowZero, limits, turnover, managedBy, closed: false });
    const above = aboveOf(path);
    if (above === undefined || this.accounts.has(above)) return;
    const sum = { path: above, type, mayGoBelowZero: true, limits: {}, turnover, managedBy: undefined };
    this.accounts.set(above, { ...sum, closed: false });
  }

  change(path: string, { mayGoBelowZero, limits }: AccountChange): void {
    const account = this.accounts.get(path);
    if (!account) throw new Error(`there is no account ${path}`);
    if (mayGoBelowZero !== undefined && account.type !== "stock") account.mayGoBelowZero = mayGoBelowZero;
    if (limits !== undefined) account.limits = limits ?? {};
  }

  /** Lines of an account in a commodity, in the order in which they were written down. */
  lines(path: string, commodity: string): readonly (Posting & { readonly entry: Entry })[] {
    return this.#counted.get(`${path} ${commodity}`) ?? [];
  }

  get lineKeys(): IterableIterator<string> {
    return this.#counted.keys();
  }

  /** Debits above zero, credits below. */
  balance(path: string, commodity: string): number {
    return this.lines(path, commodity).reduce((sum, { amount }) => sum + amount, 0);
  }

  holding(path: string, commodity: string): Holding {
    const side = sideOf(this.accounts.get(path)?.type ?? "asset");
    let [taken, brought] = [0, 0];
    for (const id of this.#open)
      for (const posting of this.reserved.get(id)?.postings ?? []) {
        if (posting.account !== path || posting.commodity !== commodity) continue;
        const moved = side * posting.amount;
        if (moved < 0) taken -= moved;
        else brought += moved;
      }
    return { settled: side * this.balance(path, commodity), taken, brought };
  }

  /** The days on which anything counts on an account, in order. */
  daysOf(path: string, commodity: string): string[] {
    return [...new Set(this.lines(path, commodity).map(({ entry }) => entry.effectiveOn))].sort();
  }

  /** What stands on an account on a day, from its own side. */
  standOn(path: string, commodity: string, day: string): number {
    const side = sideOf(this.accounts.get(path)?.type ?? "asset");
    let sum = 0;
    for (const { amount, entry } of this.lines(path, commodity))
      if (entry.effectiveOn <= day) sum += side * amount;
    return sum;
  }

  /** Where an account would be what it may not be under some constraints: a day, or "now" by what is reserved too. */
  brokenAt(
    path: string,
    commodity: string,
    { mayGoBelowZero, limits }: Pick<PaperAccount, "mayGoBelowZero" | "limits">,
  ): string | undefined {
    const limit = limits[commodity] ?? Number.POSITIVE_INFINITY;
    const { settled, taken, brought } = this.holding(path, commodity);
    if ((!mayGoBelowZero && settled - taken < 0) || settled + brought > limit) return "now";
    return this.daysOf(path, commodity).find((day) => {
      const stand = this.standOn(path, commodity, day);
      return (!mayGoBelowZero && stand < 0) || stand > limit;
    });
  }

  commoditiesOf(path: string): string[] {
    const found = new Set<string>();
    for (const key of this.#counted.keys())
      if (key.startsWith(`${path} `)) found.add(key.slice(path.length + 1));
    for (const { postings } of this.reserved.values())
      for (const { account, commodity } of postings) if (account === path) found.add(commodity);
    return [...found];
  }

  isEmpty(path: string): boolean {
    return this.commoditiesOf(path).every((commodity) => {
      const { settled, taken, brought } = this.holding(path, commodity);
      return settled === 0 && taken === 0 && brought === 0;
    });
  }

  /** Whether the request was carried out before; some of it, or with another content, is none of both. */
  wasDone({ drafts }: Request): boolean {
    return drafts.every(({ id, content }) => this.entries.get(id)?.content === content);
  }

  /** Every reason there is to refuse a request as things stand; none: it has to be carried out. */
  reasons(request: Request): Set<string> {
    const reasons = new Set<string>();
    if (this.wasDone(request)) return reasons;
    const { drafts, opens, byHand, now } = request;
    const today = dayAt(now);
    for (const draft of drafts) {
      if (this.entries.has(draft.id)) reasons.add("ledger.id-reused");
      if (isOff(draft.postings)) reasons.add("ledger.unbalanced");
      const { reverses, pending, settles } = draft;
      if (reverses !== undefined && this.reversed.has(reverses)) reasons.add("ledger.reversed-already");
      if (pending) {
        const aheadMs = Date.parse(pending.expiresAt) - Date.parse(now);
        if (aheadMs <= 0 || aheadMs > 366 * dayMs) reasons.add("ledger.pending-expiry");
      }
      if (settles) this.#settlingReasons(draft, settles, now, reasons);
      const day = draft.effectiveOn ?? today;
      if (day > today) reasons.add("ledger.effective-day");
      if (counts(draft) && this.lockedThrough !== undefined && day <= this.lockedThrough)
        reasons.add("ledger.period-locked");
      for (const { account: path } of draft.postings) {
        const account = this.accounts.get(path);
        const wish = opens.find((one) => one.path === path);
        if (!account && !wish) reasons.add("ledger.account-unknown");
        if (account?.closed && (!settles || settles.as === "posted")) reasons.add("ledger.account-closed");
        if (byHand && account?.managedBy !== undefined) reasons.add("ledger.account-managed");
        if (account && wish?.managedBy !== undefined && account.managedBy !== wish.managedBy)
          reasons.add("ledger.account-unfit");
        const above = aboveOf(path);
        const type = above === undefined ? undefined : this.accounts.get(above)?.type;
        if (!account && wish && type !== undefined && type !== wish.type) reasons.add("ledger.account-unfit");
      }
    }
    // A DynamoDB transaction has a hundred items, and what it takes is the engine's matter.
    if (drafts.reduce((sum, { postings }) => sum + postings.length, 0) > 14) reasons.add("limit.exceeded");
    if (reasons.size === 0 || (reasons.size === 1 && reasons.has("limit.exceeded")))
      for (const reason of this.#shortages(request)) reasons.add(reason);
    return reasons;
  }

  #settlingReasons(
    draft: Draft,
    settles: NonNullable<Draft["settles"]>,
    now: string,
    reasons: Set<string>,
  ): void {
    const there = this.reserved.get(settles.id);
    if (!there) {
      reasons.add("record.not-found");
      return;
    }
    if (there.status === "posted" || there.status === "voided") reasons.add("ledger.pending-settled");
    if (there.status === "expired") reasons.add("ledger.pending-expired");
    if (there.status === "open" && settles.as !== "expired" && there.expiresAt <= now)
      reasons.add("ledger.pending-expired");
    const sides = (postings: readonly Posting[]) => {
      const sums = new Map<string, number>();
      for (const { account, commodity, amount, productId = "" } of postings) {
        const side = `${account} ${commodity} ${amount < 0} ${productId}`;
        sums.set(side, (sums.get(side) ?? 0) + Math.abs(amount));
      }
      return sums;
    };
    const most = sides(there.postings);
    for (const [side, amount] of sides(draft.postings))
      if (amount > (most.get(side) ?? 0)) reasons.add("ledger.pending-exceeded");
  }

  /** What would be short, or too much, if it were all written down: now, or on any day. */
  #shortages({ drafts, opens, now }: Request): string[] {
    interface Move {
      readonly path: string;
      readonly commodity: string;
      available: number;
      brought: number;
      readonly byDay: { readonly day: string; readonly amount: number }[];
    }
    const moves = new Map<string, Move>();
    const typeOf = (path: string) =>
      this.accounts.get(path)?.type ?? opens.find((one) => one.path === path)?.type ?? "asset";
    const moveOf = ({ account: path, commodity }: Posting): Move => {
      const key = `${path} ${commodity}`;
      const move = moves.get(key) ?? { path, commodity, available: 0, brought: 0, byDay: [] };
      moves.set(key, move);
      return move;
    };
    const hold = (posting: Posting, sign: 1 | -1) => {
      const own = sideOf(typeOf(posting.account)) * posting.amount;
      if (own < 0) moveOf(posting).available += sign * own;
      else moveOf(posting).brought += sign * own;
    };
    for (const draft of drafts) {
      if (counts(draft))
        for (const posting of draft.postings) {
          const amount = sideOf(typeOf(posting.account)) * posting.amount;
          const move = moveOf(posting);
          move.available += amount;
          move.brought += amount;
          move.byDay.push({ day: draft.effectiveOn ?? dayAt(now), amount });
        }
      if (draft.pending) for (const posting of draft.postings) hold(posting, 1);
      const released = draft.settles ? (this.reserved.get(draft.settles.id)?.postings ?? []) : [];
      for (const posting of released) hold(posting, -1);
    }
    return [...moves.values()].flatMap(({ path, commodity, available, brought, byDay }) => {
      const wish = opens.find((one) => one.path === path);
      const account = this.accounts.get(path);
      const mayGoBelowZero =
        account?.mayGoBelowZero ?? (wish?.mayGoBelowZero !== false && wish?.type !== "stock");
      const limit = (account ?? wish)?.limits?.[commodity] ?? Number.POSITIVE_INFINITY;
      const holding = this.holding(path, commodity);
      const days = [...this.daysOf(path, commodity), ...byDay.map(({ day }) => day)].map((day) => ({
        before: this.standOn(path, commodity, day),
        moved: byDay.filter((one) => one.day <= day).reduce((sum, one) => sum + one.amount, 0),
      }));
      const isShort =
        (available < 0 && holding.settled - holding.taken + available < 0) ||
        days.some(({ before, moved }) => moved < 0 && before + moved < 0);
      const isOver =
        (brought > 0 && holding.settled + holding.brought + brought > limit) ||
        days.some(({ before, moved }) => moved > 0 && before + moved > limit);
      return [
        ...(!mayGoBelowZero && isShort ? ["ledger.insufficient"] : []),
        ...(isOver ? ["ledger.limit-exceeded"] : []),
      ];
    });
  }

  /** Writes a request down. Whether it may be is the caller's to ask before. */
  write({ drafts, opens }: Request, insertedAt: string): void {
    for (const draft of drafts) {
      const entry: Entry = {
        ...draft,
        insertedAt,
        insertedOn: dayAt(insertedAt),
        effectiveOn: draft.effectiveOn ?? dayAt(insertedAt),
      };
      for (const { account: path } of draft.postings) {
        const wish = opens.find((one) => one.path === path);
        if (wish && !this.accounts.has(path)) this.open(wish);
      }
      this.entries.set(draft.id, entry);
      if (draft.reverses !== undefined) this.reversed.set(draft.reverses, draft.id);
      if (draft.pending) {
        const { postings, links } = draft;
        this.reserved.set(draft.id, { postings, links, expiresAt: draft.pending.expiresAt, status: "open" });
        this.#open.add(draft.id);
      }
      const settled = draft.settles && this.reserved.get(draft.settles.id);
      if (draft.settles && settled) {
        settled.status = draft.settles.as;
        settled.settledBy = draft.id;
        this.#open.delete(draft.settles.id);
      }
      if (!counts(draft)) continue;
      for (const posting of draft.postings) {
        const key = `${posting.account} ${posting.commodity}`;
        const lines = this.#counted.get(key) ?? [];
        lines.push({ ...posting, entry });
        this.#counted.set(key, lines);
      }
    }
  }
}

const isOff = (postings: readonly Posting[]): boolean => {
  const sums: Record<string, number> = {};
  for (const { commodity, amount } of postings) sums[commodity] = (sums[commodity] ?? 0) + amount;
  return Object.values(sums).some((sum) => sum !== 0);
};
