import * as z from "zod";
import { Slug } from "../deals/deal.ts";
import { Failure, type FieldFault } from "../kernel/errors.ts";
import { Format, Line } from "../kernel/text.ts";
import { Instant } from "../kernel/time.ts";
import { RevenueAccount } from "./accounts.ts";
import { plainDecimal } from "./decimal.ts";
import { Percent } from "./tax.ts";

export const TaxRate = z
  .strictObject({
    id: Slug,
    name: Line.min(1).max(100),
    percent: Percent,
    active: z.boolean().default(true),
  })
  .meta({ id: "TaxRate" });
export type TaxRate = z.infer<typeof TaxRate>;

export const SeriesKind = z.enum(["invoice", "credit-note"]);
export type SeriesKind = z.infer<typeof SeriesKind>;

/** Where numbers come from: `INV-000001`, or `INV-2026-000001` where they begin anew with each year. */
export const Series = z
  .strictObject({
    code: Format(10, z.regex(/^[A-Z]{1,10}$/)).meta({
      description: "What its numbers begin with",
      examples: ["INV"],
    }),
    kind: SeriesKind,
    yearly: z.boolean().default(true).meta({ description: "Numbers begin anew with each year, and name it" }),
    digits: z.int().min(1).max(10).default(6).meta({ description: "Shorter numbers get zeros in front" }),
    active: z.boolean().default(true),
    allowsEarlierDays: z.boolean().optional().meta({
      description:
        "Whether a document may be dated before one that has a number of the series and period already; absent: it may not",
    }),
  })
  .meta({ id: "NumberSeries" });
export type Series = z.infer<typeof Series>;

const fields = {
  taxRates: z.array(TaxRate).min(1).max(50),
  standardTaxId: Slug.meta({ description: "The tax of a line that names none" }),
  series: z
    .array(Series)
    .min(1)
    .max(50)
    .meta({ description: "The first active one of a kind is taken where none is named" }),
  revenueAccounts: z
    .array(z.strictObject({ category: Line.min(1).max(100), account: RevenueAccount }))
    .max(100)
    .optional()
    .meta({ description: "By the product's category; what has none there is booked on `revenue`" }),
  paymentDays: z.int().min(0).max(365).meta({ description: "Due so many days after the day of issue" }),
};

/** Exactly what there is to be. */
export const FinanceSettingsChange = z.strictObject(fields);
export type FinanceSettingsChange = z.infer<typeof FinanceSettingsChange>;

export const FinanceSettings = z
  .object({ version: z.int().min(1), ...fields, updatedAt: Instant })
  .meta({ id: "FinanceSettings" });
export type FinanceSettings = z.infer<typeof FinanceSettings>;

/** The rates that a tenant begins with, where we know its country's. */
const ratesOf: Readonly<Record<string, readonly TaxRate[]>> = {
  RO: [
    { id: "standard", name: "TVA 21%", percent: "21", active: true },
    { id: "reduced", name: "TVA 11%", percent: "11", active: true },
    { id: "zero", name: "TVA 0%", percent: "0", active: true },
  ],
};

/** What a tenant has as long as it sets nothing. @param since when the tenant was made */
export const standardFinanceSettings = (country: string, since: Instant): FinanceSettings => {
  const taxRates = ratesOf[country] ?? [{ id: "zero", name: "No tax", percent: "0", active: true }];
  return {
    version: 1,
    taxRates: [...taxRates],
    standardTaxId: taxRates[0]?.id ?? "zero",
    series: [
      { code: "INV", kind: "invoice", yearly: true, digits: 6, active: true },
      { code: "CN", kind: "credit-note", yearly: true, digits: 6, active: true },
    ],
    paymentDays: 30,
    updatedAt: since,
  };
};

const repeated = (ids: readonly string[], root: string, field: string): FieldFault[] =>
  ids.flatMap((id, at) =>
    ids.indexOf(id) < at ? [{ pointer: `${root}/${at}/${field}`, reason: "stands twice" }] : [],
  );

/** A rate and a series stay what they were: documents name them. */
const alteredRates = (before: FinanceSettings, after: FinanceSettingsChange): FieldFault[] =>
  before.taxRates.flatMap(({ id, percent }) => {
    const at = after.taxRates.findIndex((rate) => rate.id === id);
    const now = after.taxRates[at];
    if (!now) return [{ pointer: "/taxRates", reason: `lacks "${id}", which can only be made inactive` }];
    return plainDecimal(now.percent) === plainDecimal(percent)
      ? []
      : [{ pointer: `/taxRates/${at}/percent`, reason: `is ${percent} for good: a new rate needs a new id` }];
  });

const alteredSeries = (before: FinanceSettings, after: FinanceSettingsChange): FieldFault[] =>
  before.series.flatMap((was) => {
    const at = after.series.findIndex(({ code }) => code === was.code);
    const now = after.series[at];
    if (!now) return [{ pointer: "/series", reason: `lacks "${was.code}", which can only be made inactive` }];
    return now.kind === was.kind && now.yearly === was.yearly
      ? []
      : [{ pointer: `/series/${at}`, reason: "keeps its kind, and whether it begins anew with each year" }];
  });

/** The settings after a change. @throws finance.settings-inconsistent naming all that is wrong */
export const changedFinanceSettings = (
  before: FinanceSettings,
  change: FinanceSettingsChange,
  now: Instant,
): FinanceSettings => {
  const faults = [
    ...repeated(
      change.taxRates.map(({ id }) => id),
      "/taxRates",
      "id",
    ),
    ...repeated(
      change.series.map(({ code }) => code),
      "/series",
      "code",
    ),
    ...repeated(
      (change.revenueAccounts ?? []).map(({ category }) => category),
      "/revenueAccounts",
      "category",
    ),
    ...alteredRates(before, change),
    ...alteredSeries(before, change),
    ...(change.taxRates.some(({ id, active }) => id === change.standardTaxId && active)
      ? []
      : [{ pointer: "/standardTaxId", reason: "is not an active tax rate" }]),
  ];
  if (faults.length > 0) throw new Failure("finance.settings-inconsistent", { fields: faults });
  return { version: before.version + 1, ...change, updatedAt: now };
};
