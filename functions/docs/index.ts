import { serveOpen } from "../kit/serve-open.ts";
import { docsHandlers } from "./handlers.ts";
import { docsRoutes } from "./routes.ts";

export const handler = serveOpen(docsRoutes, docsHandlers(import.meta.dirname));
