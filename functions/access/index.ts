import { systemGround } from "../kit/machine.ts";
import { serve } from "../kit/serve.ts";
import { accessHandlers } from "./handlers.ts";
import { accessRoutes } from "./routes.ts";

export const handler = serve(accessRoutes, accessHandlers(systemGround));
