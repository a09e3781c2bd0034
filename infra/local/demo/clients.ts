import type * as z from "zod";
import type { NewClientWhole } from "../../../domain/clients/whole.ts";
import { Chance } from "./chance.ts";
import { type DemoCountry, numbersOf } from "./legal.ts";
import { addressable, demoCountries, type Naming, namings } from "./names.ts";
import { type DemoMemberKey, sellers } from "./people.ts";
import { interests, type lines } from "./settings.ts";

type Body = z.input<typeof NewClientWhole>;

export interface DemoClient {
  readonly owner: DemoMemberKey;
  readonly country: DemoCountry;
  /** Its place in the list; the parent comes before and has the same owner. */
  readonly parent?: number;
  readonly body: Body;
  readonly note?: string;
}

const tags = [
  "VIP",
  "parteneri 2026",
  "târg București",
  "newsletter",
  "plătește târziu",
  "cafenele",
] as const;
const notes = [
  "Called back: they want to try the machine for two weeks before they decide.",
  "Vrea factura la începutul lunii. Contabila e în concediu până luni.",
  "The new owner is his daughter; she decides from January on.",
  "Le-a plăcut degustarea. De revenit cu ofertă pentru mentenanță.",
  "Comparing us with two others. Price matters less than the service on Sundays.",
] as const;
const positions = [
  "director",
  "owner",
  "office manager",
  "head of purchasing",
  "chef",
  "contabil-șef",
] as const;

const countryOf = (chance: Chance): DemoCountry => {
  let rest = chance.between(0, 99);
  for (const country of demoCountries) {
    rest -= namings[country].share;
    if (rest < 0) return country;
  }
  return "RO";
};

const filled = (chance: Chance, template: string, { family, cities }: Naming): string =>
  template.replace("{family}", chance.of(family)).replace("{city}", chance.of(cities)[0]);

/** `taken` grows by the name. */
const uniqueName = (chance: Chance, taken: Set<string>, draw: () => string): string => {
  let name = draw();
  for (let tries = 0; taken.has(name) && tries < 100; tries++) name = draw();
  if (taken.has(name)) name = `${name} ${chance.between(2, 99)}`;
  taken.add(name);
  return name;
};

const contactsOf = (chance: Chance, country: DemoCountry, domain: string): Body["contacts"] => {
  const naming = namings[country];
  const roles = chance.some(["decider", "consumer", "payer"] as const, 3);
  return Array.from({ length: chance.between(1, 3) }, (_, at) => {
    const name = `${chance.of(naming.given)} ${chance.of(naming.family)}`;
    return {
      name,
      position: chance.of(positions),
      roles: roles.slice(at, at === 0 && chance.is(0.4) ? 2 : at + 1),
      phones: Array.from({ length: chance.is(0.2) ? 2 : 1 }, () => numbersOf[country].phone(chance)),
      emails: chance.is(0.85) ? [`${addressable(name)}@${domain}`] : [],
      language: naming.language,
      ...(chance.is(0.2) ? { fields: { nameDay: name.split(" ")[0] ?? name } } : {}),
    };
  });
};

const counterpartyOf = (chance: Chance, country: DemoCountry, legalName: string, year: number) => {
  const naming = namings[country];
  const [city, postalCode] = chance.of(naming.cities);
  return {
    legalName,
    taxId: numbersOf[country].taxId(chance),
    iban: numbersOf[country].iban(chance),
    country,
    address: { street: `${chance.of(naming.streets)} ${chance.between(1, 120)}`, city, postalCode, country },
    validFrom: `${chance.between(year - 9, year - 2)}-0${chance.between(1, 9)}-01`,
  };
};

interface Named {
  readonly name: string;
  readonly kind: NonNullable<Body["kind"]>;
  readonly form?: string;
}

const nameOf = (chance: Chance, naming: Naming, taken: Set<string>): Named => {
  const drawn = chance.next();
  if (drawn < 0.07)
    return {
      kind: "person",
      name: uniqueName(chance, taken, () => `${chance.of(naming.given)} ${chance.of(naming.family)}`),
    };
  if (drawn < 0.12)
    return {
      kind: "public-body",
      name: uniqueName(chance, taken, () => filled(chance, chance.of(naming.publicBodies), naming)),
    };
  return {
    kind: "company",
    name: uniqueName(chance, taken, () => filled(chance, chance.of(naming.companies), naming)),
    form: chance.of(naming.forms),
  };
};

const lineOf = (chance: Chance, { name, kind }: Named): (typeof lines)[number] => {
  if (kind === "public-body") return "public";
  if (/hotel|gästehaus|agroturism/i.test(name)) return "hotel";
  if (/brut|moara|piekar|pekař|bäckerei|panad|pék|bageri|boulang|pâtiss/i.test(name)) return "bakery";
  if (/caf|kav|kaw|kaf|kávé|crêp/i.test(name)) return "café";
  return chance.is(0.7) ? "office" : "other";
};

const fieldsOf = (chance: Chance, named: Named, year: number): Body["fields"] => ({
  line: lineOf(chance, named),
  ...(chance.is(0.6) ? { interests: chance.some(interests, chance.between(1, 3)) } : {}),
  ...(chance.is(0.5) ? { cupsPerDay: chance.between(2, 120) * 10 } : {}),
  ...(chance.is(0.4)
    ? { customerSince: `${chance.between(year - 8, year - 1)}-0${chance.between(1, 9)}-15` }
    : {}),
});

/** The demo company's clients, each parent before its subsidiaries. @param year the year that it is */
export const demoClients = (seed: string, count: number, year: number): DemoClient[] => {
  const clients: (DemoClient & Named)[] = [];
  const taken = new Set<string>();
  for (let at = 0; at < count; at++) {
    const chance = new Chance(`${seed} client ${at}`);
    const groups = [...clients.keys()].filter(
      (n) => clients[n]?.kind === "company" && clients[n]?.parent === undefined,
    );
    const parent = at > 20 && chance.is(0.1) ? chance.of(groups) : undefined;
    const above = parent === undefined ? undefined : clients[parent];
    const country = above?.country ?? countryOf(chance);
    const naming = namings[country];
    const named: Named = above
      ? {
          ...above,
          name: uniqueName(chance, taken, () => `${above.name} – ${chance.of(naming.cities)[0]}`),
        }
      : nameOf(chance, naming, taken);
    const full = named.form ? `${named.name} ${named.form}` : named.name;
    const domain = `${addressable(named.name).replaceAll(".", "-")}.example`;
    clients.push({
      name: named.name,
      kind: named.kind,
      ...(named.form ? { form: named.form } : {}),
      owner: above?.owner ?? chance.of(sellers[country === "RO" ? "home" : "export"]),
      country,
      ...(parent === undefined ? {} : { parent }),
      ...(chance.is(0.15) ? { note: chance.of(notes) } : {}),
      body: {
        name: full,
        kind: named.kind,
        country,
        language: naming.language,
        tags: chance.some(tags, chance.between(0, 3)),
        fields: fieldsOf(chance, named, year),
        ...(named.kind === "person" ? {} : { website: `https://${domain}` }),
        contacts: contactsOf(chance, country, domain),
        counterparties:
          named.kind === "person"
            ? []
            : Array.from({ length: chance.is(0.15) ? 2 : 1 }, (_, n) =>
                counterpartyOf(chance, country, n === 0 ? full : `${full} ${chance.of(naming.family)}`, year),
              ),
        externalId: `demo-${at + 1}`,
      },
    });
  }
  return clients;
};
