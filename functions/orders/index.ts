import { serve } from "../kit/serve.ts";
import { orderHandlers } from "./handlers.ts";
import { orderRoutes } from "./routes.ts";

export const handler = serve(orderRoutes, orderHandlers);
