import { NewPastSale, saleTransaction } from "../../../../domain/imports/sale.ts";
import { Failure } from "../../../../domain/kernel/errors.ts";
import { dayIn } from "../../../../domain/kernel/time.ts";
import { effectiveDay, type NewTransaction } from "../../../../domain/ledger/transaction.ts";
import { momentOf, saveAs } from "../../../kit/context.ts";
import { faultsOf } from "../../../kit/validate.ts";
import { postAll } from "../../../ledger/bulk.ts";
import { knownOf } from "../../../ledger/known.ts";
import { looked } from "../../../ledger/look.ts";
import type { PostingContext, PostingRequest } from "../../../ledger/posting.ts";
import { referenceFailure, referencesOf, unknownOf } from "../../../ledger/references.ts";
import type { BulkResult } from "../../../ledger/transaction-routes.ts";
import { failureOfRow, faultsOfFailure } from "../chunk.ts";
import { lookedUpAgain, markOf, type RowOutcome, type RowToMake, type Workshop } from "../rows.ts";
import type { BulkMaker } from "./maker.ts";

/** A row with the transaction that it becomes. */
interface Sale {
  readonly row: RowToMake;
  readonly transaction: NewTransaction;
}

/** The same row has the same transaction, by whatever import: the ledger itself knows what was posted before. */
const transactionOf = (row: RowToMake): NewTransaction => {
  const parsed = NewPastSale.safeParse(row.body);
  if (!parsed.success) throw new Failure("request.invalid", { fields: faultsOf("", parsed.error.issues) });
  return saleTransaction(parsed.data, `import:sales:${row.identity}`);
};

const faulty = ({ line, origins }: RowToMake, failure: Failure): RowOutcome => ({
  line,
  outcome: faultsOfFailure(line, failure, origins),
});

/** Rows that are right in themselves and name what is there, and those that are not. */
const read = async (
  { store }: Workshop,
  rows: readonly RowToMake[],
): Promise<{ sales: Sale[]; wrong: RowOutcome[] }> => {
  const sales: Sale[] = [];
  const wrong: RowOutcome[] = [];
  for (const row of rows)
    try {
      sales.push({ row, transaction: transactionOf(row) });
    } catch (error) {
      wrong.push(faulty(row, failureOfRow(error)));
    }
  // What a row names that a dry run made up cannot be there.
  const named = sales.map(({ row, transaction }) => (row.dry ? [] : referencesOf(transaction)));
  const unknown = new Set(await unknownOf(store, named.flat()));
  const sound = sales.filter(({ row }, at) => {
    const missing = (named[at] ?? [])
      .filter((reference) => unknown.has(reference))
      .map(({ id, pointer }) => ({ id, pointer: pointer.replace("/links/", "/") }));
    if (missing.length > 0) wrong.push(faulty(row, referenceFailure(missing)));
    return missing.length === 0;
  });
  return { sales: sound, wrong };
};

const outcomeOf = ({ row }: Sale, result: BulkResult | undefined): RowOutcome => {
  if (!result) throw new Error("a sale has no result");
  if (result.outcome === "posted") return { line: row.line, outcome: "made" };
  // By which import it was posted, its mark tells.
  if (result.outcome === "replayed") return { line: row.line, outcome: "there" };
  const { code = "request.invalid", detail, errors = [] } = result;
  const fields = errors.filter(({ pointer }) => pointer === "/effectiveOn");
  return faulty(
    row,
    failureOfRow(new Failure(code, { ...(detail === undefined ? {} : { detail }), fields })),
  );
};

/** Posts sales, as many in one transaction of the database as it holds, each with its mark. */
const making =
  (workshop: Workshop) =>
  async (rows: readonly RowToMake[]): Promise<RowOutcome[]> => {
    const { actor, ground, member, store } = workshop;
    const { sales, wrong } = await read(workshop, rows);
    const moment = momentOf(ground);
    const context: PostingContext = {
      ...moment,
      store,
      tenant: actor.tenant,
      save: (change) => saveAs({ ...moment, store, correlationId: actor.correlationId }, member.id, change),
    };
    const requests = sales.map(
      ({ row, transaction }): PostingRequest => ({
        transaction,
        writes: [markOf(workshop, row, transaction.id)],
      }),
    );
    const results = await postAll(context, requests, { byHand: true });
    const outcomes = sales.map((sale, at) => outcomeOf(sale, results[at]));
    return lookedUpAgain(workshop, rows, [...wrong, ...outcomes]);
  };

/** Says of sales whether the ledger would take them as it stands: their days and their accounts. */
const trying =
  (workshop: Workshop) =>
  async (rows: readonly RowToMake[]): Promise<RowOutcome[]> => {
    const { actor, ground, store } = workshop;
    const { sales, wrong } = await read(workshop, rows);
    const paths = new Set(sales.flatMap(({ transaction }) => transaction.postings.map((one) => one.account)));
    const { head, accounts } = await looked(store, knownOf(store.tenantId), 0, [...paths]);
    const today = dayIn(momentOf(ground).now, actor.tenant.timeZone);
    const outcomes = sales.map(({ row, transaction }): RowOutcome => {
      try {
        effectiveDay(transaction.effectiveOn, today, head.lockedThrough);
        for (const { account: path } of transaction.postings)
          checkAccount(path, accounts.get(path), head.charted);
        return { line: row.line, outcome: "made" };
      } catch (error) {
        return faulty(row, failureOfRow(error));
      }
    });
    return [...wrong, ...outcomes];
  };

/** @throws ledger.account-unknown, ledger.account-closed, ledger.account-managed */
const checkAccount = (
  path: string,
  account: { readonly closedAt?: string | undefined; readonly managedBy?: string | undefined } | undefined,
  isCharted: boolean,
): void => {
  // The chart of a tenant that has none yet comes with its first posting.
  if (!account && isCharted)
    throw new Failure("ledger.account-unknown", { detail: `There is no account ${path}.` });
  if (account?.closedAt !== undefined)
    throw new Failure("ledger.account-closed", { detail: `${path} is closed.` });
  if (account?.managedBy !== undefined)
    throw new Failure("ledger.account-managed", { detail: `${path} is kept by ${account.managedBy}.` });
};

/** Sales of the past, through the ledger's own way in: what it refuses by hand, it refuses here. */
export const saleMaker: BulkMaker = { making, trying };
