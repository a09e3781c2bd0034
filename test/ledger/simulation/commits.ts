import { standardChart } from "../../../domain/ledger/chart.ts";
import type { Transaction } from "../../../domain/ledger/transaction.ts";
import { fromItem, type Item } from "../../../functions/kit/table/item.ts";
import { publicationsOf } from "../../../functions/publisher/publish.ts";
import { hold, holdAccount, Violation } from "./kept.ts";
import type { Change, MemoryTable } from "./memory.ts";
import { expiryOf, isFlow, isInRows, type Operation, reasonsOf, requestsOf } from "./operations.ts";
import { counts, type Entry, Paper, type Request } from "./paper.ts";

/** An operation that somebody wrote something for. */
export interface Author {
  readonly operation: Operation;
  /** The instants at which it was tried. */
  readonly instants: ReadonlySet<string>;
  /** The transactions that it wrote. */
  readonly wrote: Set<string>;
}

const recordOf = <T>({ after }: Change): T | undefined => (after?.record ? fromItem<T>(after) : undefined);
const ofKind = (changes: readonly Change[], entity: string): Change[] =>
  changes.filter(({ after }) => after?.entity?.S === entity);

/** As much of a stream record as the publisher looks at. */
const eventsIn = (item: Item | undefined): { happened?: { S: string } } => {
  const text = item?.happened?.S;
  return text === undefined ? {} : { happened: { S: text } };
};

/** Writes on the paper what the engine writes in the table, and looks at each commit whether it may. */
export class Commits {
  readonly paper = new Paper();
  readonly flows = new Set<string>();
  readonly #table: MemoryTable;
  readonly #tenantId: string;
  readonly #products: ReadonlySet<string>;
  readonly #chains = new Map<number, { seq: number; hash: string }>();
  readonly #events = new Set<string>();
  count = 0;

  constructor(table: MemoryTable, tenantId: string, products: ReadonlySet<string>) {
    this.#table = table;
    this.#tenantId = tenantId;
    this.#products = products;
    for (const account of standardChart) this.paper.open(account);
  }

  /** @throws Violation */
  take(changes: readonly Change[], author: Author): void {
    // The chart is on the paper from the beginning.
    if (ofKind(changes, "ledger-head").some(({ before }) => !before)) return;
    this.count += 1;
    const transactions = ofKind(changes, "ledger-transaction");
    const accounts = ofKind(changes, "ledger-account");
    const events = [
      ...(transactions.length > 0 ? this.#posted(transactions, author) : this.#accounts(accounts, author)),
      ...this.#locked(ofKind(changes, "ledger-lock"), author),
    ];
    this.#heard(changes, events);
  }

  #requestFor(ids: readonly string[], records: readonly Transaction[], author: Author): Request {
    const now = records[0]?.insertedAt ?? "";
    const { operation } = author;
    if (operation.type === "sweep") {
      const drafts = records.flatMap(({ id, settles = "" }) => expiryOf(this.paper, settles, id) ?? []);
      for (const { settles } of drafts)
        if (settles && (this.paper.reserved.get(settles.id)?.expiresAt ?? "~") > now)
          throw new Violation(`${settles.id} expired before its time`);
      return { drafts, opens: [], byHand: false, now };
    }
    const all = requestsOf(this.paper, operation, now);
    const drafts = all.flatMap((one) => one.drafts).filter(({ id }) => ids.includes(id));
    // An id that stands twice in a bulk is posted by the first row that may be.
    const distinct = [
      ...new Map(drafts.toReversed().map((draft) => [draft.id, draft])).values(),
    ].toReversed();
    const opens = all.flatMap((one) => one.opens);
    return { drafts: distinct, opens, byHand: !isFlow(operation), now };
  }

