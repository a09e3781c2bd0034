import { scheduled } from "../../kit/scheduled.ts";
import { sweep } from "./continuation.ts";

export const handler = scheduled(sweep);
