import { serve } from "../kit/serve.ts";
import { settingsHandlers } from "./handlers.ts";
import { settingsRoutes } from "./routes.ts";

export const handler = serve(settingsRoutes, settingsHandlers);
