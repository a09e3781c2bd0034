import type { Node } from "constructs";

/** What differs between deployments; from `cdk.json`, `--context key=value` or the caller of `buildApp`. */
export interface Settings {
  /** Goes into every fixed name, so that environments can share an account: `production`, `staging`. */
  readonly environment: string;
  /** Where alarms are mailed to; absent: the topic exists and has no subscriber. */
  readonly alarmEmail?: string;
  /** Origins of the web clients, for CORS. */
  readonly webOrigins: readonly string[];
  /** Where the sign-in page may send a member back to. */
  readonly callbackUrls: readonly string[];
  /** The API's own name with its certificate (ACM, same region); absent: the name API Gateway gives. */
  readonly domain?: { readonly name: string; readonly certificateArn: string };
  /** Whether every member has to enrol a second factor, or may. */
  readonly mfa: "required" | "optional";
}

/**
 * Any origin: the API knows no cookies, a token travels in a header that a foreign page cannot make a
 * browser send, so the origin protects nothing. Those who know their origins name them.
 */
const anyOrigin = ["*"];
/** A single-page client under development, and the mobile client. */
const developmentCallbacks = ["http://localhost:3000/signed-in", "clientela://signed-in"];

const list = (text: string): string[] =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

const textOf = (node: Node, key: string): string | undefined => {
  const value: unknown = node.tryGetContext(key);
  if (value === undefined || value === "") return undefined;
  if (typeof value !== "string") throw new Error(`context "${key}" has to be a text`);
  return value;
};

/** Reads the settings from the context; throws on one that cannot be deployed. */
export const settingsFrom = (node: Node, given: Partial<Settings> = {}): Settings => {
  const domainName = textOf(node, "domainName");
  const certificateArn = textOf(node, "certificateArn");
  if ((domainName === undefined) !== (certificateArn === undefined)) {
    throw new Error('context "domainName" and "certificateArn" go together');
  }
  const mfa = textOf(node, "mfa") ?? "optional";
  if (mfa !== "required" && mfa !== "optional") throw new Error('context "mfa" is "required" or "optional"');
  const alarmEmail = textOf(node, "alarmEmail");
  const settings: Settings = {
    environment: textOf(node, "environment") ?? "production",
    ...(alarmEmail === undefined ? {} : { alarmEmail }),
    webOrigins: list(textOf(node, "webOrigins") ?? anyOrigin.join()),
    callbackUrls: list(textOf(node, "callbackUrls") ?? developmentCallbacks.join()),
    ...(domainName === undefined || certificateArn === undefined
      ? {}
      : { domain: { name: domainName, certificateArn } }),
    mfa,
    ...given,
  };
  if (!/^[a-z][a-z0-9-]{0,19}$/.test(settings.environment)) {
    throw new Error('context "environment" is up to 20 of a-z, 0-9 and "-", a letter first');
  }
  return settings;
};

/** The fixed name of a part: `clientela-production-clients`. */
export const nameOf = (settings: Settings, part: string): string =>
  `clientela-${settings.environment}-${part}`;
