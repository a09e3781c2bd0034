import { scheduled } from "../kit/scheduled.ts";
import { remindAll } from "./remind.ts";

export const handler = scheduled(remindAll);
