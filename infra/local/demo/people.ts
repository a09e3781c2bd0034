import type * as z from "zod";
import type { NewMember } from "../../../domain/access/member.ts";

export interface DemoMember extends Omit<z.input<typeof NewMember>, "teamId"> {
  /** The team that the member belongs to, or leads. */
  readonly team?: keyof typeof demoTeams;
}

export const demoTeams = { home: "Țară", export: "Export" } as const;

const at = (name: string): string => `${name}@demo.example`;

/** Who works at the demo company, besides its admin. The two heads lead the teams that they are in. */
export const demoMembers = {
  ileana: { name: "Ileana Ștefănescu", email: at("ileana"), role: "head", team: "home" },
  mihai: { name: "Mihai Țurcanu", email: at("mihai"), role: "head", team: "export" },
  ana: { name: "Ana Brătianu", email: at("ana"), role: "manager", team: "home" },
  razvan: { name: "Răzvan Cârstea", email: at("razvan"), role: "manager", team: "home" },
  ioana: { name: "Ioana Mălăescu", email: at("ioana"), role: "manager", team: "home" },
  dan: { name: "Dan Șuteu", email: at("dan"), role: "manager", team: "home" },
  zofia: { name: "Zofia Wąsowska", email: at("zofia"), role: "manager", team: "export" },
  jurgen: { name: "Jürgen Öttl", email: at("jurgen"), role: "manager", team: "export" },
  sanda: { name: "Sânziana Pârvu", email: at("sanziana"), role: "marketer" },
  nora: { name: "Nora Dîrlea", email: at("nora"), role: "accountant" },
  toma: { name: "Toma Ghiță", email: at("toma"), role: "warehouse" },
} as const satisfies Readonly<Record<string, DemoMember>>;

export type DemoMemberKey = keyof typeof demoMembers;

/** Who sells, as often as they stand here. */
export const sellers: Readonly<Record<keyof typeof demoTeams, readonly DemoMemberKey[]>> = {
  home: ["ana", "ana", "ana", "razvan", "razvan", "ioana", "ioana", "dan", "ileana"],
  export: ["zofia", "zofia", "zofia", "jurgen", "jurgen", "mihai"],
};
