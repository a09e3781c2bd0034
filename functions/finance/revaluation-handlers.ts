import { openedByFinance, sides, unrealisedAccount, worthPathOf } from "../../domain/finance/accounts.ts";
import type { DayRates } from "../../domain/finance/rates.ts";
import {
  checkOver,
  endOf,
  mostPositions,
  type Position,
  positionOf,
  revaluationPostings,
  type Standing,
  withEdition,
} from "../../domain/finance/revaluation.ts";
import { Failure, notFound } from "../../domain/kernel/errors.ts";
import { pagingOf } from "../../domain/kernel/page.ts";
import type { Day } from "../../domain/kernel/time.ts";
import { isCurrency } from "../../domain/ledger/commodity.ts";
import { happened } from "../../events/event.ts";
import { openRevalued } from "../../events/finance.ts";
import type { Context } from "../kit/context.ts";
import { mapParallel, runParallel } from "../kit/parallel.ts";
import type { Handlers } from "../kit/serve.ts";
import { create, StaleWrite, update } from "../kit/table/store.ts";
import { commoditiesOf } from "../ledger/commodities.ts";
import type { PostingRequest } from "../ledger/posting.ts";
import { balanceIn } from "../ledger/reads-store.ts";
import { ratesOn, todayOf } from "./ground.ts";
import { carriedOut } from "./issuing.ts";
import type { revaluationRoutes } from "./revaluation-routes.ts";
import { financePartitions, revaluationEntity } from "./store.ts";

/** There are fewer currencies than this. */
const mostCommodities = 300;
/** How often balances are read again because something came between. */
const mostReadings = 5;

const kindOf = { sale: "receivable", purchase: "payable" } as const;

/** What all clients together owe and are owed in foreign currencies, as the ledger has it at the end of a day. */
const standingsOn = async ({ store, tenant }: Context, asOf: Day): Promise<Standing[]> => {
  const places = await mapParallel(sides, async (side) => {
    const control = `clients:*:${kindOf[side]}`;
    const { items } = await commoditiesOf(store, control, { limit: mostCommodities });
    return items
      .filter((one) => isCurrency(one) && one !== tenant.currency)
      .map((currency) => ({ side, control, currency }));
  });
  return mapParallel(places.flat(), async ({ side, control, currency }) => {
    const [open, book] = await runParallel([
      () => balanceIn(store, control, currency, { asOf }),
      () => balanceIn(store, worthPathOf(kindOf[side], currency), tenant.currency, { asOf }),
    ]);
    return { side, currency, open, book };
  });
};

const isSame = (one: readonly Standing[], other: readonly Standing[]): boolean =>
  one.length === other.length &&
  one.every(({ open, book }, at) => open === other[at]?.open && book === other[at]?.book);

/**
 * The same at one moment: what two readings one after the other agree upon, for what the first saw of a posting the second
 * sees whole.
 * @throws record.busy
 */
const steadyStandings = async (context: Context, asOf: Day): Promise<Standing[]> => {
  let before = await standingsOn(context, asOf);
  for (let reading = 1; reading < mostReadings; reading++) {
    const now = await standingsOn(context, asOf);
    if (isSame(before, now)) return now;
    before = now;
  }
  throw new Failure("record.busy");
};

const differencesOf = (standings: readonly Standing[], rates: DayRates): Position[] =>
  standings
    .filter(({ open, book }) => open !== 0n || book !== 0n)
    .map((standing) => positionOf(standing, rates))
    .filter(({ differenceMinor }) => differenceMinor !== 0);

/** The revaluation and its reversal, in one write. */
const requestsOf = (
  ids: { readonly transactionId: string; readonly reversalId: string },
  month: string,
  positions: readonly Position[],
  tenantCurrency: string,
): { readonly forth: PostingRequest; readonly back: PostingRequest } => {
  const { last, next } = endOf(month);
  const { postings, back } = revaluationPostings(positions, tenantCurrency);
  const opens = [...new Set([unrealisedAccount, ...postings.map(({ account }) => account)])].flatMap(
    (path) => openedByFinance(path) ?? [],
  );
  const { transactionId, reversalId } = ids;
  return {
    forth: { transaction: { id: transactionId, kind: "revaluation", effectiveOn: last, postings }, opens },
    back: {
      transaction: { id: reversalId, kind: "revaluation-reversal", effectiveOn: next, postings: back },
      reverses: transactionId,
      opens,
    },
  };
};

export const revaluationHandlers: Handlers<typeof revaluationRoutes> = {
  async revalue({ body: { month } }, context) {
    const { store, tenant, now } = context;
    checkOver(month, todayOf(context));
    const { last } = endOf(month);
    const before = await store.get(revaluationEntity, { month });
    const standings = await steadyStandings(context, last);
    const rates = await ratesOn(
      context,
      standings.map(({ currency }) => currency),
      last,
    );
    const all = differencesOf(standings, rates);
    const positions = all.slice(0, mostPositions);
    const remaining = all.length - positions.length;
    if (before && positions.length === 0)
      return context.save({ writes: [], answer: { ...before, remaining } });
    const next = withEdition(before, month, positions, now);
    const edition = positions.length === 0 ? undefined : next.editions.at(-1);
    const requests = edition && requestsOf(edition, month, positions, tenant.currency);
    return carriedOut(context, requests?.forth, {
      requests: requests ? [requests.back] : [],
      writes: [
        before ? update(revaluationEntity, next) : create(revaluationEntity, next, () => new StaleWrite()),
      ],
      happened: [happened(openRevalued, next)],
      answer: { ...next, remaining },
    });
  },

  listRevaluations({ query }, { store }) {
    return store.list({
      pk: financePartitions.revaluations,
      newestFirst: true,
      ...pagingOf(query),
    });
  },

  async readRevaluation({ params }, { store }) {
    const revaluation = await store.get(revaluationEntity, params);
    if (!revaluation) throw notFound();
    return revaluation;
  },
};
