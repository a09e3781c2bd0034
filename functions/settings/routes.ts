import {
  DealTypesChange,
  FieldsChange,
  LossReasonsChange,
  ShownSettings,
  StockChange,
} from "../../domain/settings/settings.ts";
import { route } from "../kit/route.ts";

const answer = { status: 200, output: ShownSettings, versioned: true } as const;

export const settingsRoutes = {
  readSettings: route({
    ...answer,
    method: "GET",
    path: "/v1/settings",
    summary: "Deal types, loss reasons and additional fields",
    permission: "tenant:read",
  }),
  setDealTypes: route({
    ...answer,
    method: "PUT",
    path: "/v1/settings/deal-types",
    summary: "Set the deal types with their stages",
    description:
      "The list replaces the one before. A type cannot be removed, only marked inactive; a stage can, when no open " +
      "deal stands in it. A deal that is moved into a stage at the very moment of its removal stays there, and can " +
      "be moved out of it.",
    permission: "tenant:write",
    body: DealTypesChange,
    failures: [
      "settings.inconsistent",
      "settings.entry-removed",
      "settings.kind-fixed",
      "settings.stage-in-use",
    ],
  }),
  setLossReasons: route({
    ...answer,
    method: "PUT",
    path: "/v1/settings/loss-reasons",
    summary: "Set the reasons for which deals are lost",
    description:
      "The list replaces the one before. A reason cannot be removed, only marked inactive: lost deals name it.",
    permission: "tenant:write",
    body: LossReasonsChange,
    failures: ["settings.inconsistent", "settings.entry-removed"],
  }),
  setStock: route({
    ...answer,
    method: "PUT",
    path: "/v1/settings/stock",
    summary: "Set how the cost of goods is found",
    description:
      "Another method takes hold of each product with its next movement, and moves no value: what is there becomes one " +
      "layer at its average, or the layers become one average.",
    permission: "tenant:write",
    body: StockChange,
  }),
  setFields: route({
    ...answer,
    method: "PATCH",
    path: "/v1/settings/fields",
    summary: "Declare the additional fields of clients, contacts and deals",
    description:
      "Each list that is named replaces the one before. Values of a field that is not declared any more stay in the " +
      "records; the type of a key is fixed for ever.",
    permission: "tenant:write",
    body: FieldsChange,
    failures: ["settings.inconsistent", "settings.field-type-fixed", "limit.exceeded"],
  }),
};
