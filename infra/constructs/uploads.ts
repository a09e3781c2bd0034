import { Duration, RemovalPolicy } from "aws-cdk-lib";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  HttpMethods,
  ObjectOwnership,
} from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";

/** Uploads are worked through within hours; what stays is there to answer "which file was that". */
const uploadsKept = Duration.days(30);
const accessLogsKept = Duration.days(90);

/**
 * The bucket that members put files into by a presigned URL, and the bucket with its access log. What lies in the
 * folder `uploads/` is forgotten after a while; what lies in `files/` (of contracts) is kept.
 */
export class Uploads extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, webOrigins: readonly string[]) {
    super(scope, id);
    const guarded = {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: RemovalPolicy.RETAIN,
    };
    const accessLogs = new Bucket(this, "AccessLogs", {
      ...guarded,
      lifecycleRules: [{ id: "forget", expiration: accessLogsKept }],
    });
    this.bucket = new Bucket(this, "Bucket", {
      ...guarded,
      serverAccessLogsBucket: accessLogs,
      serverAccessLogsPrefix: "uploads/",
      lifecycleRules: [
        {
          id: "forget",
          prefix: "uploads/",
          expiration: uploadsKept,
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
      cors: [
        {
          allowedMethods: [HttpMethods.PUT, HttpMethods.GET],
          allowedOrigins: [...webOrigins],
          allowedHeaders: ["content-type", "content-length", "x-amz-*"],
          exposedHeaders: ["etag"],
          maxAge: 3600,
        },
      ],
    });
  }
}
