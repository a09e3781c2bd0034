import { serve } from "../kit/serve.ts";
import { productHandlers } from "./handlers.ts";
import { productRoutes } from "./routes.ts";

export const handler = serve(productRoutes, productHandlers);
