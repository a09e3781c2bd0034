import { worker } from "./handler.ts";
import { otherMakers } from "./makers/others.ts";

export const handler = worker(otherMakers);
