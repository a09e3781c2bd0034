import { changedRate } from "../../domain/finance/rates.ts";
import { changedFinanceSettings } from "../../domain/finance/settings.ts";
import { Failure, notFound } from "../../domain/kernel/errors.ts";
import { pageSize } from "../../domain/kernel/page.ts";
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
      limit: query.limit ?? pageSize.standard,
      cursor: query.cursor,
    });
  },

  async readExchangeRate({ params }, { store }) {
    const rate = await rateBefore(store, params.currency, params.day);
    if (!rate) throw notFound();
    return rate;
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
