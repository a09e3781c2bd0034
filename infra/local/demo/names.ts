import type { DemoCountry } from "./legal.ts";

/** How people and companies are called somewhere. In `companies`, `{family}` and `{city}` are filled in. */
export interface Naming {
  /** Of all clients, how many of a hundred. */
  readonly share: number;
  readonly language: string;
  readonly given: readonly string[];
  readonly family: readonly string[];
  readonly cities: readonly (readonly [city: string, postalCode: string])[];
  readonly streets: readonly string[];
  readonly companies: readonly string[];
  readonly publicBodies: readonly string[];
  readonly forms: readonly string[];
}

const words = (text: string): string[] => text.trim().split(/\s+/);
const lines = (text: string): string[] => text.split("|").map((line) => line.trim());

export const namings: Readonly<Record<DemoCountry, Naming>> = {
  RO: {
    share: 56,
    language: "ro",
    given: words(
      "Ștefan Ioana Mihăiță Brândușa Răzvan Cătălina Sânziana Ionuț Anamaria Țuțu Dănuț Mălina Șerban Crăița Traian Ilinca Nuțu Raluca Bogdan Măriuca Călin Smărăndița Gheorghiță Otilia",
    ),
    family: words(
      "Ștefănescu Țăranu Bălan Câmpeanu Rădulescu Șerbănescu Mârza Ciobănașu Lăcătuș Învățătoru Cârstea Dănilă Țepeș Brânză Pârvu Măgureanu Sârbu Văcărescu Bogățeanu Zăvoianu Șoimu Hârlău",
    ),
    cities: [
      ["București", "010011"],
      ["Iași", "700028"],
      ["Timișoara", "300006"],
      ["Cluj-Napoca", "400001"],
      ["Brașov", "500007"],
      ["Târgu Mureș", "540011"],
      ["Constanța", "900001"],
      ["Râmnicu Vâlcea", "240001"],
      ["Bistrița", "420001"],
    ],
    streets: lines(
      "Strada Căii Ferate | Bulevardul Unirii | Strada Viișoarei | Strada Păcii | Calea Șagului",
    ),
    companies: lines(
      "Brutăria {family} | Moara {family} | Cafeneaua {family} | Hotel {city} Vechi | Știință și Țară | Lăptăria din {city} | Grădina de Vară {city} | Țesătoria {family} | Mobilă {family} | Vinuri {family} | Clinica {family} | Librăria Cărturești din {city} | Tâmplăria {family} | Editura {family} | Fabrica de Bere {city} | Agroturism {family} | Piața Mare {city} | Constructorul {city}",
    ),
    publicBodies: lines("Primăria {city} | Spitalul Județean {city} | Universitatea din {city}"),
    forms: ["SRL", "SRL", "SRL", "SA", "PFA"],
  },
  PL: {
    share: 9,
    language: "pl",
    given: words("Łukasz Małgorzata Wojciech Żaneta Stanisław Bożena Michał Świętosława"),
    family: words("Wiśniewski Dąbrowska Wójcik Łęcka Kamiński Żółkiewska Gałązka Szymański"),
    cities: [
      ["Kraków", "30-001"],
      ["Łódź", "90-001"],
      ["Gdańsk", "80-001"],
      ["Wrocław", "50-001"],
    ],
    streets: lines("ulica Długa | ulica Świętego Jana | aleja Róż"),
    companies: lines(
      "Piekarnia {family} | Kawiarnia pod Gołębiem {city} | Księgarnia {family} | Hotel Łazienki {city}",
    ),
    publicBodies: lines("Uniwersytet {city}"),
    forms: ["sp. z o.o.", "S.A."],
  },
  CZ: {
    share: 7,
    language: "cs",
    given: words("Jiří Zdeňka Ondřej Růžena Vojtěch Anežka Tomáš Božena"),
    family: words("Dvořák Nováková Růžička Šťastný Křížová Čermák Žižka Říhová"),
    cities: [
      ["Praha", "110 00"],
      ["Plzeň", "301 00"],
      ["České Budějovice", "370 01"],
    ],
    streets: lines("Dlouhá | Na Příkopě | Žižkova"),
    companies: lines(
      "Kavárna {family} | Pekařství {family} | Pivovar {city} | Knihkupectví U Šťastného Jiřího",
    ),
    publicBodies: lines("Nemocnice {city}"),
    forms: ["s.r.o.", "a.s."],
  },
  DE: {
    share: 8,
    language: "de",
    given: words("Jürgen Käthe Björn Sören Annegret Götz Bärbel Lukas"),
    family: words("Müller Schröder Jäger Köhler Groß Böttcher Weiß Schäfer"),
    cities: [
      ["München", "80331"],
      ["Köln", "50667"],
      ["Düsseldorf", "40213"],
      ["Lübeck", "23552"],
    ],
    streets: lines("Königstraße | Am Mühlgraben | Bäckergasse"),
    companies: lines(
      "Bäckerei {family} | Kaffeerösterei {family} | Möbelhaus {family} | Gästehaus {city} | Buchhandlung {family}",
    ),
    publicBodies: lines("Universität {city}"),
    forms: ["GmbH", "GmbH & Co. KG", "AG"],
  },
  ES: {
    share: 6,
    language: "es",
    given: words("Íñigo Begoña José María Núria Ángel Sofía Iñaki"),
    family: words("Núñez Peñalver García Muñoz Ibáñez Castaño Güell Ordóñez"),
    cities: [
      ["A Coruña", "15001"],
      ["Málaga", "29001"],
      ["Logroño", "26001"],
    ],
    streets: lines("Calle del Muñeco | Plaza de España | Avenida de la Constitución"),
    companies: lines("Cafetería {family} | Bodegas {family} | Panadería {family} | Hotel Peñíscola {city}"),
    publicBodies: lines("Ayuntamiento de {city}"),
    forms: ["S.L.", "S.A."],
  },
  HU: {
    share: 6,
    language: "hu",
    given: words("Győző Ágnes Jenő Zsófia Kálmán Erzsébet Ödön Júlia"),
    family: words("Kővári Szűcs Nagy Bíró Vörös Fekete Őry Tóth"),
    cities: [
      ["Győr", "9021"],
      ["Pécs", "7621"],
      ["Székesfehérvár", "8000"],
    ],
    streets: lines("Fő utca | Petőfi utca | Árpád út"),
    companies: lines("{family} Pékség | {family} Kávézó | {family} Könyvesbolt | Hotel Szőlő {city}"),
    publicBodies: lines("{city} Városháza"),
    forms: ["Kft.", "Zrt."],
  },
  SE: {
    share: 4,
    language: "sv",
    given: words("Åsa Göran Märta Björn Örjan Ingalill"),
    family: words("Åkesson Öberg Sjögren Lindström Bäckman Ahlgren"),
    cities: [
      ["Göteborg", "411 01"],
      ["Malmö", "211 11"],
      ["Örebro", "702 10"],
    ],
    streets: lines("Storgatan | Östra Ågatan | Kyrkogårdsvägen"),
    companies: lines("{family} Kafé | {family} Bageri | Café Blåbär i {city} | {family} Trä"),
    publicBodies: lines("{city} kommun"),
    forms: ["AB"],
  },
  FR: {
    share: 4,
    language: "fr",
    given: words("Zoé Jérôme Hélène François Maëlle Noël Loïc Béatrice"),
    family: words("Lefèvre Besançon Garçon Müntz Béranger Châtelain"),
    cities: [
      ["Besançon", "25000"],
      ["Orléans", "45000"],
      ["Nîmes", "30000"],
    ],
    streets: lines("Rue de l’Église | Allée des Châtaigniers | Quai François Ier"),
    companies: lines(
      "Boulangerie {family} | Café de l’Hôtel de Ville à {city} | Pâtisserie {family} | Crêperie {family}",
    ),
    publicBodies: lines("Mairie de {city}"),
    forms: ["SARL", "SAS"],
  },
};

export const demoCountries = Object.keys(namings).filter((name): name is DemoCountry => name in namings);

/** A name as it stands in an address: letters without marks, small, with points between the words. */
export const addressable = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll("ł", "l")
    .replaceAll("ß", "ss")
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, ".")
    .replace(/^\.|\.$/g, "");
