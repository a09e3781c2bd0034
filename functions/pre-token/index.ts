import type { PreTokenGenerationV2TriggerEvent } from "aws-lambda";
import { systemGround } from "../kit/machine.ts";
import { withClaims } from "./pre-token.ts";

export const handler = (event: PreTokenGenerationV2TriggerEvent) => withClaims(event, systemGround);