  #posted(changes: readonly Change[], author: Author): string[] {
    const { paper } = this;
    const { operation } = author;
    const records = changes.map((change) => {
      const record = recordOf<Transaction>(change);
      if (!record) throw new Violation("a transaction without a record");
      if (change.before) throw new Violation(`${record.id} was written over`);
      return record;
    });
    const ids = records.map(({ id }) => id);
    const request = this.#requestFor(ids, records, author);
    hold(`what ${operation.type} writes`, request.drafts.map(({ id }) => id).sort(), [...ids].sort());
    if (!isInRows(operation) && operation.type !== "sweep") {
      const wanted = requestsOf(paper, operation, request.now).flatMap(({ drafts }) => drafts);
      hold(`all of ${operation.type}`, [...ids].sort(), wanted.map(({ id }) => id).sort());
    }
    if (!author.instants.has(request.now)) throw new Violation(`${ids} came at ${request.now}`);
    if (ids.some((id) => paper.entries.has(id))) throw new Violation(`${ids} was posted twice`);
    const reasons = new Set([
      ...paper.reasons(request),
      ...(isInRows(operation) ? [] : reasonsOf(paper, operation, request.now, this.#products)),
    ]);
    reasons.delete("limit.exceeded");
    if (reasons.size > 0)
      throw new Violation(`posted in spite of ${[...reasons]}: ${JSON.stringify(request.drafts)}`);
    paper.write(request, request.now);
    for (const id of ids) author.wrote.add(id);
    if (isFlow(operation)) for (const id of ids) this.flows.add(id);
    for (const record of records) this.#record(record);
    const events = records.flatMap(({ id }) => this.#eventsOf(id, operation));
    const touched = new Set(
      request.drafts.flatMap(({ postings, settles }) =>
        [...postings, ...((settles && paper.reserved.get(settles.id)?.postings) ?? [])].map(
          ({ account, commodity }) => `${account} ${commodity}`,
        ),
      ),
    );
    for (const key of touched) {
      const [path = "", commodity = ""] = key.split(" ");
      holdAccount(this.#table, this.#tenantId, paper, path, commodity);
    }
    return events;
  }

  #record(record: Transaction): void {
    const entry = this.paper.entries.get(record.id);
    const said = (one: Entry | Transaction) => [
      ...[one.postings, one.effectiveOn, one.insertedOn, one.insertedAt, one.links ?? {}, one.reverses],
      one.pending?.expiresAt,
    ];
    hold(`record of ${record.id}`, said(record), entry && said(entry));
    hold(
      `what ${record.id} settles`,
      [record.settles, record.settledAs],
      [entry?.settles?.id, entry?.settles?.as],
    );
    const end = this.#chains.get(record.chain) ?? { seq: 0, hash: "" };
    hold(`chain of ${record.id}`, [record.seq, record.previousHash], [end.seq + 1, end.hash]);
    this.#chains.set(record.chain, { seq: record.seq, hash: record.hash });
  }

  #eventsOf(id: string, operation: Operation): string[] {
    const entry = this.paper.entries.get(id);
    return [
      ...(entry && counts(entry) ? [`ledger.transaction-posted ${id}`] : []),
      ...(operation.type === "reserve" ? [`ledger.pending-made ${id}`] : []),
      ...(entry?.settles ? [`ledger.pending-settled ${entry.settles.id}`] : []),
    ];
  }

  #accounts(changes: readonly Change[], { operation, instants }: Author): string[] {
    const { paper } = this;
    if (changes.length === 0) return [];
    const now = [...instants].at(-1) ?? "";
    const reasons = reasonsOf(paper, operation, now, this.#products);
    const path =
      "path" in operation ? operation.path : operation.type === "open" ? operation.account.path : "";
    if (reasons.size > 0) throw new Violation(`${operation.type} of ${path} in spite of ${[...reasons]}`);
    switch (operation.type) {
      case "open":
        paper.open(operation.account);
        return [`ledger.account-opened ${path}`];
      case "change":
        paper.change(path, operation.change);
        for (const commodity of paper.commoditiesOf(path))
          holdAccount(this.#table, this.#tenantId, paper, path, commodity);
        break;
      case "close":
      case "reopen": {
        const account = paper.accounts.get(path);
        if (account) account.closed = operation.type === "close";
        break;
      }
      default:
        throw new Violation(`${operation.type} changes accounts`);
    }
    return [`ledger.account-changed ${path}`];
  }

  #locked(changes: readonly Change[], { operation, instants }: Author): string[] {
    if (changes.length === 0) return [];
    if (operation.type !== "lock") throw new Violation(`${operation.type} locks the books`);
    const reasons = reasonsOf(this.paper, operation, [...instants].at(-1) ?? "", this.#products);
    if (reasons.size > 0) throw new Violation(`a lock in spite of ${[...reasons]}`);
    this.paper.lockedThrough = operation.day;
    return ["ledger.period-locked undefined"];
  }

  /** What the publisher finds in the stream is what happened, once. */
  #heard(changes: readonly Change[], expected: readonly string[]): void {
    const heard = changes.flatMap(({ before, after }) =>
      publicationsOf({ dynamodb: { OldImage: eventsIn(before), NewImage: eventsIn(after) } }, "bus"),
    );
    const names = heard.map(({ entry }) => {
      const { eventId, data } = JSON.parse(entry.Detail ?? "{}");
      if (this.#events.has(eventId)) throw new Violation(`the event ${eventId} came twice`);
      this.#events.add(eventId);
      return `${entry.DetailType} ${data.id ?? data.path}`;
    });
    hold("events", [...names].sort(), [...expected].sort());
  }
}
