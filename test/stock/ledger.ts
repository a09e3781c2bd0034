import { ProblemError } from "../../functions/client.ts";
import type { Call } from "../routes/company.ts";

/** What an account of the ledger has of a commodity, debit above zero; 0 where there is no such account yet. */
export const balanceIn =
  (call: Call) =>
  async (account: string, commodity: string): Promise<number> => {
    try {
      const { items } = await call.listLedgerBalances({ query: { account, commodity } });
      return items[0]?.balance ?? 0;
    } catch (error) {
      if (error instanceof ProblemError && error.code === "record.not-found") return 0;
      throw error;
    }
  };
