import type { Answer } from "../access/ground.ts";
import { forgetAll } from "../ledger/simulation/ground.ts";
import { Violation } from "../ledger/simulation/kept.ts";
import { countIn, type Flight, Machines, newFlight, type Told } from "../ledger/simulation/machines.ts";
import type { Change } from "../ledger/simulation/memory.ts";
import type { Instance, Tampering } from "../ledger/simulation/network.ts";
import { holdVerified } from "../ledger/simulation/reads.ts";
import { type Chance, chanceOf } from "../ledger/simulation/scheduler.ts";
import type { CreditPart } from "./claims.ts";
import { Commits } from "./commits.ts";
import { type Company, dayAt, foundCompany } from "./company.ts";
import { send } from "./desk.ts";
import { askedOf } from "./generate.ts";
import { holdAll } from "./hold.ts";
import { type Asked, reasonsOf, requestOf } from "./requests.ts";

/** Something that was asked, from its first attempt to its answer. */
interface Flying extends Flight {
  readonly asked: Asked;
  readonly key: string;
  /** Every reason to refuse it that there was at some moment since it began. */
  readonly reasons: Set<string>;
}

/** Nothing goes wrong on purpose long before that. */
const mostAttempts = 25;

export interface Wishes {
  readonly operations: number;
  readonly tampering?: Tampering;
}

/** What its sender sends again, under the same key. */
const isPassing = ({ status, body: { code } }: Answer): boolean =>
  status >= 500 || status === 429 || code === "record.busy";

/** What something is, for the count of what was done. */
const kindsOf = (asked: Asked): readonly string[] => {
  if (asked.type !== "credit") return [asked.type];
  if (!asked.parts) return ["whole"];
  const kindOf = ({ quantity, netMinor }: CreditPart) =>
    netMinor !== undefined ? "cut" : quantity !== undefined ? "pieces" : "rest";
  return [...new Set(asked.parts.map(kindOf))];
};

/** A history of a company's stock and invoices. */
class History {
  readonly #chance: Chance;
  readonly #wishes: Wishes;
  readonly #told: Told;
  readonly #machines: Machines<Flying>;
  readonly #asked: Asked[] = [];
  #company: Company | undefined;
  #commits: Commits | undefined;

  constructor(seed: number, wishes: Wishes, told: Told) {
    this.#chance = chanceOf(seed);
    this.#wishes = wishes;
    this.#told = told;
    this.#machines = new Machines<Flying>({
      ...{ chance: this.#chance, tampering: wishes.tampering ?? {}, told },
      startMs: Date.parse("2026-02-03T19:30:00.000Z"),
      committed: (changes, flying) => this.#took(changes, flying),
    });
  }

  async run(): Promise<void> {
    const { table, nowMs } = this.#machines;
    const company = await foundCompany(table, nowMs, this.#chance);
    this.#machines.shareTenant(company.tenantId);
    this.#company = company;
    this.#commits = new Commits(company);
    await this.#machines.withOwnTime(async () => {
      await this.#machines.carryOut(
        this.#wishes.operations,
        () => this.#launch(),
        async () => {
          await this.#machines.settle();
          holdAll(table, company, this.#known.commits.paper);
        },
      );
    });
    const place = { table, tenantId: company.tenantId, nowMs: this.#machines.nowMs, chance: this.#chance };
    await holdVerified(place);
  }

  get #known(): { readonly company: Company; readonly commits: Commits } {
    if (!this.#company || !this.#commits) throw new Error("there is no company yet");
    return { company: this.#company, commits: this.#commits };
  }

  #launch(): void {
    const { company, commits } = this.#known;
    const asked = askedOf({
      ...{ chance: this.#chance, company, paper: commits.paper, asked: this.#asked },
      today: dayAt(new Date(this.#machines.nowMs).toISOString()),
    });
    this.#asked.push(asked);
    const key = `k${this.#machines.nextNumber()}`;
    const flying: Flying = { ...newFlight(), asked, key, reasons: new Set() };
    this.#machines.launch(flying, () => this.#fly(flying));
  }

  async #fly(flying: Flying): Promise<void> {
    const { asked, key, reasons } = flying;
    const { company } = this.#known;
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      const answer = await this.#machines.attempt(flying, (instance) => {
        this.#observe(flying);
        return send(this.#deskOf(instance, flying), requestOf(asked, company, key));
      });
      if (!answer || isPassing(answer)) continue;
      const { status, body } = answer;
      if (status < 300) {
        if (flying.commits === 0) throw new Violation(`${JSON.stringify(asked)} was answered and not done`);
        return;
      }
      const code = String(body.code);
      countIn(this.#told.refusals, code);
      if (!reasons.has(code))
        throw new Violation(
          `${JSON.stringify(asked)} was refused by ${code} (${body.detail}) without a reason`,
        );
      if (flying.commits > 0) throw new Violation(`${JSON.stringify(asked)} was refused by ${code} and done`);
      return;
    }
    throw new Violation(`there is no end to ${JSON.stringify(asked)}`);
  }

  #deskOf(instance: Instance, flying: Flying) {
    return {
      ...{ database: this.#machines.database(instance, flying), tenantId: instance.alias },
      ...{ memberId: this.#known.company.memberId, nowMs: this.#machines.nowMs, chance: this.#chance },
    };
  }

  #took(changes: readonly Change[], flying: Flying): void {
    if (changes.every(({ after }) => after?.entity?.S === "ledger-fold")) return;
    if (flying.commits > 0) throw new Violation(`${JSON.stringify(flying.asked)} was done twice`);
    this.#known.commits.take(changes, flying);
    const { asked, now } = flying;
    const isLate = asked.on !== undefined && asked.on < dayAt(now);
    for (const kind of kindsOf(asked)) countIn(this.#told.done, `${kind}${isLate ? " late" : ""}`);
    for (const one of this.#machines.flying) this.#observe(one);
  }

  #observe({ asked, reasons, now }: Flying): void {
    if (now === "") return;
    for (const reason of reasonsOf(asked, this.#known.commits.paper, dayAt(now))) reasons.add(reason);
  }
}

/** Runs the history of a seed. @throws Violation, naming the seed */
export const runDocumentHistory = async (seed: number, wishes: Wishes, told: Told): Promise<void> => {
  forgetAll();
  try {
    await new History(seed, wishes, told).run();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Violation(`seed ${seed}: ${text}`, { cause: error });
  }
};
