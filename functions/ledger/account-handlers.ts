import { Failure, notFound } from "../../domain/kernel/errors.ts";
import { pageSize } from "../../domain/kernel/page.ts";
import {
  type Account,
  changedAccount,
  controlAccount,
  controlOf,
  openedAccount,
} from "../../domain/ledger/account.ts";
import { checkFitsAbove, checkOpenedByHand } from "../../domain/ledger/chart.ts";
import { happened } from "../../events/event.ts";
import { accountChanged, accountOpened } from "../../events/ledger.ts";
import { type Context, checkVersion } from "../kit/context.ts";
import type { Handlers } from "../kit/serve.ts";
import { create, type ListQuery, StaleWrite, update, type Write } from "../kit/table/store.ts";
import type { accountRoutes } from "./account-routes.ts";
import { closingWrites, constrainedWrites } from "./account-standing.ts";
import { ensureChart } from "./chart.ts";
import { checkReferences, referencesIn } from "./references.ts";
import { accountEntity, headTouches, ledgerPartitions } from "./store.ts";

const loaded = async ({ store }: Context, path: string): Promise<Account> => {
  const account = await store.get(accountEntity, { path });
  if (!account) throw notFound();
  return account;
};

const byHand = (account: Account): Account => {
  if (account.managedBy !== undefined)
    throw new Failure("ledger.account-managed", {
      detail: `${account.path} is kept by ${account.managedBy}.`,
    });
  return account;
};

/** The write of a control account, where the first of its members is opened. @throws ledger.account-unfit */
const controlWrites = async ({ store }: Context, account: Account): Promise<Write[]> => {
  const control = controlOf(account.path);
  if (control === undefined) return [];
  const there = await store.get(accountEntity, { path: control });
  if (!there) return [create(accountEntity, controlAccount(account, control), () => new StaleWrite())];
  if (there.type !== account.type)
    throw new Failure("ledger.account-unfit", {
      detail: `${control} is of the type ${there.type}, and so are its members.`,
      fields: [{ pointer: "/type", reason: `differs from that of ${control}` }],
    });
  return [];
};

const change = (account: Account, writes: readonly Write[]) => ({
  writes: [update(accountEntity, account), ...writes],
  happened: [happened(accountChanged, account)],
  answer: account,
});

export const accountHandlers: Handlers<typeof accountRoutes> = {
  async openAccount({ body }, context) {
    checkOpenedByHand(body.path, "/path");
    checkFitsAbove(body);
    await ensureChart(context);
    await checkReferences(context.store, referencesIn(body.path));
    const account = openedAccount(body, context.now);
    return context.save({
      writes: [
        create(accountEntity, account, () => {
          return new Failure("ledger.account-exists", {
            fields: [{ pointer: "/path", reason: "is that of an account that is there" }],
          });
        }),
        ...(await controlWrites(context, account)),
      ],
      happened: [happened(accountOpened, account)],
      answer: account,
    });
  },

  async listAccounts({ query: { control, clientId, limit = pageSize.standard, cursor } }, context) {
    if (control !== undefined && clientId !== undefined)
      throw new Failure("request.invalid", {
        fields: [{ pointer: "/query/control", reason: "cannot be given together with clientId" }],
      });
    const query: ListQuery =
      clientId === undefined
        ? {
            index: "list",
            pk: control === undefined ? ledgerPartitions.accounts : ledgerPartitions.membersOf(control),
            limit,
            cursor,
          }
        : {
            index: "client",
            pk: ledgerPartitions.ofClient(clientId),
            beginsWith: "LEDGER-ACCOUNT#",
            limit,
            cursor,
          };
    const page = await context.store.list<Account>(query);
    if (page.items.length > 0 || cursor !== undefined || query.pk !== ledgerPartitions.accounts) return page;
    // A tenant from before there were ledgers: it gets its chart with the first look.
    await ensureChart(context);
    return context.store.list<Account>(query);
  },

  async readAccount({ params }, context) {
    return loaded(context, params.path);
  },

  async changeAccount({ params, body }, context) {
    const account = byHand(await loaded(context, params.path));
    checkVersion(context, account);
    const changed = changedAccount(account, body);
    const renamedOnly = body.limits === undefined && body.mayGoBelowZero === undefined;
    return context.save(
      change(changed, renamedOnly ? [] : await constrainedWrites(context.store, account, changed)),
    );
  },

  async closeAccount({ params }, context) {
    const account = byHand(await loaded(context, params.path));
    checkVersion(context, account);
    if (account.closedAt !== undefined) return context.save({ writes: [], answer: account });
    const closed = { ...account, version: account.version + 1, closedAt: context.now };
    return context.save(change(closed, await closingWrites(context.store, account)));
  },

  async reopenAccount({ params }, context) {
    const account = await loaded(context, params.path);
    checkVersion(context, account);
    if (account.closedAt === undefined) throw new Failure("ledger.account-open");
    const { closedAt: _closedAt, ...open } = account;
    return context.save(change({ ...open, version: account.version + 1 }, headTouches()));
  },
};
