import { accountsSubscription, handoverSubscription } from "../events/access.ts";
import { contractReminders } from "../events/contracts.ts";
import { importers } from "../events/imports.ts";
import { ledgerExpiry } from "../events/ledger-schedules.ts";
import { orderContinuation } from "../events/orders.ts";
import { reservationExpiry } from "../events/stock.ts";
import type { Subscription } from "../events/subscription.ts";
import { accessRoutes } from "./access/routes.ts";
import { clientRoutes } from "./clients/routes.ts";
import { contractRoutes } from "./contracts/routes.ts";
import { dealRoutes } from "./deals/routes.ts";
import { dealShippingRoutes } from "./deals/shipping-routes.ts";
import { docsRoutes } from "./docs/routes.ts";
import { financeRoutes } from "./finance/routes.ts";
import { importRoutes } from "./imports/routes.ts";
import type { LambdaDeclaration } from "./kit/lambda.ts";
import { isMutation, type RouteTable } from "./kit/route.ts";
import { ledgerRoutes } from "./ledger/routes.ts";
import { quoteRoutes } from "./orders/quote-routes.ts";
import { orderRoutes } from "./orders/routes.ts";
import { peopleRoutes } from "./people/routes.ts";
import { productRoutes } from "./products/routes.ts";
import { profitRoutes } from "./profit/routes.ts";
import { settingsRoutes } from "./settings/routes.ts";
import { stockRoutes } from "./stock/routes.ts";

/** The Lambda that answers a subject's routes; where none of them changes anything, it may not write. */
const api = (subject: string, summary: string, routes: RouteTable): LambdaDeclaration => ({
  name: subject,
  entry: `functions/${subject}/index.ts`,
  summary,
  trigger: { kind: "api", routes },
  grants: {
    table: {
      access: Object.values(routes).some(isMutation) ? "read-write" : "read",
      leadingKeys: ["T#*"],
    },
  },
});

/** The entities from which something is derived. */
const projected = ["client", "contact", "client-counterparty", "deal"];

const importer = (
  subscription: Subscription,
  summary: string,
  entry: string,
  leadingKeys: readonly ("T#*" | "SYS#*")[],
): LambdaDeclaration => ({
  name: subscription.name,
  entry,
  summary,
  trigger: { kind: "subscription", subscription },
  grants: { table: { access: "read-write", leadingKeys }, uploads: "read" },
  memoryMb: 1769,
  timeoutSeconds: 300,
});

