export const separators = [",", ";", "\t"] as const;
export type Separator = (typeof separators)[number];

/** Lines of the sample that are compared. */
const comparedLines = 20;

interface LineCount extends Record<Separator, number> {
  /** Commas that look like text: decimals (`1,50`), or with a space behind them. */
  commasInText: number;
}

/** How often each separator stands outside quotes, line by line; a quoted line break does not end a line. */
const countByLine = (sample: string): LineCount[] => {
  const fresh = (): LineCount => ({ ",": 0, ";": 0, "\t": 0, commasInText: 0 });
  const lines: LineCount[] = [];
  let line = fresh();
  let quoted = false;
  for (let at = 0; at < sample.length; at++) {
    const character = sample[at];
    if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === "\n" || character === "\r") {
      if (line[","] + line[";"] + line["\t"] > 0) lines.push(line);
      if (lines.length === comparedLines) return lines;
      line = fresh();
    } else if (character === "," || character === ";" || character === "\t") {
      line[character]++;
      if (character === "," && /^\d,\d|^., /.test(sample.slice(Math.max(0, at - 1), at + 2)))
        line.commasInText++;
    }
  }
  if (line[","] + line[";"] + line["\t"] > 0) lines.push(line);
  return lines;
};

/**
 * The separator of a file, from its first text: the one that the first line has and that the most lines have equally often. Where
 * that is a tie the rows below the header decide: by the separator that more of them have, then against a comma that they
 * have in decimals or before a space only, then by the number in the header. The comma where there is none.
 */
export const detectSeparator = (sample: string): Separator => {
  const lines = countByLine(sample);
  const [header, ...rows] = lines;
  if (!header) return ",";
  const merits = (separator: Separator): readonly number[] => [
    header[separator] > 0 ? 1 : 0,
    lines.filter((line) => line[separator] === header[separator]).length,
    rows.filter((row) => row[separator] > 0).length,
    separator === "," && rows.length > 0 && rows.every((row) => row[","] === row.commasInText) ? 0 : 1,
    header[separator],
  ];
  return separators.reduce((best, separator) => {
    const [mine, its] = [merits(separator), merits(best)];
    const at = mine.findIndex((merit, place) => merit !== its[place]);
    return at >= 0 && (mine[at] ?? 0) > (its[at] ?? 0) ? separator : best;
  });
};

/** A first line `sep=;`, as spreadsheets write and hide it. */
export const statedSeparator = (text: string): { separator: Separator; length: number } | undefined => {
  const found = /^sep=([,;\t])(?:\r\n|\n|\r)/i.exec(text);
  const separator = separators.find((each) => each === found?.[1]);
  return found && separator ? { separator, length: found[0].length } : undefined;
};
