import { worker } from "./handler.ts";
import { clientMakers } from "./makers/clients.ts";

export const handler = worker(clientMakers);
