import { serve } from "../kit/serve.ts";
import { importHandlers } from "./handlers.ts";
import { importRoutes } from "./routes.ts";
import { systemUploads } from "./uploads.ts";

export const handler = serve(importRoutes, importHandlers(systemUploads));
