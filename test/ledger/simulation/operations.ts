import type { AccountChange, NewAccount } from "../../../domain/ledger/account.ts";
import type { NewTransaction, Posting } from "../../../domain/ledger/transaction.ts";
import { aboveOf, counts, type Draft, dayAt, type Paper, type Request } from "./paper.ts";

type Opens = readonly NewAccount[];

/** What somebody asks of the engine. */
export type Operation =
  | { readonly type: "post"; readonly transaction: NewTransaction; readonly opens: Opens }
  | {
      /** An import is a flow in bulk: each row has a record of its own beside it. */
      readonly type: "batch" | "bulk" | "import";
      readonly transactions: readonly NewTransaction[];
      readonly opens: Opens;
    }
  /** A flow of the system: its own record is written with the transaction or not at all. */
  | { readonly type: "flow"; readonly transaction: NewTransaction; readonly opens: Opens }
  | { readonly type: "reverse"; readonly of: string; readonly id: string; readonly effectiveOn?: string }
  | {
      readonly type: "reserve";
      readonly transaction: Omit<NewTransaction, "effectiveOn">;
      readonly opens: Opens;
      readonly expiresAt: string;
    }
  | {
      readonly type: "settle";
      readonly pendingId: string;
      readonly as: "posted" | "voided";
      readonly id: string;
      readonly effectiveOn?: string;
      readonly postings?: Posting[];
    }
  | { readonly type: "sweep" }
  | { readonly type: "open"; readonly account: NewAccount }
  | { readonly type: "change"; readonly path: string; readonly change: AccountChange }
  | { readonly type: "close" | "reopen"; readonly path: string }
  | { readonly type: "lock"; readonly day: string; readonly mayGoBack: boolean }
  | { readonly type: "balance"; readonly account: string; readonly commodity: string }
  | { readonly type: "trial"; readonly commodity: string };

/** Whether its transactions are posted each by itself. */
export const isInRows = ({ type }: Operation): boolean => type === "bulk" || type === "import";
/** Whether a part of the system asks for it, which writes records of its own beside. */
export const isFlow = ({ type }: Operation): boolean => type === "flow" || type === "import";

/** Accounts that are opened by the way: those of the wishes that are posted to. */
const opensOf = (opens: Opens, transactions: readonly { readonly postings: readonly Posting[] }[]): Opens =>
  opens.filter(({ path }) =>
    transactions.some(({ postings }) => postings.some((one) => one.account === path)),
  );

const draftOf = (transaction: NewTransaction): Draft => ({
  id: transaction.id,
  content: JSON.stringify(["post", transaction]),
  postings: transaction.postings,
  effectiveOn: transaction.effectiveOn,
  links: transaction.links ?? {},
});

const draftsOf = (paper: Paper, operation: Operation): Draft[] | undefined => {
  switch (operation.type) {
    case "post":
    case "flow":
      return [draftOf(operation.transaction)];
    case "batch":
    case "bulk":
    case "import":
      return operation.transactions.map(draftOf);
    case "reserve": {
      const { transaction, expiresAt } = operation;
      const content = JSON.stringify(["reserve", transaction, expiresAt]);
      return [{ ...draftOf(transaction), content, pending: { expiresAt } }];
    }
    case "reverse": {
      const { of, id, effectiveOn } = operation;
      const there = paper.entries.get(of);
      if (!there) return undefined;
      const postings = there.postings.map((one) => ({ ...one, amount: -one.amount }));
      const content = JSON.stringify(["reverse", of, id, effectiveOn]);
      return [{ id, content, postings, effectiveOn, links: there.links, reverses: of }];
    }
    case "settle": {
      const { pendingId, as, id, effectiveOn } = operation;
      const there = paper.reserved.get(pendingId);
      if (!there) return undefined;
      const content = JSON.stringify(["settle", pendingId, as, id, effectiveOn, operation.postings]);
      const postings = operation.postings ?? there.postings;
      return [{ id, content, postings, effectiveOn, links: there.links, settles: { id: pendingId, as } }];
    }
    default:
      return undefined;
  }
};

