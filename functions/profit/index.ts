import { serve } from "../kit/serve.ts";
import { profitHandlers } from "./handlers.ts";
import { profitRoutes } from "./routes.ts";

export const handler = serve(profitRoutes, profitHandlers);
