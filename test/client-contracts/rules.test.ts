import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  changedContract,
  newContract,
  signedContract,
  terminatedContract,
} from "../../domain/contracts/change.ts";
import {
  type Consumption,
  consumed,
  givenBack,
  needsPast,
  reversed,
} from "../../domain/contracts/consumption.ts";
import {
  type ContractRecord,
  contractOn,
  isInForce,
  lastDayOf,
  stateOn,
} from "../../domain/contracts/contract.ts";
import { daysBefore, daysUntil, reminderOf } from "../../domain/contracts/reminder.ts";
import { Failure } from "../../domain/kernel/errors.ts";

const now = "2026-11-23T18:00:00.000Z";
const doing = { by: "mem_01JD8Z5T2V9Q4R6W8Y0A1B3C5D", now, today: "2026-11-23" };
const seed = 20_261_123;

const drafted = (more: Partial<ContractRecord> = {}): ContractRecord => ({
  ...newContract(
    {
      number: "1",
      kind: "frame",
      clientId: "cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
      counterpartyId: "cpt_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
      validFrom: "2026-01-01",
      validTo: "2026-12-31",
      amountMinor: 1_000,
      currency: "EUR",
    },
    "ctr_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
    doing,
  ),
  ...more,
});
const inForce = (more: Partial<ContractRecord> = {}) => drafted({ signedOn: "2026-01-01", ...more });

/** The code of the failure with which something is refused, or undefined. */
const refusal = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
};

const dayOf = (n: number) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10);
const days = fc.nat(500).map(dayOf);

describe("the state of a contract", () => {
  test("is one of four on every day, follows the days, and only an active one that has begun is in force", () => {
    fc.assert(
      fc.property(
        days,
        fc.option(fc.nat(300), { nil: undefined }),
        fc.option(fc.nat(300), { nil: undefined }),
        fc.boolean(),
        days,
        (validFrom, length, terminatedAfter, isSigned, today) => {
          const start = daysUntil("2026-01-01", validFrom);
          const validTo = length === undefined ? undefined : dayOf(start + length);
          const on =
            terminatedAfter === undefined
              ? undefined
              : dayOf(start + Math.min(terminatedAfter, length ?? terminatedAfter));
          const contract = drafted({
            validFrom,
            validTo,
            signedOn: isSigned ? "2026-01-01" : undefined,
            termination: isSigned && on !== undefined ? { on, reason: "-", by: "-", at: now } : undefined,
          });
          const end = isSigned && on !== undefined ? on : validTo;
          const state = stateOn(contract, today);
          const expected = !isSigned
            ? "draft"
            : end === undefined || today <= end
              ? "active"
              : on === undefined
                ? "ended"
                : "terminated";
          expect(state).toBe(expected);
          expect(lastDayOf(contract)).toBe(end);
          expect(isInForce(contract, today)).toBe(state === "active" && validFrom <= today);
        },
      ),
      { seed, numRuns: 500 },
    );
  });

  test("a contract is signed once, and not in the future", () => {
    const contract = signedContract(drafted(), "2026-11-23", doing);
    expect(contract).toMatchObject({ signedOn: "2026-11-23", version: 2 });
    expect(refusal(() => signedContract(contract, "2026-11-23", doing))).toBe("contract.not-draft");
    expect(refusal(() => signedContract(drafted(), "2026-11-24", doing))).toBe("contract.days");
  });

  test("a termination lies within the contract, behind what was consumed, and is there once", () => {
    const end = (on: string, contract = inForce({ lastConsumedOn: "2026-05-05" })) =>
      terminatedContract(contract, { on, reason: "moved" }, doing);
    expect(refusal(() => end("2025-12-31", inForce()))).toBe("contract.days");
    expect(refusal(() => end("2027-01-01"))).toBe("contract.days");
    expect(refusal(() => end("2026-05-04"))).toBe("contract.days");
    expect(refusal(() => end("2026-06-30", drafted()))).toBe("contract.not-in-force");
    expect(stateOn(end("2026-11-23"), "2026-11-23")).toBe("active");
    expect(stateOn(end("2026-11-22"), "2026-11-23")).toBe("terminated");
    expect(refusal(() => end("2026-12-01", end("2026-12-01")))).toBe("contract.not-in-force");
  });
});