/** What an operation wants to have written down, as far as that can be said; rows of a bulk each by itself. */
export const requestsOf = (paper: Paper, operation: Operation, now: string): Request[] => {
  const drafts = draftsOf(paper, operation) ?? [];
  const wishes = "opens" in operation ? operation.opens : [];
  const byHand = !isFlow(operation);
  if (isInRows(operation))
    return drafts.map((draft) => ({ drafts: [draft], opens: opensOf(wishes, [draft]), byHand, now }));
  return drafts.length === 0 ? [] : [{ drafts, opens: opensOf(wishes, drafts), byHand, now }];
};

/** A transaction by which the sweep says that something has expired. */
export const expiryOf = (paper: Paper, pendingId: string, id: string): Draft | undefined => {
  const there = paper.reserved.get(pendingId);
  return (
    there && {
      id,
      content: JSON.stringify(["expired", pendingId]),
      postings: there.postings,
      effectiveOn: undefined,
      links: there.links,
      settles: { id: pendingId, as: "expired" },
    }
  );
};

const knownProduct = (commodity: string, products: ReadonlySet<string>) =>
  !commodity.startsWith("prd_") || products.has(commodity);

const namesUnknown = (operation: Operation, products: ReadonlySet<string>): boolean =>
  ("transaction" in operation && operation.type !== "flow"
    ? [operation.transaction]
    : operation.type === "batch"
      ? operation.transactions
      : []
  ).some(({ postings }) => postings.some(({ commodity }) => !knownProduct(commodity, products)));

const accountReasons = (paper: Paper, operation: Operation, now: string): string[] => {
  const account = "path" in operation ? paper.accounts.get(operation.path) : undefined;
  const there = account ? [] : ["record.not-found"];
  const managed = account?.managedBy === undefined ? [] : ["ledger.account-managed"];
  switch (operation.type) {
    case "open": {
      const { path, type } = operation.account;
      const above = aboveOf(path);
      const other = above === undefined ? undefined : paper.accounts.get(above)?.type;
      return [
        ...(paper.accounts.has(path) ? ["ledger.account-exists"] : []),
        ...(other !== undefined && other !== type ? ["ledger.account-unfit"] : []),
      ];
    }
    case "change": {
      if (!account) return there;
      const { mayGoBelowZero = account.mayGoBelowZero, limits = account.limits } = operation.change;
      const changed = {
        mayGoBelowZero: mayGoBelowZero && account.type !== "stock",
        limits: limits ?? {},
      };
      const breaks = paper
        .commoditiesOf(account.path)
        .some((commodity) => paper.brokenAt(account.path, commodity, changed) !== undefined);
      return [...managed, ...(breaks ? ["ledger.account-in-use"] : [])];
    }
    case "close":
      return account
        ? [...managed, ...(paper.isEmpty(account.path) ? [] : ["ledger.account-not-empty"])]
        : there;
    case "reopen":
      return account ? (account.closed ? [] : ["ledger.account-open"]) : there;
    case "lock": {
      const { day, mayGoBack } = operation;
      const isBack = paper.lockedThrough !== undefined && day < paper.lockedThrough && !mayGoBack;
      return [...(day > dayAt(now) ? ["ledger.lock-day"] : []), ...(isBack ? ["ledger.lock-backwards"] : [])];
    }
    case "balance":
      return paper.accounts.has(operation.account) ? [] : ["record.not-found"];
    default:
      return [];
  }
};

/** Every reason to refuse an operation as things stand. Those of the rows of a bulk are each row's own. */
export const reasonsOf = (
  paper: Paper,
  operation: Operation,
  now: string,
  products: ReadonlySet<string>,
): Set<string> => {
  const reasons = new Set(accountReasons(paper, operation, now));
  if (isInRows(operation)) return reasons;
  for (const request of requestsOf(paper, operation, now))
    for (const reason of paper.reasons(request)) reasons.add(reason);
  if (namesUnknown(operation, products)) reasons.add("reference.unknown");
  if (operation.type === "settle" && !paper.reserved.has(operation.pendingId))
    reasons.add("record.not-found");
  if (operation.type === "reverse") {
    const there = paper.entries.get(operation.of);
    if (!there) reasons.add("record.not-found");
    else if (there.reverses !== undefined || !counts(there)) reasons.add("ledger.not-reversible");
  }
  return reasons;
};
