import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { privateFile } from "./private-files.ts";

/** An access key: what requests to this machine's AWS services have to be signed with. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const fileName = "aws-credentials";

const make = (): Credentials => ({
  // DynamoDB Local takes letters and digits only.
  accessKeyId: `LOCAL${randomBytes(16).toString("hex").toUpperCase()}`,
  secretAccessKey: randomBytes(32).toString("hex"),
});

const valueIn = (text: string, name: string): string | undefined =>
  new RegExp(`^${name} *= *(\\w+)$`, "m").exec(text)?.[1];

/**
 * The access key of a data folder, made at its first start and kept: DynamoDB Local keeps a database for each key.
 * Its file has the format of AWS's own tools, so that `AWS_SHARED_CREDENTIALS_FILE` may name it.
 */
export const openCredentials = (folder: string): Credentials => {
  const file = path.join(folder, fileName);
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const accessKeyId = valueIn(text, "aws_access_key_id");
  const secretAccessKey = valueIn(text, "aws_secret_access_key");
  if (accessKeyId !== undefined && secretAccessKey !== undefined) return { accessKeyId, secretAccessKey };
  const made = make();
  writeFileSync(
    file,
    `[default]\naws_access_key_id = ${made.accessKeyId}\naws_secret_access_key = ${made.secretAccessKey}\n`,
    { mode: privateFile },
  );
  return made;
};
