import { checkDeclarations } from "../fields/values.ts";
import { Failure, type FieldFault } from "../kernel/errors.ts";
import {
  type DealTypesChange,
  type Extensible,
  extensible,
  type FieldsChange,
  type LossReasonsChange,
  type Settings,
  type StockChange,
} from "./settings.ts";

type Retired = NonNullable<Settings["retiredFields"]>;

const refuse = (code: string, fields: readonly FieldFault[]): void => {
  if (fields.length > 0) throw new Failure(code, { fields });
};

/** Every id that stands in a list a second time. */
const repeated = (list: readonly { readonly id: string }[], pointer: string): FieldFault[] =>
  list.flatMap(({ id }, at) =>
    list.findIndex((other) => other.id === id) < at
      ? [{ pointer: `${pointer}/${at}/id`, reason: "stands twice" }]
      : [],
  );

const missing = (
  before: readonly { readonly id: string }[],
  after: readonly { readonly id: string }[],
  pointer: string,
): FieldFault[] =>
  before
    .filter(({ id }) => !after.some((other) => other.id === id))
    .map(({ id }) => ({ pointer, reason: `lacks "${id}"` }));

const stageFaults = (dealTypes: Settings["dealTypes"]): FieldFault[] =>
  dealTypes.flatMap(({ kind, stages }, at) => {
    const pointer = `/dealTypes/${at}/stages`;
    const twice = repeated(stages, pointer);
    if (kind === "simple" && stages.length > 0)
      return [...twice, { pointer, reason: "has to be empty: a simple type has no stages" }];
    if (kind !== "simple" && stages.length === 0)
      return [...twice, { pointer, reason: `a ${kind} type needs a stage at least` }];
    return twice;
  });

/**
 * The settings with other deal types. A type is never removed, only marked inactive: closed deals name it.
 * Whether a stage may go, the deals have to say: see `stagesRemoved`.
 * @throws settings.inconsistent, settings.entry-removed, settings.kind-fixed
 */
export const withDealTypes = (settings: Settings, { dealTypes }: DealTypesChange): Settings => {
  refuse("settings.inconsistent", [...repeated(dealTypes, "/dealTypes"), ...stageFaults(dealTypes)]);
  refuse("settings.entry-removed", missing(settings.dealTypes, dealTypes, "/dealTypes"));
  refuse(
    "settings.kind-fixed",
    dealTypes.flatMap(({ id, kind }, at) => {
      const former = settings.dealTypes.find((type) => type.id === id);
      return former && (former.kind === "simple") !== (kind === "simple")
        ? [{ pointer: `/dealTypes/${at}/kind`, reason: `is ${former.kind} and cannot become ${kind}` }]
        : [];
    }),
  );
  return { ...settings, dealTypes, version: settings.version + 1 };
};

export interface StageOfType {
  readonly typeId: string;
  readonly stageId: string;
}

/** The stages that are there before and not after. */
export const stagesRemoved = (before: Settings, after: Settings): StageOfType[] =>
  before.dealTypes.flatMap(({ id: typeId, stages }) => {
    const kept = after.dealTypes.find(({ id }) => id === typeId)?.stages ?? [];
    return stages
      .filter(({ id }) => !kept.some((stage) => stage.id === id))
      .map(({ id: stageId }) => ({ typeId, stageId }));
  });

/** The failure of removing stages in which open deals stand. */
export const stagesInUse = (stages: readonly StageOfType[]): Failure =>
  new Failure("settings.stage-in-use", {
    fields: stages.map(({ typeId, stageId }) => ({
      pointer: "/dealTypes",
      reason: `lacks the stage "${stageId}" of "${typeId}"`,
    })),
  });

/** The settings with other loss reasons. @throws settings.inconsistent, settings.entry-removed */
export const withLossReasons = (settings: Settings, { lossReasons }: LossReasonsChange): Settings => {
  refuse("settings.inconsistent", repeated(lossReasons, "/lossReasons"));
  refuse("settings.entry-removed", missing(settings.lossReasons, lossReasons, "/lossReasons"));
  return { ...settings, lossReasons, version: settings.version + 1 };
};

/** The types of all fields that records of a kind have or had, by key. */
const knownTypes = (settings: Settings, of: Extensible): Map<string, string> =>
  new Map(
    [...(settings.retiredFields ?? []).filter((field) => field.of === of), ...settings.fields[of]].map(
      ({ key, type }) => [key, type],
    ),
  );

const retyped = (settings: Settings, change: FieldsChange, of: Extensible): FieldFault[] => {
  const types = knownTypes(settings, of);
  return (change[of] ?? []).flatMap(({ key, type }, at) => {
    const former = types.get(key);
    return former !== undefined && former !== type
      ? [{ pointer: `/${of}/${at}/type`, reason: `is or was ${former}: records may hold such values` }]
      : [];
  });
};

const retiredOf = (settings: Settings, fields: Settings["fields"]): Retired =>
  extensible.flatMap((of) => {
    const declared = new Set(fields[of].map(({ key }) => key));
    const former = settings.fields[of].map(({ key, type }) => ({ of, key, type }));
    const retired = (settings.retiredFields ?? []).filter((field) => field.of === of);
    const known = new Map([...retired, ...former].map((field) => [field.key, field]));
    return [...known.values()].filter(({ key }) => !declared.has(key));
  });

/** Beyond this the one item of the settings would grow without limit. */
const mostRetired = 500;

/**
 * The settings with other additional fields. A field that is not declared any more leaves its values where
 * they are; under its key only a field of the same type may come again.
 * @throws settings.inconsistent, settings.field-type-fixed, limit.exceeded
 */
export const withFields = (settings: Settings, change: FieldsChange): Settings => {
  refuse(
    "settings.inconsistent",
    extensible.flatMap((of) => [...checkDeclarations(change[of] ?? [], `/${of}`)]),
  );
  refuse(
    "settings.field-type-fixed",
    extensible.flatMap((of) => retyped(settings, change, of)),
  );
  const fields = {
    client: change.client ?? settings.fields.client,
    contact: change.contact ?? settings.fields.contact,
    deal: change.deal ?? settings.fields.deal,
  };
  const retiredFields = retiredOf(settings, fields);
  if (retiredFields.length > mostRetired)
    throw new Failure("limit.exceeded", { detail: `At most ${mostRetired} fields can have been removed.` });
  return { ...settings, fields, retiredFields, version: settings.version + 1 };
};

/** The settings with another way to count stock. */
export const withStock = (settings: Settings, stock: StockChange): Settings => ({
  ...settings,
  stock,
  version: settings.version + 1,
});
