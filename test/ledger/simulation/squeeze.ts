import type { NewTransaction } from "../../../domain/ledger/transaction.ts";
import { days, type Maker, openable, opensOf } from "./generate.ts";
import type { Operation } from "./operations.ts";
import { sideOf } from "./paper.ts";
import { pick } from "./scheduler.ts";

type PostOperation = Extract<Operation, { readonly type: "post" }>;
const isSqueeze = (operation: Operation): operation is PostOperation =>
  operation.type === "post" && operation.transaction.kind === "squeeze";

interface Place {
  readonly account: string;
  readonly commodity: string;
}

/** Brings something into an account, or takes it out of it, seen from its own side. */
const movingOf = (
  { paper, nextId }: Maker,
  { account, commodity }: Place,
  own: number,
  effectiveOn: string,
): NewTransaction => {
  const wish = openable.find(({ path }) => path === account);
  const amount = own * sideOf(paper.accounts.get(account)?.type ?? wish?.type ?? "asset");
  return {
    id: nextId(),
    kind: "squeeze",
    effectiveOn,
    postings: [
      { account, commodity, amount },
      { account: "world", commodity, amount: -amount },
    ],
  };
};

/** Something on an early day and much on a later one: now there is more than there was. */
const filling = (maker: Maker): Operation => {
  const { chance } = maker;
  const strict = openable.filter(({ mayGoBelowZero, type }) => !mayGoBelowZero && type !== "time");
  const place = { account: pick(chance, strict).path, commodity: "EUR" };
  const transactions = [
    movingOf(maker, place, 20 + chance(80), pick(chance, days.slice(0, 3))),
    movingOf(maker, place, 100 + chance(100), pick(chance, days.slice(3))),
  ];
  return { type: "batch", transactions, opens: opensOf(chance, transactions) };
};

/** Accounts that may not be everywhere. */
const tightPlaces = ({ paper }: Maker): Place[] =>
  [...paper.lineKeys].flatMap((key) => {
    const [account = "", commodity = ""] = key.split(" ");
    const there = paper.accounts.get(account);
    const isTight = there && (!there.mayGoBelowZero || Object.keys(there.limits).length > 0);
    return isTight ? [{ account, commodity }] : [];
  });

/** What was just tried once more, mostly on the same day, while the first is still under way. */
export const squeezingAgain = (maker: Maker): Operation | undefined => {
  const { chance, paper, asked } = maker;
  const before = asked.at(-1);
  if (!before || !isSqueeze(before)) return undefined;
  const { effectiveOn = "", postings } = before.transaction;
  const [posting] = postings;
  if (!posting) return undefined;
  const own = posting.amount * sideOf(paper.accounts.get(posting.account)?.type ?? "asset");
  const day = chance(3) > 0 ? effectiveOn : pick(chance, days);
  const transaction = movingOf(maker, posting, own, day);
  return { type: "post", transaction, opens: opensOf(chance, [transaction]) };
};

/** Constraints of accounts are tried to the last unit, on days before and after what is there already. */
export const squeezing = (maker: Maker): Operation => {
  const { chance, paper } = maker;
  const tight = tightPlaces(maker);
  if (tight.length === 0 || chance(4) === 0) return filling(maker);
  const place = pick(chance, tight);
  const { account, commodity } = place;
  const there = paper.daysOf(account, commodity);
  const effectiveOn = pick(chance, [...days, ...there, ...there]);
  const stands = [effectiveOn, ...there.filter((day) => day > effectiveOn)].map((day) =>
    paper.standOn(account, commodity, day),
  );
  const limit = paper.accounts.get(account)?.limits[commodity];
  const isOut = limit === undefined || chance(3) > 0;
  const most = isOut ? Math.min(...stands) : limit - Math.max(...stands);
  const own = Math.max(1, most - 1 + chance(3)) * (isOut ? -1 : 1);
  const transaction = movingOf(maker, place, own, effectiveOn);
  if (chance(3) > 0) return { type: "post", transaction, opens: opensOf(chance, [transaction]) };
  const other = movingOf(maker, place, -own, pick(chance, days));
  const transactions = chance(2) === 0 ? [transaction, other] : [other, transaction];
  return { type: "batch", transactions, opens: opensOf(chance, transactions) };
};
