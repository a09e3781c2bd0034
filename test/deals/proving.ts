import { expect } from "vitest";
import type { SellingCompany } from "../orders/company.ts";
import { newSellingCompany } from "../orders/company.ts";

const stage = (id: string, evidence: ("order" | "shipment" | "payment")[] = []) => ({
  ...{ id, name: id, probabilityPercent: 50 },
  ...(evidence.length > 0 ? { evidence } : {}),
});

/** A company whose type `proven` demands evidence for its stages `shipped` and `paid`, and for a win. */
export const newProvingCompany = async () => {
  const company = await newSellingCompany();
  const { call } = company;
  const { dealTypes } = await call.readSettings();
  const proven = {
    ...{ id: "proven", name: "Proven", kind: "process" as const, active: true },
    stages: [stage("talks"), stage("shipped", ["shipment"]), stage("paid", ["payment"])],
    evidenceToWin: ["order" as const, "payment" as const],
  };
  const agreed = {
    ...{ id: "agreed", name: "Agreed", kind: "simple" as const, active: true, stages: [] },
    evidenceToWin: ["order" as const],
  };
  await call.setDealTypes({ body: { dealTypes: [...dealTypes, proven, agreed] } });
  return company;
};
export type ProvingCompany = SellingCompany;

/** A deal of the client. */
export const dealOf = async (
  { call, clientId }: ProvingCompany,
  typeId: "proven" | "agreed" = "proven",
  more: Partial<Parameters<ProvingCompany["call"]["createDeal"]>[0]["body"]> = {},
) => {
  const deal = await call.createDeal({ body: { title: "Flour", typeId, clientId, ...more } });
  return { deal, params: { dealId: deal.id } };
};

/** What a refusal names as missing: the kinds, in the order of the type. */
export const missing = (pointer: string, ...kinds: string[]) => ({
  status: 409,
  code: "deal.evidence-missing",
  fields: kinds.map((kind) => ({ pointer, reason: expect.stringMatching(new RegExp(`^${kind}: `)) })),
});
