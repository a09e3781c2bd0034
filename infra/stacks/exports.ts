import type { Stack } from "aws-cdk-lib";

/**
 * Exports what further stacks may import, whether one does today or not. The library exports what is imported and
 * no more, so that the last import to go would take the export with it: in a stack that is deployed first, while the
 * importing stack still holds it, and CloudFormation refuses.
 */
export const exportAlways = (stack: Stack, values: readonly string[]): void => {
  for (const value of values) stack.exportValue(value);
};
