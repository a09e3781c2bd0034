import * as z from "zod";
import { Currency } from "../kernel/currency.ts";
import { Failure, type FieldFault } from "../kernel/errors.ts";
import { Line } from "../kernel/text.ts";
import { DateFormatText, Format } from "./format.ts";
import { FieldPath, type Segments, segmentsOf } from "./path.ts";

/** What can be imported. */
export const importEntities = ["members", "teams", "products", "clients", "deals", "sales"] as const;
export const ImportEntity = z.enum(importEntities);
export type ImportEntity = z.infer<typeof ImportEntity>;

const ColumnName = Line.min(1).max(200).meta({ description: "A column, by its header" });
const Columns = z.union([ColumnName, z.array(ColumnName).min(1).max(5)]);
const Constant = z.union([z.string().max(4_000), z.int(), z.boolean(), z.array(z.string().max(200)).max(50)]);

/** Holds of a row by what stands in one of its columns; an empty cell is the text "". */
export const Condition = z
  .strictObject({
    column: ColumnName,
    in: z.array(z.string().max(200)).min(1).max(100).optional(),
    notIn: z.array(z.string().max(200)).min(1).max(100).optional(),
  })
  .refine(({ in: included, notIn }) => (included === undefined) !== (notIn === undefined), {
    error: "has to have either in or notIn",
  });
export type Condition = z.infer<typeof Condition>;

export const lookupKeys = ["identity", "name", "code", "email"] as const;

/** By what each kind of record can be looked up. */
const lookupsBy: Readonly<Record<ImportEntity, readonly (typeof lookupKeys)[number][]>> = {
  members: ["identity", "email", "name"],
  teams: ["identity", "name"],
  products: ["identity", "code", "name"],
  clients: ["identity", "name"],
  deals: ["identity"],
  // Nothing that is imported names a sale.
  sales: [],
};

/** Another record that the cell names. */
export const Lookup = z
  .strictObject({
    entity: ImportEntity,
    by: z.enum(lookupKeys).meta({
      description:
        "identity: what identified the row by which the record was imported (also in this very file, in any " +
        "order); name, code, email: the record's own",
    }),
    otherwise: z.enum(["fault", "empty"]).default("fault").meta({
      description: "What becomes of a row whose cell names no record: a fault, or the field stays empty",
    }),
  })
  .refine(({ entity, by }) => lookupsBy[entity].includes(by), {
    error: "is not among the ways to look this up",
    path: ["by"],
  });
export type Lookup = z.infer<typeof Lookup>;

export const cellTypes = [
  "text",
  "integer",
  "number",
  "money",
  "quantity",
  "date",
  "instant",
  "boolean",
] as const;

/** One field of the record and where its value comes from. */
export const FieldMapping = z
  .strictObject({
    to: FieldPath,
    from: Columns.optional().meta({ description: "The column; several are joined, empty ones left out" }),
    constant: Constant.optional().meta({
      description:
        "The same value for every row. Inside a list or an object it is set only where a column sets something " +
        "beside it, or where `when` holds",
    }),
    type: z
      .enum(cellTypes)
      .default("text")
      .meta({
        description:
          "money: in minor units of the currency; quantity: in units of 10^-scale; number: a measure; date: a day; " +
          "instant: a day or time as a point in time",
      }),
    joinedBy: z.string().max(10).default(" ").meta({ description: "What stands between several columns" }),
    splitAt: z
      .string()
      .min(1)
      .max(10)
      .optional()
      .meta({ description: "The cell holds a list, separated by this" }),
    aliases: z
      .record(z.string().max(200), z.string().max(200))
      .optional()
      .meta({ description: 'What stands in the file: what it means. A meaning of "" is an empty cell' }),
    oneOf: z
      .array(z.string().max(200))
      .min(1)
      .max(500)
      .optional()
      .meta({ description: "Other values are faults" }),
    slug: z.boolean().default(false).meta({
      description:
        "In small letters without diacritics, with points for all else: Mei-Mei Johns, mei.mei.johns",
    }),
    prefix: z.string().max(100).default(""),
    suffix: z.string().max(100).default(""),
    currency: Currency.optional().meta({ description: "Of a field of type money; absent: the format's" }),
    scale: z
      .int()
      .min(0)
      .max(9)
      .default(0)
      .meta({ description: "Digits after the point of a quantity's unit" }),
    multiplyBy: z
      .int()
      .min(1)
      .max(1_000_000_000)
      .default(1)
      .meta({ description: "1000000 for figures in millions" }),
    date: DateFormatText.optional().meta({
      description: "If this column is written otherwise than the format says",
    }),
    lookup: Lookup.optional(),
    default: Constant.optional().meta({ description: "For rows whose cell is empty" }),
    required: z.boolean().default(false),
    when: z
      .array(Condition)
      .min(1)
      .max(5)
      .optional()
      .meta({ description: "The rows for which the field is set: all hold" }),
  })
  .superRefine((field, context) => {
    const fault = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    if ((field.from === undefined) === (field.constant === undefined))
      fault("from", "has to be there, or constant instead");
    if (field.constant !== undefined && (field.lookup || field.aliases || field.default !== undefined))
      fault("constant", "goes with neither lookup, aliases nor default");
    if (field.lookup && field.type !== "text") fault("lookup", "goes with type text only");
    if (field.splitAt !== undefined && (field.lookup || field.type !== "text"))
      fault("splitAt", "goes with type text only");
    if (field.currency !== undefined && field.type !== "money")
      fault("currency", "goes with type money only");
    if (Array.isArray(field.from) && field.from.length > 1 && field.type !== "text")
      fault("from", "can be several columns for type text only");
  });
