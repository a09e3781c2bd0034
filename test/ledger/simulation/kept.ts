import { fromItem, type Item } from "../../../functions/kit/table/item.ts";
import type { MemoryTable } from "./memory.ts";
import { aboveOf, counts, type Paper, sideOf } from "./paper.ts";

/** What the engine keeps, held against the paper. */
export class Violation extends Error {
  override readonly name = "Violation";
}

export const hold = (what: string, found: unknown, expected: unknown): void => {
  if (Object.is(found, expected)) return;
  const [is, shall] = [JSON.stringify(found), JSON.stringify(expected)];
  if (is !== shall) throw new Violation(`${what}: ${is} instead of ${shall}`);
};

const counterForm = /^e(\d\d)i(\d{4})(\d\d)(\d\d)$/;

const numberIn = (item: Item | undefined, name: string): number => Number(item?.[name]?.N ?? 0);

/** Sums of an account in a commodity as they are kept: of its pages, of what is held, and its guard. */
export const keptOf = (table: MemoryTable, tenantId: string, path: string, commodity: string) => {
  let [balance, taken, brought] = [0, 0, 0];
  let guard: Item | undefined;
  for (const item of table.partition(`T#${tenantId}#LEDGER#${path}#${commodity}`)) {
    const sk = item.sk?.S ?? "";
    if (sk === "GUARD") guard = item;
    else if (sk.startsWith("HELD#")) {
      taken += numberIn(item, "taken");
      brought += numberIn(item, "brought");
    } else if (sk.startsWith("PAGE#"))
      for (const [name, value] of Object.entries(item))
        if (counterForm.test(name)) balance += Number(value.N);
  }
  return { balance, taken, brought, guard };
};

/** Whether what is kept of an account is what is on the paper, and what the account may be at. */
export const holdAccount = (
  table: MemoryTable,
  tenantId: string,
  paper: Paper,
  path: string,
  commodity: string,
) => {
  const account = paper.accounts.get(path);
  if (!account) throw new Violation(`${path} was posted to and is no account`);
  const { guard, ...kept } = keptOf(table, tenantId, path, commodity);
  const { settled, taken, brought } = paper.holding(path, commodity);
  const about = `${path} ${commodity}`;
  hold(about, kept, { balance: settled === 0 ? 0 : settled * sideOf(account.type), taken, brought });
  const brokenAt = paper.brokenAt(path, commodity, account);
  if (brokenAt !== undefined) throw new Violation(`${about} is what it may not be at ${brokenAt}`);
  if (account.mayGoBelowZero && Object.keys(account.limits).length === 0) return;
  if (!guard && settled === 0 && taken === 0 && brought === 0) return;
  hold(
    `guard of ${about}`,
    [numberIn(guard, "settled"), numberIn(guard, "available")],
    [settled, settled - taken],
  );
  const lastDay = paper.daysOf(path, commodity).findLast((day, n, days) => {
    const before = n === 0 ? 0 : paper.standOn(path, commodity, days[n - 1] ?? "");
    return paper.standOn(path, commodity, day) !== before;
  });
  if (guard && (guard.lastDay?.S ?? "") < (lastDay ?? ""))
    throw new Violation(`guard of ${about} ends on ${guard.lastDay?.S}, and something counts on ${lastDay}`);
  const limit = account.limits[commodity];
  if (limit !== undefined) hold(`room of ${about}`, numberIn(guard, "room"), limit - settled - brought);
};

const add = (sums: Map<string, number>, key: string, amount: number): void => {
  const sum = (sums.get(key) ?? 0) + amount;
  if (sum === 0) sums.delete(key);
  else sums.set(key, sum);
};

const same = (
  what: string,
  found: ReadonlyMap<string, unknown>,
  expected: ReadonlyMap<string, unknown>,
): void => {
  for (const [key, value] of expected) hold(`${what} ${key}`, found.get(key) ?? 0, value);
  for (const [key, value] of found) if (!expected.has(key)) hold(`${what} ${key}`, value, 0);
};

/** Turnover as it follows from the lines. */
const turnoverOf = (paper: Paper): Map<string, number> => {
  const sums = new Map<string, number>();
  for (const entry of paper.entries.values()) {
    if (!counts(entry)) continue;
    const revenues = new Map<string, number>();
    const month = entry.effectiveOn.slice(5, 7);
    for (const { account: path, commodity, amount, productId } of entry.postings) {
      const account = paper.accounts.get(path);
      if (!account || !/^[A-Z]{3}$/.test(commodity) || !["income", "expense"].includes(account.type))
        continue;
      const { clientId, counterpartyId, productId: linked } = entry.links;
      for (const [dimension, id] of Object.entries({
        client: clientId,
        counterparty: counterpartyId,
        product: productId ?? linked,
      })) {
        if (id === undefined) continue;
        const about = `${dimension} ${entry.effectiveOn.slice(0, 4)} ${commodity} ${id}`;
        add(sums, `${about} a${month}:${aboveOf(path) ?? path}`, amount);
        if (account.turnover) add(sums, `${about} m${month}`, -amount);
        if (account.turnover !== "revenue") continue;
        add(sums, `${about} r${month}`, -amount);
        add(revenues, about, -amount);
      }
    }
    for (const [about, revenue] of revenues) {
      if (revenue > 0 && entry.reverses === undefined) add(sums, `${about} n${month}`, 1);
      if (revenue < 0 && entry.reverses !== undefined) add(sums, `${about} n${month}`, -1);
    }
  }
  return sums;
};

