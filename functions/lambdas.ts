import type { LambdaDeclaration } from "./kit/lambda.ts";

/** Every Lambda of the product. Infra declares these, the bundler builds them, the local stack runs them. */
export const lambdas: readonly LambdaDeclaration[] = [];
