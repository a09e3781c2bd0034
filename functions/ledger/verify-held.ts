import { type Account, natural } from "../../domain/ledger/account.ts";
import type { Pending } from "../../domain/ledger/pending.ts";
import { mapParallel } from "../kit/parallel.ts";
import type { Store } from "../kit/table/store.ts";
import { pendingPartitions } from "./pending-store.ts";

export interface Held {
  readonly taken: bigint;
  readonly brought: bigint;
}

/** Open pending transactions that are added up at the most; where there are more, they are not looked at here. */
const mostOpen = 5_000;

type Sides = ReadonlyMap<string, { readonly debit: bigint; readonly credit: bigint }>;

const sidesOf = async (store: Store): Promise<Sides | undefined> => {
  const parts = await mapParallel(pendingPartitions, (pk) =>
    store.list<Pending>({ index: "list", pk, limit: mostOpen }),
  );
  if (parts.some(({ next }) => next !== undefined)) return undefined;
  const sides = new Map<string, { debit: bigint; credit: bigint }>();
  for (const { account, commodity, amount } of parts
    .flatMap(({ items }) => items)
    .flatMap((one) => one.postings)) {
    const name = `${account} ${commodity}`;
    const { debit, credit } = sides.get(name) ?? { debit: 0n, credit: 0n };
    const [in_, out] = amount > 0 ? [BigInt(amount), 0n] : [0n, -BigInt(amount)];
    sides.set(name, { debit: debit + in_, credit: credit + out });
  }
  return sides;
};

/** What open pending transactions reserve, added up once for each state of the ledger. */
export class Reserved {
  readonly #store: Store;
  #state = -1;
  #sides: Sides | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** What is known may be out of date. */
  forget(): void {
    this.#state = -1;
  }

  /** @returns undefined where there are too many to add up */
  async by(state: number, { path, type }: Account, commodity: string): Promise<Held | undefined> {
    if (state !== this.#state) {
      this.#sides = await sidesOf(this.#store);
      this.#state = state;
    }
    if (!this.#sides) return undefined;
    const { debit, credit } = this.#sides.get(`${path} ${commodity}`) ?? { debit: 0n, credit: 0n };
    return natural(type, 1n) > 0n ? { taken: credit, brought: debit } : { taken: debit, brought: credit };
  }
}
