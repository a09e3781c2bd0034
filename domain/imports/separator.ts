export const separators = [",", ";", "\t"] as const;
export type Separator = (typeof separators)[number];

/** Lines of the sample that are compared. */
const comparedLines = 20;

/** How often each separator stands outside quotes, line by line; a quoted line break does not end a line. */
const countByLine = (sample: string): Record<Separator, number>[] => {
  const fresh = (): Record<Separator, number> => ({ ",": 0, ";": 0, "\t": 0 });
  const lines: Record<Separator, number>[] = [];
  let line = fresh();
  let quoted = false;
  for (const character of sample) {
    if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === "\n" || character === "\r") {
      if (line[","] + line[";"] + line["\t"] > 0) lines.push(line);
      if (lines.length === comparedLines) return lines;
      line = fresh();
    } else if (character === "," || character === ";" || character === "\t") line[character]++;
  }
  if (line[","] + line[";"] + line["\t"] > 0) lines.push(line);
  return lines;
};

/**
 * The separator of a file, from its first text: the one that the first line has and that the most lines
 * have equally often; the comma where there is none.
 */
export const detectSeparator = (sample: string): Separator => {
  const lines = countByLine(sample);
  const first = lines[0];
  if (!first) return ",";
  const score = (separator: Separator): number =>
    first[separator] === 0
      ? -1
      : lines.filter((line) => line[separator] === first[separator]).length * 10_000 +
        Math.min(first[separator], 9_999);
  return separators.reduce((best, separator) => (score(separator) > score(best) ? separator : best));
};

/** A first line `sep=;`, as spreadsheets write and hide it. */
export const statedSeparator = (text: string): { separator: Separator; length: number } | undefined => {
  const found = /^sep=([,;\t])(?:\r\n|\n|\r)/i.exec(text);
  const separator = separators.find((each) => each === found?.[1]);
  return found && separator ? { separator, length: found[0].length } : undefined;
};
