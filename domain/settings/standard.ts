import type { Settings } from "./settings.ts";

/** What a new tenant begins with; all of it can be changed. Probabilities and limits are the usual first guess. */
export const standardSettings = (): Settings => ({
  version: 1,
  dealTypes: [
    {
      id: "sale",
      name: "Sale",
      kind: "process",
      stages: [
        { id: "interest", name: "Interest", probabilityPercent: 10, limitHours: 14 * 24 },
        { id: "qualified", name: "Qualified", probabilityPercent: 30, limitHours: 14 * 24 },
        { id: "proposal", name: "Proposal", probabilityPercent: 50, limitHours: 21 * 24 },
        { id: "negotiation", name: "Negotiation", probabilityPercent: 75, limitHours: 30 * 24 },
      ],
      active: true,
    },
    {
      id: "project",
      name: "Project",
      kind: "manual",
      stages: [
        { id: "idea", name: "Idea", probabilityPercent: 10 },
        { id: "scoping", name: "Scoping", probabilityPercent: 30 },
        { id: "tender", name: "Tender", probabilityPercent: 40 },
        { id: "contract", name: "Contract", probabilityPercent: 80 },
      ],
      active: true,
    },
    { id: "order", name: "Order", kind: "simple", stages: [], active: true },
  ],
  lossReasons: [
    { id: "price", name: "Price", active: true },
    { id: "competitor", name: "Competitor", active: true },
    { id: "no-budget", name: "No budget", active: true },
    { id: "no-decision", name: "No decision", active: true },
    { id: "other", name: "Other", active: true },
  ],
  fields: { client: [], contact: [], deal: [] },
  stock: { costMethod: "average" },
});
