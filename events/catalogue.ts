import * as access from "./access.ts";
import * as clients from "./clients.ts";
import * as contracts from "./contracts.ts";
import * as deals from "./deals.ts";
import type { EventDeclaration } from "./event.ts";
import * as finance from "./finance.ts";
import * as imports from "./imports.ts";
import * as ledger from "./ledger.ts";
import * as ledgerPending from "./ledger-pending.ts";
import * as orders from "./orders.ts";
import * as people from "./people.ts";
import * as products from "./products.ts";
import * as settings from "./settings.ts";
import * as stock from "./stock.ts";

const isEvent = (value: unknown): value is EventDeclaration =>
  typeof value === "object" && value !== null && "type" in value && "sample" in value && "data" in value;

/** Every event that is published, by type: the golden contract is made from it. A subject's events join here. */
export const allEvents: readonly EventDeclaration[] = [
  access,
  clients,
  contracts,
  deals,
  finance,
  imports,
  ledger,
  ledgerPending,
  orders,
  people,
  products,
  settings,
  stock,
]
  .flatMap((subject) => Object.values(subject).filter(isEvent))
  .sort((a, b) => (a.type < b.type ? -1 : 1));