describe("a change", () => {
  test("of a draft takes everything; of a signed one it leaves what was signed", () => {
    const all = {
      number: "2",
      kind: "single",
      counterpartyId: "cpt_01JD8Z5T2V9Q4R6W8Y0A1B3C5E",
      validFrom: "2026-02-01",
      currency: "RON",
    } as const;
    expect(changedContract(drafted(), all, doing)).toMatchObject(all);
    for (const [name, value] of Object.entries(all))
      expect(
        refusal(() => changedContract(inForce(), { [name]: value }, doing)),
        name,
      ).toBe("contract.fixed");
    expect(
      changedContract(inForce(), { validTo: "2027-12-31", amountMinor: 5_000, terms: "…" }, doing),
    ).toMatchObject({
      validTo: "2027-12-31",
      amountMinor: 5_000,
      terms: "…",
      number: "1",
      version: 2,
    });
    expect(changedContract(inForce(), { validTo: null, amountMinor: null }, doing)).toMatchObject({
      validTo: undefined,
      amountMinor: undefined,
    });
  });

  test("leaves neither days in the wrong order, nor less than was consumed, nor an amount without a currency", () => {
    const used = inForce({ consumedMinor: 400, lastConsumedOn: "2026-05-05" });
    expect(refusal(() => changedContract(used, { validTo: "2026-05-04" }, doing))).toBe("contract.days");
    expect(refusal(() => changedContract(used, { validTo: "2025-05-04" }, doing))).toBe("contract.days");
    expect(refusal(() => changedContract(used, { amountMinor: 399 }, doing))).toBe("contract.exceeded");
    expect(changedContract(used, { amountMinor: 400, validTo: "2026-05-05" }, doing).amountMinor).toBe(400);
    expect(refusal(() => changedContract(drafted(), { currency: null }, doing))).toBe("request.invalid");
    const over = terminatedContract(inForce(), { on: "2026-06-30", reason: "moved" }, doing);
    expect(refusal(() => changedContract(over, { title: "x" }, doing))).toBe("contract.fixed");
  });
});

describe("what is consumed", () => {
  const step = fc.oneof(
    fc.record({ take: fc.integer({ min: 1, max: 400 }), on: days }),
    fc.record({ back: fc.nat(20) }),
  );

  test("is the sum of its entries, never more than agreed and never on a day out of force, whatever comes", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let contract = inForce();
        const entries: Consumption[] = [];
        for (const [n, one] of steps.entries()) {
          const entering = { id: `cns_${n}`, by: doing.by, now };
          if ("take" in one) {
            const input = { amountMinor: one.take, currency: "EUR", on: one.on };
            const fits = contract.consumedMinor + one.take <= 1_000;
            const code = refusal(() => consumed(contract, input, entering));
            expect(code).toBe(
              !isInForce(contract, one.on) ? "contract.not-in-force" : fits ? undefined : "contract.exceeded",
            );
            if (code !== undefined) continue;
            const done = consumed(contract, input, entering);
            contract = done.contract;
            entries.push(done.consumption);
          } else {
            const entry = entries[one.back];
            if (!entry || entries.some(({ reverses }) => reverses === entry.id)) continue;
            if (entry.reverses !== undefined) {
              expect(refusal(() => reversed(contract, entry, entering))).toBe(
                "contract.consumption-reversed",
              );
              continue;
            }
            const done = reversed(contract, entry, entering);
            contract = done.contract;
            entries.push(done.consumption);
          }
          const sum = entries.reduce((total, { amountMinor }) => total + amountMinor, 0);
          expect(contract.consumedMinor).toBe(sum);
          expect(entries.at(-1)?.consumedMinor).toBe(sum);
          expect(contractOn(contract, doing.today).remainingMinor).toBe(1_000 - sum);
        }
      }),
      { seed, numRuns: 300 },
    );
  });

  test("by an invoice is given back by its credit notes and not by hand", () => {
    const entering = { id: "cns_1", by: "system", now };
    const document = { invoiceId: "inv_01JD8Z5T2V9Q4R6W8Y0A1B3C5D" };
    const input = { amountMinor: 700, currency: "EUR", on: "2026-05-05", reference: "INV-1" };
    const { contract, consumption } = consumed(inForce(), input, entering, document);
    expect(consumption).toMatchObject({ ...document, amountMinor: 700, consumedMinor: 700 });
    expect(refusal(() => reversed(contract, consumption, entering))).toBe("contract.consumption-invoiced");
    const note = { ...document, creditNoteId: "crn_01JD8Z5T2V9Q4R6W8Y0A1B3C5D" };
    const over = { ...contract, termination: { on: "2026-05-05", reason: "moved", by: "-", at: now } };
    const back = givenBack(over, { ...input, amountMinor: 200, on: "2026-06-06" }, entering, note);
    expect(back.consumption).toMatchObject({ ...note, amountMinor: -200, consumedMinor: 500 });
    expect(back.contract.consumedMinor).toBe(500);
    expect(() => givenBack(back.contract, { ...input, amountMinor: 501 }, entering, note)).toThrow();
  });

  test("last, when an entry is reversed, was not behind the contract's end, though an invoice of an order was", () => {
    const entering = { id: "cns_2", by: doing.by, now };
    const ended = inForce({ orderedMinor: 500, validTo: "2026-05-31" });
    const byHand = consumed(
      ended,
      { amountMinor: 10, currency: "EUR", on: "2026-05-31" },
      { ...entering, id: "cns_1" },
    );
    const late = { amountMinor: 500, currency: "EUR", on: "2026-06-20" };
    const invoiced = consumed(
      byHand.contract,
      late,
      entering,
      { invoiceId: "inv_01JD8Z5T2V9Q4R6W8Y0A1B3C5D" },
      -500,
    );
    const { contract } = reversed(invoiced.contract, byHand.consumption, { ...entering, id: "cns_3" }, [
      invoiced.consumption,
    ]);
    expect(contract).toMatchObject({ lastConsumedOn: "2026-05-31", consumedMinor: 500 });
    expect(refusal(() => changedContract(contract, { title: "Flour" }, doing))).toBeUndefined();
  });

  test("is in the contract's currency; the first gives one without an amount its currency", () => {
    const entering = { id: "cns_1", by: doing.by, now };
    const input = { amountMinor: 5, currency: "RON", on: "2026-05-05" };
    expect(refusal(() => consumed(inForce(), input, entering))).toBe("contract.currency-differs");
    const open = inForce({ amountMinor: undefined, currency: undefined });
    expect(consumed(open, input, entering).contract).toMatchObject({ currency: "RON", consumedMinor: 5 });
  });
});

