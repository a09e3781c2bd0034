import { scheduled } from "../../kit/scheduled.ts";
import { sweep } from "./expiry.ts";

export const handler = scheduled(sweep);
