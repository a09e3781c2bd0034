import { standardSettings } from "../../../domain/settings/standard.ts";
import type { Requests } from "../request.ts";

export const settings: Requests = {
  setDealTypes: async ({ call }) => ({ body: { dealTypes: (await call.readSettings()).dealTypes } }),
  setLossReasons: async () => ({
    body: {
      lossReasons: [...standardSettings().lossReasons, { id: "season", name: "Season", active: true }],
    },
  }),
  setStock: async () => ({ body: { costMethod: "fifo" } }),
  setFields: async () => ({ body: { deal: [{ key: "budget", label: "Budget", type: "text" }] } }),
};
