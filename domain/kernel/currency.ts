import * as z from "zod";
import { Format } from "./text.ts";

/** Active currencies of ISO 4217 (list one, without funds, metals and testing codes). */
const codes =
  "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY " +
  "COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF " +
  "IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD " +
  "MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB " +
  "RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD " +
  "UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";

/** Digits after the point, where they are not two. */
const otherDigits: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(" ").map((c) => [c, 0]),
  ),
  ...Object.fromEntries("BHD IQD JOD KWD LYD OMR TND".split(" ").map((c) => [c, 3])),
};

export const currencies: readonly string[] = codes.split(" ");
const known = new Set(currencies);

/** An active ISO 4217 code. */
export const Currency = Format(3, z.regex(/^[A-Z]{3}$/))
  .refine((code) => known.has(code), "is not an active ISO 4217 currency")
  .meta({ id: "Currency", examples: ["EUR"], override: { type: "string", enum: currencies } });
export type Currency = string;

/** How many digits a currency has after the point: 2 for EUR, 0 for JPY, 3 for KWD. */
export const minorDigits = (currency: Currency): number => otherDigits[currency] ?? 2;

/** An amount as people read it: `1250.00 EUR`, `300 JPY`. */
export const amountText = (amountMinor: number, currency: Currency): string => {
  const digits = minorDigits(currency);
  const units = String(Math.abs(amountMinor)).padStart(digits + 1, "0");
  const whole = units.slice(0, units.length - digits);
  const part = digits === 0 ? "" : `.${units.slice(-digits)}`;
  return `${amountMinor < 0 ? "-" : ""}${whole}${part} ${currency}`;
};
