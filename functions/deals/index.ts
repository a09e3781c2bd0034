import { serve } from "../kit/serve.ts";
import { dealHandlers } from "./handlers.ts";
import { dealRoutes } from "./routes.ts";

export const handler = serve(dealRoutes, dealHandlers);
