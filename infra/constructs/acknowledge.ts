import { Stack, Validations } from "aws-cdk-lib";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import type { IConstruct } from "constructs";

/** Accepts one finding of cdk-nag on one construct, for a reason that a reader can check. */
export const acknowledge = (construct: IConstruct, id: string, reason: string): void =>
  Validations.of(construct).acknowledge({ id, reason });

/**
 * Accepts that a policy of `construct` names what lies in a bucket by a pattern. cdk-nag puts the ARN into
 * the id of its finding, and across stacks an ARN is spelled by the name of its export.
 */
export const acknowledgeObjects = (construct: IConstruct, bucket: IBucket, reason: string): void => {
  const owner = Stack.of(bucket);
  const exported: unknown = owner.resolve(owner.exportValue(bucket.bucketArn));
  if (typeof exported !== "object" || exported === null || !("Fn::ImportValue" in exported)) {
    throw new Error("an exported value is no longer an import");
  }
  acknowledge(construct, `AwsSolutions-IAM5[Resource::${exported["Fn::ImportValue"]}/*]`, reason);
};
