import { changedRate, publishedRates } from "../../domain/finance/rates.ts";
import { changedFinanceSettings } from "../../domain/finance/settings.ts";
import { Failure, notFound } from "../../domain/kernel/errors.ts";
import { pagingOf } from "../../domain/kernel/page.ts";
import { happened } from "../../events/event.ts";
import { exchangeRateSet, financeSettingsChanged } from "../../events/finance.ts";
import { checkVersion } from "../kit/context.ts";
import type { Handlers } from "../kit/serve.ts";
import { create, StaleWrite, update } from "../kit/table/store.ts";
import { financeSettingsOf, rateBefore } from "./ground.ts";
import type { financeSettingsRoutes } from "./settings-routes.ts";
import { exchangeRateEntity, financePartitions, financeSettingsEntity } from "./store.ts";

const stale = () => new StaleWrite();

export const financeSettingsHandlers: Handlers<typeof financeSettingsRoutes> = {
  async readFinanceSettings(_, context) {
    return (await financeSettingsOf(context)).settings;
  },

  async setFinanceSettings({ body }, context) {
    const { settings, stored } = await financeSettingsOf(context);
    checkVersion(context, settings);
    const changed = changedFinanceSettings(settings, body, context.now);
    return context.save({
      writes: [
        stored ? update(financeSettingsEntity, changed) : create(financeSettingsEntity, changed, stale),
      ],
      happened: [happened(financeSettingsChanged, changed)],
      answer: changed,
    });
  },

  listExchangeRates({ query }, { store }) {
    return store.list({
      pk: financePartitions.rates(query.currency),
      newestFirst: true,
      ...pagingOf(query),
    });
  },

  async readExchangeRate({ params }, { store }) {
    const rate = await rateBefore(store, params.currency, params.day);
    if (!rate) throw notFound();
    return rate;
  },

  async setExchangeRates({ body }, context) {
    const { store, tenant, now } = context;
    const wanted = publishedRates(body, tenant.currency);
    const before = await store.getAll(exchangeRateEntity, wanted);
    const rates = wanted.map((rate, at) => {
      const there = before[at];
      if (there?.rate === rate.rate) return { rate: there };
      const next = changedRate(there, rate, { tenantCurrency: tenant.currency, now });
      return {
        rate: next,
        write: there ? update(exchangeRateEntity, next) : create(exchangeRateEntity, next, stale),
      };
    });
    const changes = rates.flatMap(({ rate, write }) => (write ? [{ rate, write }] : []));
    return context.save({
      writes: changes.map(({ write }) => write),
      happened: changes.map(({ rate }) => happened(exchangeRateSet, rate)),
      answer: { rates: rates.map(({ rate }) => rate), changed: changes.length },
    });
  },

  async setExchangeRate({ params, body }, context) {
    const before = await context.store.get(exchangeRateEntity, params);
    if (before) checkVersion(context, before);
    else if (context.ifMatch !== undefined)
      throw new Failure("record.stale", { detail: "The day has no rate of its own yet." });
    const rate = changedRate(
      before,
      { ...params, ...body },
      { tenantCurrency: context.tenant.currency, now: context.now },
    );
    return context.save({
      writes: [before ? update(exchangeRateEntity, rate) : create(exchangeRateEntity, rate, stale)],
      happened: [happened(exchangeRateSet, rate)],
      answer: rate,
    });
  },
};
