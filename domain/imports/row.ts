import type { FieldFault } from "../kernel/errors.ts";
import { type RowFault, rowFault } from "./fault.ts";
import {
  type Condition,
  checkColumns,
  columnsOf,
  type FieldMapping,
  type Lookup,
  type Mapping,
} from "./mapping.ts";
import { assemble, type Leaf, originsAt, parentOf, type Segments, segmentsOf } from "./path.ts";
import type { Header } from "./reader.ts";
import { canonical, parseValue } from "./values.ts";

/** Where a value of a body came from: the column and what stands in it. */
export interface Origin {
  readonly column: string | undefined;
  readonly text: string;
}

/** A record that a row names and that has to be found before the row can be made. */
export interface Reference {
  readonly lookup: Lookup;
  /** What the cells hold: one text, or as many as identify a row of the other entity. */
  readonly key: readonly string[];
  readonly segments: Segments;
  readonly origin: Origin;
}

/** A row that is right as far as it can be told without looking anything up. */
export interface RowDraft {
  readonly line: number;
  readonly identity: readonly string[];
  readonly leaves: readonly Leaf<Origin>[];
  readonly references: readonly Reference[];
}

export type RowOutcome =
  | { readonly kind: "draft"; readonly draft: RowDraft }
  | { readonly kind: "left-out"; readonly line: number }
  | { readonly kind: "faulty"; readonly line: number; readonly faults: readonly RowFault[] };

interface Row {
  readonly line: number;
  /** The how manieth it is of those identified like it, where the mapping tells them apart. */
  readonly repeat?: number;
  readonly cells: readonly string[];
}

export type RowMapper = (row: Row) => RowOutcome;

type Read =
  | { readonly leaf: Leaf<Origin> }
  | { readonly reference: Reference }
  | { readonly fault: RowFault }
  | undefined;

const cellIn = (header: Header, row: Row, column: string): string =>
  row.cells[header.places.get(column) ?? -1]?.trim() ?? "";

/** What identifies the rows of a file, by the columns of a mapping. A column that is not there is empty. */
export const rowIdentifier =
  ({ identifiedBy }: Pick<Mapping, "identifiedBy">, header: Header) =>
  (row: Row): readonly string[] =>
    identifiedBy.map((column) => canonical(cellIn(header, row, column)));

/** The first of rows that are identified alike is known by that alone, as where repeats are not told apart. */
const withRepeat = (identity: readonly string[], { repeat = 1 }: Row): readonly string[] =>
  repeat > 1 ? [...identity, `#${repeat}`] : identity;

/**
 * Binds a mapping to the header of a file. The mapper is a pure function of the row.
 * @throws Failure import.column-missing
 */
