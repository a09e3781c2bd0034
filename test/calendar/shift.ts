/**
 * Loaded before everything else in each process and thread of a calendar run (`--import shift.ts?offsetMs=…`): the
 * current time is the machine's plus the offset. Timers keep the machine's pace, and a date with arguments stays as
 * it is. The offset comes with the address, because a thread of the local stack does not see this process's environment.
 */
const offsetMs = Number(new URL(import.meta.url).searchParams.get("offsetMs"));

const MachineDate = Date;
const machineNow = MachineDate.now.bind(MachineDate);
const now = (): number => machineNow() + offsetMs;
MachineDate.now = now;
globalThis.Date = new Proxy(MachineDate, {
  construct: (target, parameters: unknown[], newTarget) =>
    Reflect.construct(target, parameters.length === 0 ? [now()] : parameters, newTarget),
  apply: () => new MachineDate(now()).toString(),
});
