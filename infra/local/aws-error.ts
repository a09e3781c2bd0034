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

/** What the product asks for and the stack on one machine does not know. */
export const unknownAction = (service: string, action: string): AwsError =>
  new AwsError(
    "UnknownOperationException",
    `${service} ${action} is not known to the stack on one machine`,
    501,
  );