export const rowMapper = (mapping: Mapping, header: Header): RowMapper => {
  checkColumns(mapping, header);
  const { format } = mapping;
  const identify = rowIdentifier(mapping, header);
  const fields = mapping.fields.map((field) => ({
    field,
    segments: segmentsOf(field.to),
    columns: columnsOf(field),
  }));

  const cellOf = (row: Row, column: string): string => cellIn(header, row, column);
  const holds = (row: Row, { column, in: included, notIn }: Condition): boolean => {
    const cell = canonical(cellOf(row, column));
    return included ? included.includes(cell) : !notIn?.includes(cell);
  };
  const meaning = (cell: string, field: FieldMapping): string =>
    field.aliases && Object.hasOwn(field.aliases, cell) ? (field.aliases[cell] ?? cell) : cell;

  /** What a field of a row holds; undefined: nothing. */
  const read = (row: Row, { field, segments, columns }: (typeof fields)[number]): Read => {
    if (field.constant !== undefined)
      return {
        leaf: {
          segments,
          value: field.constant,
          origin: { column: undefined, text: String(field.constant) },
        },
      };
    const cells = columns.map((column) => meaning(cellOf(row, column), field));
    const filled = cells.filter((cell) => cell !== "");
    const raw = columns.map((column) => cellOf(row, column)).join(field.joinedBy);
    const column = columns.join(", ");
    const origin = { column, text: raw };
    const faulty = (reason: string): Read => ({ fault: rowFault(row.line, column, raw, reason) });
    if (filled.length === 0) {
      if (field.default !== undefined) return { leaf: { segments, value: field.default, origin } };
      return field.required ? faulty("is empty and has to be there") : undefined;
    }
    const text = filled.join(field.joinedBy);
    if (field.lookup) {
      const written = field.lookup.by === "identity" ? cells : [text];
      if (field.oneOf && !field.oneOf.includes(text)) return faulty(`is none of: ${field.oneOf.join(", ")}`);
      return { reference: { lookup: field.lookup, key: written.map(canonical), segments, origin } };
    }
    const parsed = parseValue(text, field, format);
    return "value" in parsed ? { leaf: { segments, value: parsed.value, origin } } : faulty(parsed.reason);
  };

  return (row) => {
    if (mapping.leaveOut.some((condition) => holds(row, condition)))
      return { kind: "left-out", line: row.line };
    const faults: RowFault[] = [];
    const leaves: Leaf<Origin>[] = [];
    const references: Reference[] = [];
    const constants: { leaf: Leaf<Origin>; conditional: boolean }[] = [];

    const identity = identify(row);
    if (identity.every((part) => part === ""))
      faults.push(
        rowFault(row.line, mapping.identifiedBy.join(", "), "", "is empty and has to identify the row"),
      );

    for (const each of fields) {
      const { field } = each;
      if (field.when && !field.when.every((condition) => holds(row, condition))) continue;
      const found = read(row, each);
      if (!found) continue;
      if ("fault" in found) faults.push(found.fault);
      else if ("reference" in found) references.push(found.reference);
      else if (field.constant === undefined) leaves.push(found.leaf);
      else constants.push({ leaf: found.leaf, conditional: field.when !== undefined });
    }
    if (faults.length > 0) return { kind: "faulty", line: row.line, faults };

    // A role alone makes no contact: a constant within an object needs something of the row beside it.
    const filled = [...leaves, ...references].map(({ segments }) => segments);
    for (const { leaf, conditional } of constants) {
      const parent = parentOf(leaf.segments);
      const beside = filled.some((other) => parent.every((segment, at) => other[at] === segment));
      if (parent.length === 0 || conditional || beside) leaves.push(leaf);
    }
    return {
      kind: "draft",
      draft: { line: row.line, identity: withRepeat(identity, row), leaves, references },
    };
  };
};

/** The body that the API would be given for this row, and for each of its pointers the cell it came from. */
export const bodyOf = (
  draft: RowDraft,
  found: ReadonlyMap<Reference, string>,
): { body: Record<string, unknown>; origins: ReadonlyMap<string, Origin> } =>
  assemble([
    ...draft.leaves,
    ...draft.references.flatMap((reference) => {
      const value = found.get(reference);
      return value === undefined ? [] : [{ segments: reference.segments, value, origin: reference.origin }];
    }),
  ]);

/** A fault that the API's rules found in the body of a row, as a fault of the row's cells. */
export const faultOfField = (
  line: number,
  { pointer, reason }: FieldFault,
  origins: ReadonlyMap<string, Origin>,
): RowFault => {
  const found = originsAt(origins, pointer);
  const origin = found.find(({ column }) => column !== undefined) ?? found[0];
  return rowFault(
    line,
    origin?.column,
    origin?.text ?? "",
    origin?.column ? reason : `${pointer.slice(1)}: ${reason}`,
  );
};

/** A reference to which no record, or more than one, belongs. */
export const faultOfReference = (line: number, reference: Reference, matches: number): RowFault =>
  rowFault(
    line,
    reference.origin.column,
    reference.origin.text,
    matches === 0
      ? `names none of the ${reference.lookup.entity} by ${reference.lookup.by}`
      : `names ${matches} of the ${reference.lookup.entity} by ${reference.lookup.by}`,
  );
