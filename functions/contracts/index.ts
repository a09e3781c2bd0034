import { systemBucket } from "../kit/bucket.ts";
import { serve } from "../kit/serve.ts";
import { contractHandlers } from "./handlers.ts";
import { contractRoutes } from "./routes.ts";

export const handler = serve(contractRoutes, contractHandlers(systemBucket));
