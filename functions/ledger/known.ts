import type { Day } from "../../domain/kernel/time.ts";
import type { Account } from "../../domain/ledger/account.ts";
import { chains } from "../../domain/ledger/effects.ts";
import type { HeldCommodity } from "./commodities.ts";
import type { Head } from "./store.ts";

/** An account takes some 300 bytes. */
const mostTenants = 50;
const mostAccounts = 10_000;

/**
 * What this instance of the Lambda knows of a tenant's ledger from earlier postings. None of it has to be true: a
 * posting that was built on a head or an account that changed meanwhile fails at its head and looks again.
 */
export class Known {
  readonly #heads = new Map<number, Head>();
  readonly #accounts = new Map<string, Account>();
  readonly #busy = new Set<number>();
  /** Written down for ever, so that this does hold. */
  readonly #commodities = new Set<string>();
  /** A day that was the last once may be so no more; then it is only looked at for nothing. */
  readonly #lastDays = new Map<string, Day>();
  readonly #waiting: (() => void)[] = [];
  /** Chains that this instance used last without meeting others on them; the last is the best. */
  #own: number[] = [];
  #epoch = -1;

  /** A chain for one posting, until it is given back. Chains that this instance used last come first. */
  async take(chance: () => number): Promise<number> {
    while (this.#busy.size >= chains) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const own = this.#own.findLast((chain) => !this.#busy.has(chain));
    const free = Array.from({ length: chains }, (_, chain) => chain).filter((one) => !this.#busy.has(one));
    const chain = own ?? free[Math.floor(chance() * free.length)] ?? 0;
    this.#busy.add(chain);
    return chain;
  }

  /** @param met whether another instance was met on the chain: it is better left to it */
  giveBack(chain: number, met: boolean): void {
    this.#busy.delete(chain);
    this.#own = this.#own.filter((one) => one !== chain);
    if (!met) this.#own.push(chain);
    this.#waiting.shift()?.();
  }

  head(chain: number): Head | undefined {
    return this.#heads.get(chain);
  }

  /** Accounts are known as of this epoch. */
  get epoch(): number {
    return this.#epoch;
  }

  account(path: string): Account | undefined {
    return this.#accounts.get(path);
  }

  /** A later epoch makes everything that was known of accounts doubtful. */
  learnHead(head: Head): void {
    this.#heads.set(head.chain, head);
    if (head.epoch <= this.#epoch) return;
    this.#epoch = head.epoch;
    this.#accounts.clear();
    for (const [chain, { epoch }] of this.#heads) if (epoch < head.epoch) this.#heads.delete(chain);
  }

  /** @param epoch in which they were read: behind the reading of a head, or at one moment with it */
  learnAccounts(accounts: Iterable<Account>, epoch: number): void {
    if (epoch !== this.#epoch) return;
    if (this.#accounts.size > mostAccounts) this.#accounts.clear();
    for (const account of accounts) this.#accounts.set(account.path, account);
  }

  /** Whether it is written down that an account has a commodity (see commodities.ts). */
  holds(account: string, commodity: string): boolean {
    return this.#commodities.has(`${account} ${commodity}`);
  }

  learnCommodities(held: Iterable<HeldCommodity>): void {
    if (this.#commodities.size > mostAccounts) this.#commodities.clear();
    for (const { account, commodity } of held) this.#commodities.add(`${account} ${commodity}`);
  }

  /** Whether something is known to count behind a day on the account of a guard. */
  countsAfter(guard: string, day: Day | undefined): boolean {
    return day !== undefined && (this.#lastDays.get(guard) ?? "") > day;
  }

  /** @param days the last day on which something counts on the account of a guard, by the guard's name */
  learnDays(days: Iterable<readonly [string, Day | undefined]>): void {
    if (this.#lastDays.size > mostAccounts) this.#lastDays.clear();
    for (const [guard, day] of days)
      if (day !== undefined && !this.countsAfter(guard, day)) this.#lastDays.set(guard, day);
  }

  forgetHead(chain: number): void {
    this.#heads.delete(chain);
  }

  /** What is known of accounts is good again once a head is read that has their epoch. */
  forgetHeads(): void {
    this.#heads.clear();
  }
}

const tenants = new Map<string, Known>();

export const knownOf = (tenantId: string): Known => {
  const there = tenants.get(tenantId);
  if (there) return there;
  if (tenants.size >= mostTenants) tenants.clear();
  const made = new Known();
  tenants.set(tenantId, made);
  return made;
};
