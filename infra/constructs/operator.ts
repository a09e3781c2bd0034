import { CfnOutput } from "aws-cdk-lib";
import { Construct } from "constructs";
import type { LambdaDeclaration } from "../../functions/kit/lambda.ts";
import type { FunctionContext } from "./function.ts";
import { declareWorker } from "./worker.ts";

/** A Lambda that an operator invokes by name; if he does not wait for it, its failure is still kept. */
export class Operator extends Construct {
  constructor(scope: Construct, id: string, declaration: LambdaDeclaration, context: FunctionContext) {
    super(scope, id);
    const { lambda } = declareWorker(this, "Operated", declaration, context);
    new CfnOutput(this, "Name", {
      value: lambda.functionName,
      description: declaration.summary,
    });
  }
}
