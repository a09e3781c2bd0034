import * as z from "zod";
import { isDiskFull } from "./disk.ts";
import { isBodyRefused } from "./read-body.ts";

/** A refusal in the shape in which AWS answers it; the SDK makes the exception of that name out of it. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = "AwsError";
    this.code = code;
    this.status = status;
  }
}

/** Data found no room; AWS has no such answer. */
export const noRoom = (): AwsError => new AwsError("InsufficientStorage", "The disk is full.", 507);

/** What the product asks for and the stack on one machine does not know. */
export const unknownAction = (service: string, action: string): AwsError =>
  new AwsError(
    "UnknownOperationException",
    `${service} ${action} is not known to the stack on one machine`,
    501,
  );

/** The refusal that an error is answered with. */
export const awsErrorOf = (error: unknown): AwsError => {
  if (error instanceof AwsError) return error;
  if (error instanceof z.ZodError) return new AwsError("ValidationException", z.prettifyError(error));
  if (isBodyRefused(error)) return new AwsError("SerializationException", error.message, error.status);
  if (isDiskFull(error)) return noRoom();
  return new AwsError("InternalFailure", String(error), 500);
};
