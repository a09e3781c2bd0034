import { serve } from "../kit/serve.ts";
import { clientHandlers } from "./handlers.ts";
import { clientRoutes } from "./routes.ts";

export const handler = serve(clientRoutes, clientHandlers);
