import type { IncomingMessage } from "node:http";
import { AwsError } from "./aws-error.ts";
import { isOwnOrigin } from "./foreign.ts";
import type { BucketCorsRule } from "./model.ts";

/** `https://*.example.com`: one star stands for any text. */
const fits = (pattern: string, text: string): boolean => {
  const [before = "", after] = pattern.toLowerCase().split("*");
  const lower = text.toLowerCase();
  if (after === undefined) return lower === before;
  return lower.length >= before.length + after.length && lower.startsWith(before) && lower.endsWith(after);
};

/** On one machine "every origin" means every page of this machine. */
const allowsOrigin = (rule: BucketCorsRule, origin: string): boolean =>
  rule.AllowedOrigins.some((pattern) => (pattern === "*" ? isOwnOrigin(origin) : fits(pattern, origin)));

const refused = (): AwsError =>
  new AwsError("AccessForbidden", "CORSResponse: This CORS request is not allowed.", 403);

const ruleFor = (rules: readonly BucketCorsRule[], origin: string, method: string): BucketCorsRule => {
  const rule = rules.find((one) => one.AllowedMethods.includes(method) && allowsOrigin(one, origin));
  if (!rule) throw refused();
  return rule;
};

const originHeaders = (rule: BucketCorsRule, origin: string): Record<string, string> => ({
  "access-control-allow-origin": origin,
  ...(rule.ExposedHeaders.length > 0 && {
    "access-control-expose-headers": rule.ExposedHeaders.join(", "),
  }),
  vary: "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
});

/**
 * The headers that let a page read the answer, by the bucket's rules; none where the request is no page's.
 * @throws AwsError for a page that the rules do not name (AWS would carry the request out and only hide the answer)
 */
export const pageHeaders = (
  rules: readonly BucketCorsRule[],
  { headers: { origin }, method = "" }: IncomingMessage,
): Record<string, string> =>
  origin === undefined ? {} : originHeaders(ruleFor(rules, origin, method), origin);

/** The answer to a browser that asks before it sends. @throws AwsError for what the rules do not allow */
export const preflightHeaders = (
  rules: readonly BucketCorsRule[],
  { headers }: IncomingMessage,
): Record<string, string> => {
  const { origin } = headers;
  if (origin === undefined) throw refused();
  const rule = ruleFor(rules, origin, headers["access-control-request-method"] ?? "");
  const asked = (headers["access-control-request-headers"] ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (!asked.every((name) => rule.AllowedHeaders.some((pattern) => fits(pattern, name)))) throw refused();
  return {
    ...originHeaders(rule, origin),
    "access-control-allow-methods": rule.AllowedMethods.join(", "),
    ...(asked.length > 0 && { "access-control-allow-headers": asked.join(", ") }),
    ...(rule.MaxAge !== undefined && { "access-control-max-age": String(rule.MaxAge) }),
  };
};
