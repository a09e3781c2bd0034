import * as z from "zod";
import { event } from "./event.ts";

export const settingsChanged = event({
  type: "settings.changed",
  version: 1,
  summary: "A tenant changed its deal types, loss reasons, additional fields or how stock is counted",
  data: z.object({
    settingsVersion: z.int().min(1),
    part: z.enum(["deal-types", "loss-reasons", "fields", "stock"]),
  }),
  sample: { settingsVersion: 2, part: "deal-types" },
});
