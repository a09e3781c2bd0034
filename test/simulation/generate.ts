import { type Chance, pick } from "../ledger/simulation/scheduler.ts";
import type { CreditPart } from "./claims.ts";
import { type Company, places } from "./company.ts";
import type { Asked, Lot, Paper } from "./requests.ts";
import type { Spot } from "./shelf.ts";

export interface Maker {
  readonly chance: Chance;
  readonly company: Company;
  readonly paper: Paper;
  readonly today: string;
  readonly asked: readonly Asked[];
}

/** Days before the first today of a history: what is asked for on them comes late. */
const days = ["2025-12-31", "2026-01-05", "2026-01-20", "2026-01-31", "2026-02-01"];

const dayOf = ({ chance, today }: Maker): { readonly on?: string } => {
  const drawn = chance(20);
  if (drawn < 7) return {};
  if (drawn === 7) return { on: "2099-01-01" };
  return { on: drawn < 9 ? today : pick(chance, days) };
};

const spotOf = ({ chance, company }: Maker): Spot => ({
  product: pick(chance, company.products),
  place: pick(chance, places),
});

const linesOf = <Line>({ chance }: Maker, line: () => Line): Line[] =>
  Array.from({ length: 1 + (chance(3) === 0 ? chance(2) + 1 : 0) }, line);

/** About as much as there is to be had, or a unit more. */
const lotOf = (maker: Maker, day: string): Lot => {
  const spot = spotOf(maker);
  const { chance, paper } = maker;
  const least = paper.shelf.least(spot, day);
  const quantity = chance(3) === 0 ? least + chance(3) - 1 : 1 + chance(Math.max(4, least));
  return { ...spot, quantity: Math.max(1, quantity) };
};

const counting = (maker: Maker): Asked => {
  const { chance, paper, today } = maker;
  const when = dayOf(maker);
  const spots = new Map(
    linesOf(maker, () => spotOf(maker)).map((spot) => [`${spot.product} ${spot.place}`, spot]),
  );
  const lines = [...spots.values()].map((spot) => {
    const there = paper.shelf.level(spot, when.on ?? today);
    const found = chance(3) === 0 ? there : Math.max(0, there - 4 + chance(9));
    return { ...spot, found, ...(chance(4) === 0 ? { surplusCost: chance(500) } : {}) };
  });
  return { type: "count", ...when, lines };
};

const goods = (maker: Maker): Asked => {
  const { chance, paper, today } = maker;
  const when = dayOf(maker);
  const day = when.on ?? today;
  const drawn = chance(20);
  if (drawn < 7)
    return {
      type: "receipt",
      ...when,
      lines: linesOf(maker, () => ({ ...spotOf(maker), quantity: 1 + chance(30), cost: chance(3000) })),
    };
  if (drawn < 12) return { type: "shipment", ...when, lines: linesOf(maker, () => lotOf(maker, day)) };
  if (drawn < 14) return { type: "write-off", ...when, lines: linesOf(maker, () => lotOf(maker, day)) };
  if (drawn < 16)
    return {
      type: "transfer",
      ...when,
      lines: linesOf(maker, () => {
        const lot = lotOf(maker, day);
        return { ...lot, to: lot.place === "main" ? "A" : "main" };
      }),
    };
  const shipments = [...paper.shelf.shipments.values()];
  if (drawn < 19 && shipments.length > 0) {
    const { id, lines } = pick(chance, shipments);
    const parts = lines.flatMap(({ quantity, backQuantity }, line) =>
      chance(3) > 0
        ? [{ line, quantity: Math.max(1, quantity - backQuantity - chance(3) + (chance(8) === 0 ? 1 : 0)) }]
        : [],
    );
    return {
      type: "return",
      ...when,
      shipment: id,
      lines: parts.length > 0 ? parts : [{ line: 0, quantity: 1 }],
    };
  }
  return counting(maker);
};

const crediting = (maker: Maker, invoice: string): Asked => {
  const { chance, paper } = maker;
  const claim = paper.claims.all.get(invoice);
  const when = dayOf(maker);
  if (chance(8) === 0) return { type: "credit", ...when, invoice };
  const parts = (claim?.lines ?? []).flatMap((line, at): CreditPart[] => {
    const drawn = chance(8);
    const [pieces, net] = [line.pieces - line.creditedPieces, line.net - line.creditedNet];
    if (drawn < 3)
      return [{ line: at, quantity: Math.max(1, drawn === 0 ? pieces + chance(2) : 1 + chance(pieces)) }];
    if (drawn < 6)
      return [{ line: at, netMinor: Math.max(1, drawn === 3 ? net + chance(2) : 1 + chance(net)) }];
    return drawn === 6 ? [{ line: at }] : [];
  });
  return { type: "credit", ...when, invoice, parts: parts.length > 0 ? parts : [{ line: 0, quantity: 1 }] };
};

const money = (maker: Maker): Asked => {
  const { chance, company, paper } = maker;
  const all = [...paper.claims.all.values()];
  const drafts = all.filter(({ day }) => day === undefined);
  const open = all.filter(({ day }) => day !== undefined);
  const drawn = chance(20);
  if (all.length === 0 || drawn < 4)
    return {
      ...{ type: "draft", client: pick(chance, company.clients) },
      lines: linesOf(maker, () => ({
        quantity: 1 + chance(12),
        price: chance(6) === 0 ? chance(4) : chance(2500),
      })),
    };
  if (drafts.length > 0 && drawn < 9)
    return { type: "issue", ...dayOf(maker), invoice: pick(chance, drafts).id };
  if (open.length === 0) return { type: "issue", ...dayOf(maker), invoice: pick(chance, all).id };
  const { id, client, open: left } = pick(chance, open);
  if (drawn < 17) return crediting(maker, id);
  const amount = Math.max(1, chance(3) === 0 ? left + chance(2) : 1 + chance(left));
  return { type: "pay", ...dayOf(maker), invoice: id, client, amount };
};

/** The next thing that is asked of the stock or of finance. */
export const askedOf = (maker: Maker): Asked => {
  const { chance, asked } = maker;
  const before = asked.at(-1);
  // The same once more, by somebody else, while the first is under way.
  if (before && before.type !== "draft" && chance(6) === 0) return before;
  return chance(20) < 11 ? goods(maker) : money(maker);
};
