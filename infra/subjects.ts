import type { LambdaDeclaration } from "../functions/kit/lambda.ts";

/** Names that the stacks below the subjects bear. */
const taken: ReadonlySet<string> = new Set(["stateful", "identity", "common"]);

/** The folder of `functions/` that a Lambda's source lies in. @throws where it lies elsewhere */
const subjectOf = ({ name, entry }: LambdaDeclaration): string => {
  const subject = /^functions\/([a-z][a-z0-9-]*)\//.exec(entry)?.[1];
  if (subject === undefined) throw new Error(`${name}: ${entry} lies in no subject's folder of functions/`);
  if (taken.has(subject)) throw new Error(`${name}: there is a stack ${subject} already`);
  return subject;
};

/**
 * The Lambdas by subject. A subject has a stack of its own, so that a new one finds its place by the folder it
 * lies in, moves no other one, and no stack fills up as the product grows.
 */
export const bySubject = (
  lambdas: readonly LambdaDeclaration[],
): ReadonlyMap<string, readonly LambdaDeclaration[]> => Map.groupBy(lambdas, subjectOf);
