import type { Requests, Variants } from "../request.ts";
import { access } from "./access.ts";
import { clients } from "./clients.ts";
import { contracts } from "./contracts.ts";
import { deals, dealVariants } from "./deals.ts";
import { finance } from "./finance.ts";
import { imports } from "./imports.ts";
import { ledger } from "./ledger.ts";
import { orders } from "./orders.ts";
import { people } from "./people.ts";
import { products } from "./products.ts";
import { quotes } from "./quotes.ts";
import { settings } from "./settings.ts";
import { stock } from "./stock.ts";

/**
 * A request of each mutation that is carried out, on records of its own, with every field that names another
 * record filled from the company.
 */
export const valid: Requests = {
  ...access,
  ...clients,
  ...contracts,
  ...deals,
  ...finance,
  ...imports,
  ...ledger,
  ...orders,
  ...people,
  ...products,
  ...quotes,
  ...settings,
  ...stock,
};

/** Further requests of routes that do not take in one request all that they can be told. */
export const variants: Variants = dealVariants;
