import { serve } from "../kit/serve.ts";
import { peopleHandlers } from "./handlers.ts";
import { peopleRoutes } from "./routes.ts";

export const handler = serve(peopleRoutes, peopleHandlers);
