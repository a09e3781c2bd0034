import { dealShippingHandlers } from "../deals/shipping.ts";
import { dealShippingRoutes } from "../deals/shipping-routes.ts";
import { serve } from "../kit/serve.ts";
import { orderHandlers } from "./handlers.ts";
import { quoteHandlers } from "./quote-handlers.ts";
import { quoteRoutes } from "./quote-routes.ts";
import { orderRoutes } from "./routes.ts";

export const handler = serve(
  { ...orderRoutes, ...quoteRoutes, ...dealShippingRoutes },
  { ...orderHandlers, ...quoteHandlers, ...dealShippingHandlers },
);
