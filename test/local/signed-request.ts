import { createHash, createHmac } from "node:crypto";

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface SignedRequest {
  readonly method: "POST";
  readonly target: "/";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
const scopeDay = "20261201";

/**
 * A request of AWS JSON with its signature (Version 4), written down from AWS's description, apart from the code under
 * test.
 */
export const signedRequest = (
  { accessKeyId, secretAccessKey }: AccessKey,
  host: string,
  service: string,
  target: string,
  body: string,
): SignedRequest => {
  const signedAt = `${scopeDay}T080000Z`;
  const scope = [scopeDay, "eu-central-1", service, "aws4_request"];
  const names = "host;x-amz-date;x-amz-target";
  const canonical = `POST\n/\n\nhost:${host}\nx-amz-date:${signedAt}\nx-amz-target:${target}\n\n${names}\n${digest(body)}`;
  let key: string | Buffer = `AWS4${secretAccessKey}`;
  for (const part of scope) key = createHmac("sha256", key).update(part).digest();
  const signature = createHmac("sha256", key)
    .update(`AWS4-HMAC-SHA256\n${signedAt}\n${scope.join("/")}\n${digest(canonical)}`)
    .digest("hex");
  return {
    method: "POST",
    target: "/",
    headers: {
      host,
      "content-type": "application/x-amz-json-1.1",
      "x-amz-date": signedAt,
      "x-amz-target": target,
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope.join("/")}, SignedHeaders=${names}, Signature=${signature}`,
    },
    body,
  };
};
