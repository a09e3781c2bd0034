import * as z from "zod";
import { Format } from "./text.ts";

/** The officially assigned codes of ISO 3166-1 alpha-2. */
const codes =
  "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ " +
  "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO " +
  "FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE " +
  "JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO " +
  "MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW " +
  "PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM " +
  "TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

export const countries: readonly string[] = codes.split(" ");
const known = new Set(countries);

/** A country of ISO 3166-1 alpha-2. */
export const Country = Format(2, z.regex(/^[A-Z]{2}$/))
  .refine((code) => known.has(code), "is not a country of ISO 3166-1")
  .meta({ id: "Country", examples: ["RO"], override: { type: "string", enum: countries } });
export type Country = string;

const isTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

/** A time zone of the IANA database; an offset such as `+02:00` is none, for it knows no summer. */
export const TimeZone = Format(64, z.regex(/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+){0,2}$/))
  .refine(isTimeZone, "is not a time zone of the IANA database")
  .meta({ examples: ["Europe/Bucharest"] });
export type TimeZone = string;