/** Everything in the table that is the ledger's, by what it says. */
const allKept = (table: MemoryTable, tenantId: string) => {
  const pages = new Map<string, number>();
  const lines = new Map<string, unknown>();
  const turnover = new Map<string, number>();
  const transactions = new Map<string, unknown>();
  const reversals = new Map<string, unknown>();
  const states = new Map<string, unknown>();
  const accounts = new Map<string, unknown>();
  const held = new Set<string>();
  const records = new Map<string, unknown>();
  for (const item of table.all()) {
    const pk = (item.pk?.S ?? "").slice(`T#${tenantId}#`.length);
    const sk = item.sk?.S ?? "";
    const record: Record<string, unknown> = item.record ? fromItem(item) : {};
    switch (item.entity?.S) {
      case "ledger-page": {
        const [, path, commodity] = pk.split("#");
        const month = sk.split("#")[1];
        for (const [name, value] of Object.entries(item)) {
          const [, day, ...inserted] = counterForm.exec(name) ?? [];
          if (day) add(pages, `${path} ${commodity} ${month}-${day} ${inserted.join("-")}`, Number(value.N));
        }
        break;
      }
      case "ledger-line":
        lines.set(`${record.account} ${record.commodity} ${record.transactionId} ${record.n}`, [
          ...[record.amount, record.effectiveOn, record.insertedAt, record.insertedOn],
        ]);
        break;
      case "ledger-turnover": {
        const [year, currency, id] = sk.split("#");
        for (const [name, value] of Object.entries(item))
          if (/^[rmna]\d\d(?::|$)/.test(name))
            add(turnover, `${pk.split("#")[1]} ${year} ${currency} ${id} ${name}`, Number(value.N));
        break;
      }
      case "ledger-transaction":
        transactions.set(String(record.id), [record.effectiveOn, record.insertedOn, record.postings]);
        break;
      case "ledger-reversal":
        reversals.set(String(record.id), record.by);
        break;
      case "ledger-pending":
        states.set(String(record.id), [record.status, record.settledBy, record.expiresAt]);
        break;
      case "ledger-account": {
        const { path, type, mayGoBelowZero, limits = {}, closedAt } = record;
        accounts.set(String(path), [type, mayGoBelowZero, limits, closedAt !== undefined]);
        break;
      }
      case "ledger-commodity":
        held.add(`${record.account} ${record.commodity}`);
        break;
      case "thing":
        records.set(String(record.id), 1);
        break;
      default:
    }
  }
  return { pages, lines, turnover, transactions, reversals, states, accounts, held, records };
};

/** Holds all that is kept against the paper: balances of every account for every pair of days, lines, turnover, states. */
export const holdAll = (
  table: MemoryTable,
  tenantId: string,
  paper: Paper,
  flows: ReadonlySet<string>,
): void => {
  const kept = allKept(table, tenantId);
  const [pages, lines] = [new Map<string, number>(), new Map<string, unknown>()];
  const perCommodity = new Map<string, number>();
  const touched = new Set<string>();
  for (const entry of paper.entries.values())
    for (const [n, { account, commodity, amount }] of entry.postings.entries()) {
      touched.add(`${account} ${commodity}`);
      const above = aboveOf(account);
      if (!kept.held.has(`${above ?? account} ${commodity}`))
        throw new Violation(`${account} has ${commodity}, and nothing says so`);
      if (!counts(entry)) continue;
      const { effectiveOn, insertedOn, insertedAt } = entry;
      add(perCommodity, commodity, amount);
      for (const path of above === undefined ? [account] : [account, above])
        add(pages, `${path} ${commodity} ${effectiveOn} ${insertedOn}`, amount);
      lines.set(`${account} ${commodity} ${entry.id} ${n}`, [amount, effectiveOn, insertedAt, insertedOn]);
    }
  same("off in", perCommodity, new Map());
  same("page", kept.pages, pages);
  same("line", kept.lines, lines);
  same("turnover", kept.turnover, turnoverOf(paper));
  const all = [...paper.entries.values()];
  const asKept = (one: (typeof all)[number]) =>
    [one.id, [one.effectiveOn, one.insertedOn, one.postings]] as const;
  same("transaction", kept.transactions, new Map(all.map(asKept)));
  same("reversal", kept.reversals, paper.reversed);
  const states = [...paper.reserved].map(
    ([id, { status, settledBy, expiresAt }]) => [id, [status, settledBy, expiresAt]] as const,
  );
  same("pending", kept.states, new Map(states));
  const accounts = [...paper.accounts.values()].map(
    ({ path, type, mayGoBelowZero, limits, closed }) =>
      [path, [type, mayGoBelowZero, limits, closed]] as const,
  );
  same("account", kept.accounts, new Map(accounts));
  const written = all.filter(({ id }) => flows.has(id)).map(({ id }) => [id, 1] as const);
  same("record beside", kept.records, new Map(written));
  for (const key of touched) {
    const [path = "", commodity = ""] = key.split(" ");
    holdAccount(table, tenantId, paper, path, commodity);
  }
};
