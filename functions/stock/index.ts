import { serve } from "../kit/serve.ts";
import { stockHandlers } from "./handlers.ts";
import { stockRoutes } from "./routes.ts";

export const handler = serve(stockRoutes, stockHandlers);