describe("a reminder", () => {
  test("lies so many calendar days before the last day", () => {
    fc.assert(
      fc.property(days, fc.integer({ min: 1, max: 366 }), (end, ahead) => {
        expect(daysUntil(daysBefore(end, ahead), end)).toBe(ahead);
      }),
      { seed, numRuns: 300 },
    );
    expect(reminderOf(inForce({ remindDaysBefore: 30 }))).toEqual({
      endsOn: "2026-12-31",
      remindOn: "2026-12-01",
    });
    expect(reminderOf(inForce({ validTo: "2028-03-01", remindDaysBefore: 1 }))?.remindOn).toBe("2028-02-29");
  });

  test("is there for a signed contract that ends by itself, and for no other", () => {
    const ahead = { remindDaysBefore: 30 };
    expect(reminderOf(drafted(ahead))).toBeUndefined();
    expect(reminderOf(inForce())).toBeUndefined();
    expect(reminderOf(inForce({ ...ahead, validTo: undefined }))).toBeUndefined();
    expect(
      reminderOf(terminatedContract(inForce(ahead), { on: "2026-12-01", reason: "moved" }, doing)),
    ).toBeUndefined();
  });
});

describe("the amount of a contract by day", () => {
  interface Step {
    readonly taken: boolean;
    readonly amountMinor: number;
    readonly on: string;
  }
  const someDays = [1, 5, 9, 20, 30].map(dayOf);
  const step: fc.Arbitrary<Step> = fc.record({
    taken: fc.boolean(),
    amountMinor: fc.integer({ min: 1, max: 700 }),
    on: fc.constantFrom(...someDays),
  });

  test("is exceeded on no day, whatever is entered late, and nothing else is refused", () => {
    let refused = 0;
    let late = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), fc.boolean(), (steps, isOld) => {
        // As contracts were kept before the last day of giving back was.
        let contract = inForce(isOld ? { lastGivenBackOn: undefined } : {});
        const entries: Consumption[] = [];
        /** The model: what was taken and given back, by day. */
        const kept: { readonly on: string; readonly minor: number }[] = [];
        const sumOn = (day: string) =>
          kept.filter(({ on }) => on <= day).reduce((sum, { minor }) => sum + minor, 0);
        for (const [n, { taken, amountMinor, on }] of steps.entries()) {
          const past = needsPast(contract, on) ? { past: entries } : {};
          const about = { id: `con_${n}`, by: "system", now, ...past };
          const input = { amountMinor, currency: "EUR", on };
          if (!taken && amountMinor > sumOn("9999")) continue;
          const mayBeTaken = someDays.every((day) => day < on || sumOn(day) + amountMinor <= 1_000);
          const code = refusal(() => {
            const after = taken
              ? consumed(contract, input, about)
              : givenBack(contract, input, about, { invoiceId: "inv_1", creditNoteId: `crn_${n}` });
            contract = after.contract;
            entries.push(after.consumption);
          });
          expect(code).toBe(!taken || mayBeTaken ? undefined : "contract.exceeded");
          if (code !== undefined) refused += 1;
          if (code !== undefined && sumOn("9999") + amountMinor <= 1_000) late += 1;
          if (code === undefined) kept.push({ on, minor: taken ? amountMinor : -amountMinor });
        }
        expect(contract.consumedMinor).toBe(sumOn("9999"));
      }),
      { seed, numRuns: 10_000 },
    );
    expect(refused).toBeGreaterThan(1_000);
    expect(late).toBeGreaterThan(100);
  });
});
