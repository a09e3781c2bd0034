import type { Chance } from "./chance.ts";

/** Tax ids, account and phone numbers that hold every check their countries have for them; none is anybody's. */
interface Numbers {
  taxId(chance: Chance): string;
  iban(chance: Chance): string;
  phone(chance: Chance): string;
}

const weighted = (digits: string, weights: readonly number[]): number =>
  weights.reduce((sum, weight, at) => sum + weight * Number(digits[at] ?? 0), 0);

/** The digits of an IBAN's country code, check digits and account, with letters as numbers (ISO 7064, mod 97-10). */
const remainder97 = (text: string): number =>
  Number(BigInt([...text].map((letter) => Number.parseInt(letter, 36)).join("")) % 97n);

const iban = (country: string, account: string): string =>
  `${country}${String(98 - remainder97(`${account}${country}00`)).padStart(2, "0")}${account}`;

/** Digits that begin with none of 0 and have a check digit behind; drawn again where the rule has no digit. */
const withCheck = (
  chance: Chance,
  length: number,
  checkOf: (digits: string) => number | undefined,
): string => {
  for (let tries = 0; tries < 100; tries++) {
    const digits = `${chance.between(1, 9)}${chance.digits(length - 1)}`;
    const check = checkOf(digits);
    if (check !== undefined) return `${digits}${check}`;
  }
  throw new RangeError("no number of that length has a check digit");
};

const luhn = (digits: string): number => {
  const sum = [...digits].reverse().reduce((total, digit, at) => {
    const doubled = Number(digit) * (at % 2 === 0 ? 2 : 1);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return (10 - (sum % 10)) % 10;
};

/** ISO 7064, mod 11,10: the check digit of a German VAT number. */
const mod1110 = (digits: string): number => {
  let product = 10;
  for (const digit of digits) {
    const sum = (Number(digit) + product) % 10 || 10;
    product = (2 * sum) % 11;
  }
  return (11 - product) % 10;
};

/** Spain: the check digits of bank and branch, and of the account. */
const spanishWeights = [1, 2, 4, 8, 5, 10, 9, 7, 3, 6];
const spanishCheck = (ten: string): number => {
  const rest = 11 - (weighted(ten, spanishWeights) % 11);
  return rest === 11 ? 0 : rest === 10 ? 1 : rest;
};

const hungarian = (digits: string): number => (10 - (weighted(digits, [9, 7, 3, 1, 9, 7, 3]) % 10)) % 10;
const hungarianAccount = (digits: string): number =>
  (10 - ([...digits].reduce((sum, digit, at) => sum + Number(digit) * ([9, 7, 3, 1][at % 4] ?? 0), 0) % 10)) %
  10;

/** A Czech account number: ten digits whose weighted sum 11 divides. */
const czechAccount = (chance: Chance): string =>
  withCheck(chance, 9, (digits) => {
    const check = (11 - (weighted(digits, [6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11)) % 11;
    return check === 10 ? undefined : check;
  });

export const numbersOf = {
  RO: {
    taxId: (chance) =>
      `RO${withCheck(chance, 7, (digits) => ((weighted(digits, [3, 2, 1, 7, 5, 3, 2]) * 10) % 11) % 10)}`,
    iban: (chance) =>
      iban("RO", `${chance.of(["BTRL", "RNCB", "INGB", "BRDE", "RZBR"])}${chance.digits(16)}`),
    phone: (chance) =>
      `07${chance.between(2, 7)}${chance.between(0, 9)} ${chance.digits(3)} ${chance.digits(3)}`,
  },
  PL: {
    taxId: (chance) =>
      `PL${withCheck(chance, 9, (digits) => {
        const check = weighted(digits, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11;
        return check === 10 ? undefined : check;
      })}`,
    iban: (chance) => {
      const bank = withCheck(
        chance,
        7,
        (digits) => (10 - (weighted(digits, [3, 9, 7, 1, 3, 9, 7]) % 10)) % 10,
      );
      return iban("PL", `${bank}${chance.digits(16)}`);
    },
    phone: (chance) =>
      `+48 ${chance.of(["501", "602", "691", "788"])} ${chance.digits(3)} ${chance.digits(3)}`,
  },
  CZ: {
    taxId: (chance) =>
      `CZ${withCheck(chance, 7, (digits) => (11 - (weighted(digits, [8, 7, 6, 5, 4, 3, 2]) % 11)) % 10)}`,
    iban: (chance) => iban("CZ", `0800000000${czechAccount(chance)}`),
    phone: (chance) => `+420 ${chance.of(["602", "731", "777"])} ${chance.digits(3)} ${chance.digits(3)}`,
  },
  DE: {
    taxId: (chance) => `DE${withCheck(chance, 8, mod1110)}`,
    iban: (chance) => iban("DE", `${chance.of(["10070000", "50010517", "70020270"])}${chance.digits(10)}`),
    phone: (chance) => `+49 ${chance.of(["160", "170", "171"])} ${chance.digits(7)}`,
  },
  ES: {
    taxId: (chance) => {
      const digits = `${chance.of(["08", "28", "41", "46"])}${chance.digits(5)}`;
      return `ESB${digits}${luhn(digits)}`;
    },
    iban: (chance) => {
      const branch = `${chance.of(["0049", "0081", "2100"])}${chance.digits(4)}`;
      const account = chance.digits(10);
      return iban("ES", `${branch}${spanishCheck(`00${branch}`)}${spanishCheck(account)}${account}`);
    },
    phone: (chance) =>
      `+34 6${chance.between(1, 8)}${chance.digits(1)} ${chance.digits(3)} ${chance.digits(3)}`,
  },
  HU: {
    taxId: (chance) => `HU${withCheck(chance, 7, hungarian)}`,
    iban: (chance) => {
      const branch = `117${chance.digits(4)}`;
      const account = chance.digits(15);
      return iban("HU", `${branch}${hungarianAccount(branch)}${account}${hungarianAccount(account)}`);
    },
    phone: (chance) => `+36 ${chance.of(["20", "30", "70"])} ${chance.digits(3)} ${chance.digits(4)}`,
  },
  SE: {
    taxId: (chance) => {
      const digits = `556${chance.digits(6)}`;
      return `SE${digits}${luhn(digits)}01`;
    },
    iban: (chance) => iban("SE", `500${chance.digits(17)}`),
    phone: (chance) => `+46 70 ${chance.digits(3)} ${chance.digits(2)} ${chance.digits(2)}`,
  },
  FR: {
    taxId: (chance) => {
      const eight = `${chance.between(3, 8)}${chance.digits(7)}`;
      const siren = `${eight}${luhn(eight)}`;
      return `FR${String((12 + 3 * (Number(siren) % 97)) % 97).padStart(2, "0")}${siren}`;
    },
    iban: (chance) => {
      const [bank, branch, account] = ["30004", chance.digits(5), chance.digits(11)];
      const rest = (89n * BigInt(bank) + 15n * BigInt(branch) + 3n * BigInt(account)) % 97n;
      return iban("FR", `${bank}${branch}${account}${String(97n - rest).padStart(2, "0")}`);
    },
    phone: (chance) =>
      `+33 6 ${chance.between(10, 89)} ${chance.digits(2)} ${chance.digits(2)} ${chance.digits(2)}`,
  },
} as const satisfies Readonly<Record<string, Numbers>>;

export type DemoCountry = keyof typeof numbersOf;
