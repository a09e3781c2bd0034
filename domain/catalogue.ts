import { accessFailures } from "./access/errors.ts";
import { clientFailures } from "./clients/errors.ts";
import { contractFailures } from "./contracts/errors.ts";
import { dealFailures } from "./deals/errors.ts";
import { financeFailures } from "./finance/errors.ts";
import { importFailures } from "./imports/errors.ts";
import { type FailureCatalogue, kernelFailures } from "./kernel/errors.ts";
import { ledgerFailures } from "./ledger/errors.ts";
import { orderFailures } from "./orders/errors.ts";
import { peopleFailures } from "./people/errors.ts";
import { productFailures } from "./products/errors.ts";
import { settingsFailures } from "./settings/errors.ts";
import { stockFailures } from "./stock/errors.ts";

/** Every code that the system answers with. Subjects add theirs here. */
export const failures: FailureCatalogue = {
  ...kernelFailures,
  ...accessFailures,
  ...clientFailures,
  ...contractFailures,
  ...dealFailures,
  ...financeFailures,
  ...importFailures,
  ...ledgerFailures,
  ...orderFailures,
  ...peopleFailures,
  ...productFailures,
  ...settingsFailures,
  ...stockFailures,
};
