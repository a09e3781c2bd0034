import { scopeOf } from "../../../domain/access/permissions.ts";
import type { Tenant } from "../../../domain/access/records.ts";
import { Failure } from "../../../domain/kernel/errors.ts";
import { newId } from "../../../domain/kernel/id.ts";
import { instantOf } from "../../../domain/kernel/time.ts";
import { type Context, momentOf, saveAs } from "../../../functions/kit/context.ts";
import { cursorsFor } from "../../../functions/kit/table/cursor.ts";
import type { Database } from "../../../functions/kit/table/database.ts";
import { create, StaleWrite, Store } from "../../../functions/kit/table/store.ts";
import { accountHandlers } from "../../../functions/ledger/account-handlers.ts";
import { postAll } from "../../../functions/ledger/bulk.ts";
import { sweep } from "../../../functions/ledger/expiry/expiry.ts";
import { lockHandlers } from "../../../functions/ledger/lock.ts";
import { pendingHandlers } from "../../../functions/ledger/pending-handlers.ts";
import { post } from "../../../functions/ledger/posting.ts";
import { readHandlers } from "../../../functions/ledger/reads.ts";
import { transactionHandlers } from "../../../functions/ledger/transaction-handlers.ts";
import { thingEntity } from "../../kit/things.ts";
import type { Operation } from "./operations.ts";
import type { Chance } from "./scheduler.ts";

/** What a request stands on. */
export interface Place {
  readonly database: Database;
  /** As the instance calls it. */
  readonly tenantId: string;
  readonly nowMs: number;
  readonly chance: Chance;
}

export const timeZone = "Etc/GMT-2";
const noLog = { info: () => {}, warn: () => {}, error: () => {} };

/** What the kit gives a handler, for a member who may do all that there is to do. */
export const contextOf = (place: Place, role: "admin" | "accountant" = "admin"): Context => {
  const { database, tenantId, nowMs, chance } = place;
  const entropy = (bytes: number) => Uint8Array.from({ length: bytes }, () => chance(256));
  const moment = momentOf({ clock: () => nowMs, entropy });
  const at = instantOf(0);
  const tenant: Tenant = {
    ...{ id: tenantId, version: 1, name: "Simulation", features: ["ledger"], currency: "EUR", country: "RO" },
    ...{ timeZone, settingsVersion: 1, createdAt: at, updatedAt: at },
  };
  const member = {
    ...{ id: newId("member", 0, () => new Uint8Array(16)), version: 1, name: "Somebody", role },
    ...{ email: "somebody@example.com", status: "active" as const, createdAt: at, updatedAt: at },
  };
  const store = new Store(database, tenantId, cursorsFor(tenantId, "simulation"));
  return {
    ...moment,
    tenant,
    member,
    scope: scopeOf(role, "ledger:write") ?? "own",
    store,
    ifMatch: undefined,
    correlationId: "simulation",
    settings: () => Promise.reject(new Error("the ledger has no settings")),
    save: async ({ answer, ...change }) => {
      await saveAs({ ...moment, store, correlationId: "simulation" }, member.id, change);
      return answer;
    },
  };
};

const none = { params: {}, query: {}, body: undefined } as const;

const handled = async (operation: Operation, place: Place): Promise<unknown> => {
  const context = contextOf(
    place,
    operation.type === "lock" && !operation.mayGoBack ? "accountant" : "admin",
  );
  switch (operation.type) {
    case "post": {
      const body = { ...operation.transaction, opens: [...operation.opens] };
      return transactionHandlers.postTransaction({ ...none, body }, context);
    }
    case "batch":
    case "bulk": {
      const body = { transactions: [...operation.transactions], opens: [...operation.opens] };
      return operation.type === "batch"
        ? transactionHandlers.postBatch({ ...none, body }, context)
        : transactionHandlers.postBulk({ ...none, body }, context);
    }
    case "import": {
      const { transactions, opens } = operation;
      const rows = transactions.map((transaction) => ({
        transaction,
        opens: opens.filter(({ path }) => transaction.postings.some(({ account }) => account === path)),
        writes: [create(thingEntity, { id: transaction.id, version: 1, name: transaction.id })],
      }));
      return { results: await postAll(context, rows) };
    }
    case "flow": {
      const { transaction, opens } = operation;
      const { id } = transaction;
      return post(context, [{ transaction, opens }], {
        writes: [create(thingEntity, { id, version: 1, name: id })],
        answer: () => id,
      });
    }
    case "reverse": {
      const { of, id, effectiveOn } = operation;
      const body = { id, effectiveOn };
      return transactionHandlers.reverseTransaction(
        { ...none, params: { transactionId: of }, body },
        context,
      );
    }
    case "reserve": {
      const { transaction, opens, expiresAt } = operation;
      const body = { ...transaction, opens: [...opens], expiresAt };
      return pendingHandlers.makePending({ ...none, body }, context);
    }
    case "settle": {
      const { pendingId, as, id, effectiveOn, postings } = operation;
      const params = { pendingId };
      return as === "posted"
        ? pendingHandlers.postPending({ ...none, params, body: { id, effectiveOn, postings } }, context)
        : pendingHandlers.voidPending({ ...none, params, body: { id } }, context);
    }
    case "sweep":
      return sweep({
        now: context.now,
        newId: context.newId,
        database: place.database,
        log: noLog,
        remainingMs: () => 60_000,
      });
    case "open":
      return accountHandlers.openAccount({ ...none, body: operation.account }, context);
    case "change": {
      const { path, change: body } = operation;
      return accountHandlers.changeAccount({ ...none, params: { path }, body }, context);
    }
    case "close":
      return accountHandlers.closeAccount({ ...none, params: { path: operation.path } }, context);
    case "reopen":
      return accountHandlers.reopenAccount({ ...none, params: { path: operation.path } }, context);
    case "lock":
      return lockHandlers.setLedgerLock({ ...none, body: { lockedThrough: operation.day } }, context);
    case "balance": {
      const { account, commodity } = operation;
      return readHandlers.listLedgerBalances({ ...none, query: { account, commodity } }, context);
    }
    case "trial": {
      const { commodity } = operation;
      return readHandlers.readTrialBalance({ ...none, query: { commodity, limit: 200 } }, context);
    }
  }
};

const mostRuns = 6;

/** An operation as the kit runs it: a handler whose records change under it is run again. */
export const carriedOut = async (operation: Operation, place: Place): Promise<unknown> => {
  for (let run = 1; ; run++)
    try {
      return await handled(operation, place);
    } catch (error) {
      if (!(error instanceof StaleWrite)) throw error;
      if (run === mostRuns) throw new Failure("record.busy");
    }
};
