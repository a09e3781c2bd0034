/**
 * Runs the tests at other moments than now: `npm run test:calendar` at all of them one after the other, `-- --today` at the one
 * whose turn it is today, `-- 3 7` at the third and the seventh. Further arguments go to vitest: `-- 3 test/finance`.
 */
import { spawn } from "node:child_process";
import path from "node:path";
import { type CalendarMoment, calendarMoments, environmentAt, momentOfDay } from "./moments.ts";

const root = path.resolve(import.meta.dirname, "../..");

const runAt = (moment: CalendarMoment, files: readonly string[]): Promise<boolean> => {
  const tests = spawn("vitest", ["run", "--reporter=dot", "--silent=passed-only", ...files], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...environmentAt(moment, Date.now()) },
  });
  return new Promise((resolve, reject) => {
    tests.on("error", reject);
    tests.on("close", (code) => resolve(code === 0));
  });
};

const isNumber = (argument: string): boolean => /^\d+$/.test(argument);
const given = process.argv.slice(2);
const today = given.includes("--today") ? [momentOfDay(new Date().getUTCDate()).number] : [];
const wanted = [...today, ...given.filter(isNumber).map(Number)];
const files = given.filter((argument) => argument !== "--today" && !isNumber(argument));

const outcomes: string[] = [];
for (const [index, moment] of calendarMoments.entries()) {
  if (wanted.length > 0 && !wanted.includes(index + 1)) continue;
  const title = `${index + 1}. ${moment.name} (${moment.startsAt}, ${moment.timeZone})`;
  console.log(`\n${title}`);
  const passed = await runAt(moment, files);
  outcomes.push(`${passed ? "passed" : "FAILED"} ${title}`);
  if (!passed) process.exitCode = 1;
}
console.log(`\n${outcomes.join("\n")}`);
