import {
  changedContract,
  changedFields,
  newContract,
  signedContract,
  terminatedContract,
} from "../../domain/contracts/change.ts";
import { type ContractRecord, contractOn } from "../../domain/contracts/contract.ts";
import { withReminder } from "../../domain/contracts/reminder.ts";
import {
  contractDigest,
  contractDrafted,
  contractSigned,
  contractTerminated,
} from "../../events/contracts.ts";
import { happened } from "../../events/event.ts";
import type { Bucket } from "../kit/bucket.ts";
import type { Context } from "../kit/context.ts";
import type { Handlers } from "../kit/serve.ts";
import { create } from "../kit/table/store.ts";
import { checkParties, doingOf, loadContract, todayOf } from "./access.ts";
import { changeOf, changing } from "./changing.ts";
import { consumptionHandlers } from "./consumption-handlers.ts";
import { dealHandlers } from "./deal-handlers.ts";
import { fileHandlers } from "./file-handlers.ts";
import { listContracts } from "./list.ts";
import type { contractRoutes } from "./routes.ts";
import { contractEntity, numberMoved, numberTaken } from "./store.ts";

/** The contract with the moment at which it reminds of its end. */
const reminding = (context: Context, contract: ContractRecord): ContractRecord =>
  withReminder(contract, todayOf(context), context.tenant.timeZone);

export const contractHandlers = (bucket: Bucket): Handlers<typeof contractRoutes> => ({
  async createContract({ body }, context) {
    await checkParties(context, body);
    const contract = newContract(body, context.newId("contract"), doingOf(context));
    return context.save({
      writes: [create(contractEntity, contract), numberTaken(contract)],
      happened: [happened(contractDrafted, contractDigest(contract))],
      answer: contractOn(contract, todayOf(context)),
    });
  },

  async listContracts({ query }, context) {
    return listContracts(query, context);
  },

  async readContract({ params }, context) {
    return contractOn(await loadContract(context, params.contractId), todayOf(context));
  },

  async changeContract({ params, body }, context) {
    return changing(context, params.contractId, async (before) => {
      const after = reminding(context, changedContract(before, body, doingOf(context)));
      if (after.counterpartyId !== before.counterpartyId) await checkParties(context, after);
      return {
        after,
        what: changeOf(after, changedFields(before, after)),
        writes: numberMoved(before, after),
      };
    });
  },

  async signContract({ params, body }, context) {
    return changing(context, params.contractId, async (before) => {
      const after = reminding(context, signedContract(before, body.signedOn, doingOf(context)));
      return { after, what: happened(contractSigned, { ...contractDigest(after), signedOn: body.signedOn }) };
    });
  },

  async terminateContract({ params, body }, context) {
    return changing(context, params.contractId, async (before) => {
      const after = reminding(context, terminatedContract(before, body, doingOf(context)));
      return {
        after,
        what: happened(contractTerminated, { ...contractDigest(after), reason: body.reason }),
      };
    });
  },

  ...dealHandlers,
  ...consumptionHandlers,
  ...fileHandlers(bucket),
});
