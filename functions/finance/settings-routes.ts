import * as z from "zod";
import { ExchangeRate, RateChange, RatesChange } from "../../domain/finance/rates.ts";
import { FinanceSettings, FinanceSettingsChange } from "../../domain/finance/settings.ts";
import { Currency } from "../../domain/kernel/currency.ts";
import { PageQuery, pageOf } from "../../domain/kernel/page.ts";
import { Day } from "../../domain/kernel/time.ts";
import { route } from "../kit/route.ts";

const shared = { feature: "finance" } as const;

export const financeSettingsRoutes = {
  readFinanceSettings: route({
    ...shared,
    method: "GET",
    path: "/v1/finance/settings",
    summary: "Tax rates, series of numbers, days to pay",
    permission: "finance:read",
    status: 200,
    output: FinanceSettings,
    versioned: true,
  }),
  setFinanceSettings: route({
    ...shared,
    method: "PUT",
    path: "/v1/finance/settings",
    summary: "Set tax rates, series of numbers and days to pay",
    description:
      "Exactly what there is to be. A tax rate keeps its percent and a series its kind: they can only be made inactive.",
    permission: "finance:write",
    body: FinanceSettingsChange,
    status: 200,
    output: FinanceSettings,
    versioned: true,
    failures: ["finance.settings-inconsistent"],
  }),
  listExchangeRates: route({
    ...shared,
    method: "GET",
    path: "/v1/finance/rates",
    summary: "The rates of a currency, the last day first",
    permission: "finance:read",
    query: z.strictObject({ ...PageQuery, currency: Currency }),
    status: 200,
    output: pageOf(ExchangeRate),
  }),
  setExchangeRates: route({
    ...shared,
    method: "PUT",
    path: "/v1/finance/rates",
    summary: "Set many rates at once, as a bank publishes them",
    description:
      "All of them or none. In the tenant's currency, or with `base` as a central bank lists them; then the tenant's currency has to " +
      "stand in the list of each day. A rate that stands already as it is sent is left as it is.",
    permission: "finance:write",
    body: RatesChange,
    status: 200,
    output: z.object({
      rates: z.array(ExchangeRate).meta({ description: "In the order of the request" }),
      changed: z.int().meta({ description: "How many of them were not there, or another" }),
    }),
    failures: ["finance.rate-own-currency", "finance.rates-inconsistent"],
  }),
  readExchangeRate: route({
    ...shared,
    method: "GET",
    path: "/v1/finance/rates/{currency}/{day}",
    summary: "The rate that is good on a day: that of the last day on or before it",
    permission: "finance:read",
    params: z.strictObject({ currency: Currency, day: Day }),
    status: 200,
    output: ExchangeRate,
    versioned: true,
  }),
  setExchangeRate: route({
    ...shared,
    method: "PUT",
    path: "/v1/finance/rates/{currency}/{day}",
    summary: "Set the rate of a currency from a day on",
    description: "Documents that were issued keep the rate that they were issued with.",
    permission: "finance:write",
    params: z.strictObject({ currency: Currency, day: Day }),
    body: RateChange,
    status: 200,
    output: ExchangeRate,
    versioned: true,
    failures: ["finance.rate-own-currency"],
  }),
};