export type FieldMapping = z.infer<typeof FieldMapping>;

const pathConflict = (
  fields: readonly { readonly to: string }[],
): { at: number; reason: string } | undefined => {
  const kinds = new Map<string, "value" | "list" | "object">();
  for (const [at, { to }] of fields.entries()) {
    const segments = segmentsOf(to);
    for (let length = 1; length <= segments.length; length++) {
      const key = segments.slice(0, length).join("/");
      const next: Segments[number] | undefined = segments[length];
      const kind = next === undefined ? "value" : typeof next === "number" ? "list" : "object";
      const known = kinds.get(key);
      if (known !== undefined && known !== kind)
        return { at, reason: `${to} is used both as a ${known} and as a ${kind}` };
      kinds.set(key, kind);
    }
  }
  return undefined;
};

/**
 * How the rows of a file become records: which column goes to which field, and how it is written. A mapping
 * is data that a user can write by hand and keep beside the file.
 */
export const Mapping = z
  .strictObject({
    entity: ImportEntity,
    format: Format.prefault({}),
    identifiedBy: z
      .array(ColumnName)
      .min(1)
      .max(5)
      .meta({
        description:
          "The columns that tell one row from all others. A row that was imported once, by whatever import, is " +
          "not imported again",
      }),
    repeats: z
      .enum(["same", "distinct"])
      .optional()
      .meta({
        description:
          "What a row is that is identified like an earlier one of the file: the same again, which makes nothing (so " +
          "also where nothing is said), or one of its own, such as a second sale of the same day and amount",
      }),
    leaveOut: z
      .array(Condition)
      .max(20)
      .default([])
      .meta({ description: "Rows for which any of these holds" }),
    fields: z.array(FieldMapping).min(1).max(200),
  })
  .superRefine((mapping, context) => {
    const conflict = pathConflict(mapping.fields);
    if (conflict)
      context.addIssue({ code: "custom", path: ["fields", conflict.at, "to"], message: conflict.reason });
    const always = new Set<string>();
    for (const [at, field] of mapping.fields.entries()) {
      if (field.when === undefined && always.has(field.to))
        context.addIssue({
          code: "custom",
          path: ["fields", at, "to"],
          message: "is set by another field already",
        });
      if (field.when === undefined) always.add(field.to);
      if (field.type === "money" && field.currency === undefined && mapping.format.currency === undefined)
        context.addIssue({
          code: "custom",
          path: ["fields", at, "currency"],
          message: "has to be here or in the format",
        });
    }
  });
export type Mapping = z.infer<typeof Mapping>;
/** A mapping as a user writes it. */
export type MappingInput = z.input<typeof Mapping>;

/** The mapping that a value holds. @throws Failure import.mapping-invalid with a pointer for each fault */
export const parseMapping = (value: unknown): Mapping => {
  const parsed = Mapping.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Failure("import.mapping-invalid", {
    fields: parsed.error.issues.map(({ path, message }) => ({
      pointer: path.map((each) => `/${String(each).replaceAll("~", "~0").replaceAll("/", "~1")}`).join(""),
      reason: message,
    })),
  });
};

export const columnsOf = ({ from }: FieldMapping): readonly string[] =>
  from === undefined ? [] : typeof from === "string" ? [from] : from;

/** Every column that a mapping names, with the pointer of the place where it does. */
export const namedColumns = (mapping: Mapping): readonly { column: string; pointer: string }[] => [
  ...mapping.identifiedBy.map((column, at) => ({ column, pointer: `/identifiedBy/${at}` })),
  ...mapping.leaveOut.map(({ column }, at) => ({ column, pointer: `/leaveOut/${at}/column` })),
  ...mapping.fields.flatMap((field, at) => [
    ...columnsOf(field).map((column) => ({ column, pointer: `/fields/${at}/from` })),
    ...(field.when ?? []).map(({ column }, place) => ({
      column,
      pointer: `/fields/${at}/when/${place}/column`,
    })),
  ]),
];

/**
 * Checks that the file has each column that the mapping names, once.
 * @throws Failure import.column-missing with a pointer into the mapping for each that it has not
 */
export const checkColumns = (
  mapping: Mapping,
  header: { readonly places: ReadonlyMap<string, number>; readonly repeated: ReadonlySet<string> },
): void => {
  const fields: FieldFault[] = [];
  for (const { column, pointer } of namedColumns(mapping)) {
    if (!header.places.has(column)) fields.push({ pointer, reason: `the file has no column ${column}` });
    else if (header.repeated.has(column))
      fields.push({ pointer, reason: `the file has several columns ${column}` });
  }
  if (fields.length > 0) throw new Failure("import.column-missing", { fields });
};
