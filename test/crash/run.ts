/** `node test/crash/run.ts [rounds]`: the crash test for as long as one likes, with what each round found. */
import { crashRounds } from "./rounds.ts";

const rounds = Number(process.argv[2] ?? 20);
let failed = false;
for await (const { round, answers, clients, deals, sales, purses, orders, events, faults } of crashRounds(
  rounds,
  () => 20 + Math.floor(Math.random() * 250),
)) {
  console.log(
    `round ${round}: ${answers} writes answered; ${clients} clients, ${deals} deals, ${sales} sales, ${purses} purses, ${orders} orders, ${events} events; ${faults.length} faults`,
  );
  for (const fault of faults.slice(0, 20)) console.log(`  ${fault}`);
  failed ||= faults.length > 0;
}
process.exitCode = failed ? 1 : 0;
