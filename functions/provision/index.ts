import { systemGround } from "../kit/machine.ts";
import { provision } from "./provision.ts";

/** Invoked by an operator: `aws lambda invoke --function-name … --payload '{"name": …, "adminEmail": …}'`. */
export const handler = (payload: unknown) => provision(payload, systemGround);
