import * as z from "zod";
import { Currency } from "../kernel/currency.ts";
import { Line } from "../kernel/text.ts";
import { csvBounds } from "./csv.ts";
import { dateFormat, isTimeZone } from "./dates.ts";
import { encodings } from "./decode.ts";
import { separators } from "./separator.ts";

/** A date format such as `DD-MM-YYYY`. */
export const DateFormatText = z
  .string()
  .max(40)
  .refine(
    (text) => dateFormat(text) !== undefined,
    "has to name year, month and day by YYYY, MM and DD once each",
  )
  .meta({
    description: "Made of YYYY or YY, MM or M, DD or D, HH or H, mm, ss and the signs between them",
    examples: ["DD-MM-YYYY", "YYYYMMDD", "D.M.YYYY HH:mm"],
  });

export const TimeZone = z
  .string()
  .max(60)
  .refine(isTimeZone, "is not a time zone of the IANA database")
  .meta({ examples: ["Europe/Bucharest"] });

/** How the file is written. What is not stated is found out (encoding, separator) or is the default. */
export const Format = z
  .strictObject({
    encoding: z.enum(encodings).optional().meta({
      description:
        "Absent: found out from the whole file. Where two encodings are as likely, the import fails and asks for it; a dry run goes on with the likelier and says so",
    }),
    separator: z.enum(separators).optional().meta({ description: "Absent: found out from the first lines" }),
    quoted: z
      .boolean()
      .default(true)
      .meta({ description: "Whether a cell in double quotes may hold separators and line breaks" }),
    skipLines: z.int().min(0).max(100).default(0).meta({ description: "Lines before the header" }),
    columns: z
      .array(Line.min(1).max(200))
      .min(1)
      .max(csvBounds.columns)
      .optional()
      .meta({ description: "The names of the columns, for a file that has no header" }),
    decimal: z.enum([".", ","]).default("."),
    thousands: z
      .enum(["", ",", ".", " ", "'"])
      .default("")
      .meta({ description: "What stands between thousands" }),
    date: DateFormatText.default("YYYY-MM-DD"),
    timeZone: TimeZone.default("UTC").meta({ description: "Where the clocks of the file's times stand" }),
    currency: Currency.optional().meta({
      description: "Of the fields of type money that do not say their own",
    }),
  })
  .refine((format) => format.decimal !== format.thousands, {
    error: "has to differ from the decimal separator",
    path: ["thousands"],
  });
export type Format = z.infer<typeof Format>;
