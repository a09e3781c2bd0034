import { serve } from "../kit/serve.ts";
import { financeHandlers } from "./handlers.ts";
import { financeRoutes } from "./routes.ts";

export const handler = serve(financeRoutes, financeHandlers);