/** Every Lambda of the product. Infra declares these, the bundler builds them, the local stack runs them. */
export const lambdas: readonly LambdaDeclaration[] = [
  {
    ...api("access", "The company, its members and teams", accessRoutes),
    grants: { table: { access: "read-write", leadingKeys: ["T#*", "SYS#*"] } },
  },
  api("settings", "Deal types, loss reasons and additional fields", settingsRoutes),
  api("clients", "Clients, contacts and counterparties", clientRoutes),
  api("products", "The range", productRoutes),
  { ...api("stock", "Warehouses, what lies there, and every movement of it", stockRoutes), memoryMb: 1024 },
  {
    name: reservationExpiry.name,
    entry: "functions/stock/expiry/index.ts",
    summary: "Gives expired reservations free",
    trigger: { kind: "schedule", schedule: reservationExpiry },
    grants: { table: { access: "read-write", leadingKeys: ["T#*", "DUE#*"] } },
  },
  { ...api("deals", "Deals, the board and their summary", dealRoutes), memoryMb: 1024 },
  { ...api("people", "Positions, rates and the time that members spend", peopleRoutes), memoryMb: 1024 },
  api("profit", "What was earned with clients, counterparties and products", profitRoutes),
  {
    ...api("contracts", "Contracts with clients, their files and what was consumed of them", contractRoutes),
    grants: { table: { access: "read-write", leadingKeys: ["T#*"] }, uploads: "read-write" },
  },
  {
    name: contractReminders.name,
    entry: "functions/contract-reminders/index.ts",
    summary: "Lets contracts remind of their end",
    trigger: { kind: "schedule", schedule: contractReminders },
    grants: { table: { access: "read-write", leadingKeys: ["T#*", "DUE#*"] } },
    timeoutSeconds: 300,
  },
  {
    ...api("ledger", "The ledger: accounts, transactions, balances", ledgerRoutes),
    memoryMb: 1769,
    timeoutSeconds: 29,
  },
  {
    name: ledgerExpiry.name,
    entry: "functions/ledger/expiry/index.ts",
    summary: "Expires pending transactions that are due",
    trigger: { kind: "schedule", schedule: ledgerExpiry },
    grants: { table: { access: "read-write", leadingKeys: ["T#*", "DUE#*"] } },
  },
  {
    ...api("finance", "Invoices, payments, credit notes and exchange rates", financeRoutes),
    memoryMb: 1024,
  },
  {
    ...api("orders", "Quotes, and orders: reserved, shipped (also from a deal), invoiced, taken back", {
      ...orderRoutes,
      ...quoteRoutes,
      ...dealShippingRoutes,
    }),
    memoryMb: 1024,
    timeoutSeconds: 29,
  },
  {
    name: orderContinuation.name,
    entry: "functions/orders/continuation/index.ts",
    summary: "Carries on steps of orders that were interrupted",
    trigger: { kind: "schedule", schedule: orderContinuation },
    grants: { table: { access: "read-write", leadingKeys: ["T#*", "DUE#*"] } },
    memoryMb: 1024,
    timeoutSeconds: 300,
  },
  {
    ...api("imports", "Uploads, and imports from them", importRoutes),
    grants: { table: { access: "read-write", leadingKeys: ["T#*"] }, uploads: "read-write" },
  },
  importer(importers.clients, "Carries out imports of clients", "functions/imports/worker/clients.ts", [
    "T#*",
  ]),
  // Members are made here too, and with them the claims of their addresses.
  importer(importers.others, "Carries out all other imports", "functions/imports/worker/others.ts", [
    "T#*",
    "SYS#*",
  ]),
  {
    name: "docs",
    entry: "functions/docs/index.ts",
    summary: "The reference itself",
    trigger: { kind: "api", routes: docsRoutes },
    grants: {},
    assets: {
      "openapi-explorer.js": "node_modules/openapi-explorer/dist/browser/openapi-explorer.min.js",
      "openapi-explorer.LICENSE": "node_modules/openapi-explorer/LICENSE",
      "reference.css": "functions/docs/reference.css",
    },
  },
  {
    name: "provision",
    entry: "functions/provision/index.ts",
    summary: "Makes a tenant with its first admin",
    trigger: { kind: "operator" },
    grants: { table: { access: "read-write", leadingKeys: ["T#*", "SYS#*"] } },
  },
  {
    name: "pre-token",
    entry: "functions/pre-token/index.ts",
    summary: "Puts tenant and member into the claims of a token",
    trigger: { kind: "pre-token" },
    grants: { table: { access: "read", leadingKeys: ["T#*", "SYS#*"] } },
  },
  {
    name: "accounts",
    entry: "functions/accounts/index.ts",
    summary: "Keeps the logins of the user pool in line with the members",
    trigger: { kind: "subscription", subscription: accountsSubscription },
    grants: { table: { access: "read", leadingKeys: ["T#*", "SYS#*"] }, userPool: true },
  },
  {
    name: "handover",
    entry: "functions/handover/index.ts",
    summary: "Hands over what a dismissed member leaves behind",
    trigger: { kind: "subscription", subscription: handoverSubscription },
    grants: { table: { access: "read-write", leadingKeys: ["T#*"] } },
    timeoutSeconds: 300,
  },
  {
    name: "projector",
    entry: "functions/projector/index.ts",
    summary: "Keeps what is derived from records: lookups and sums",
    trigger: {
      kind: "stream",
      batchSize: 100,
      filters: [
        { dynamodb: { NewImage: { entity: { S: projected } } } },
        { eventName: ["REMOVE"], dynamodb: { OldImage: { entity: { S: projected } } } },
      ],
    },
    grants: { table: { access: "read-write", leadingKeys: ["T#*"] } },
  },
  {
    name: "publisher",
    entry: "functions/publisher/index.ts",
    summary: "Puts what happened on the bus",
    trigger: {
      kind: "stream",
      batchSize: 100,
      filters: [{ dynamodb: { NewImage: { happened: { S: [{ exists: true }] } } } }],
    },
    grants: { bus: true },
  },
];
