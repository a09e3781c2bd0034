import { describe, expect, test } from "vitest";
import { lambdas } from "../../functions/lambdas.ts";
import { alarmChecks } from "./checks-alarms.ts";
import { apiChecks } from "./checks-api.ts";
import { dataChecks } from "./checks-data.ts";
import { eventChecks } from "./checks-events.ts";
import { functionChecks } from "./checks-functions.ts";
import { scheduleChecks } from "./checks-schedules.ts";
import { lambdasOfEachKind } from "./fixture.ts";
import { copyOf, ofType, property, synthesize } from "./templates.ts";

const ofEachKind = synthesize(lambdasOfEachKind, { alarmEmail: "duty@example.com" });
const ofTheProduct = synthesize(lambdas);
const checks = [
  ...dataChecks,
  ...functionChecks,
  ...apiChecks,
  ...eventChecks,
  ...scheduleChecks,
  ...alarmChecks,
];

describe.each(checks)("$guarantee", ({ violations, breaks }) => {
  test("with a Lambda of each kind", () => {
    expect(violations(ofEachKind)).toEqual([]);
  });

  test("with the Lambdas of the product", () => {
    expect(violations(ofTheProduct)).toEqual([]);
  });

  test.each(Object.entries(breaks))("and is seen to be broken by: %s", (_, break_) => {
    const broken = copyOf(ofEachKind);
    break_(broken);
    expect(violations(broken)).not.toEqual([]);
  });
});

describe("the templates", () => {
  test.each([
    ["with a Lambda of each kind", ofEachKind],
    ["of the product", ofTheProduct],
  ])("%s name neither account nor region nor partition", (_, { text }) => {
    expect(text).not.toMatch(/\b\d{12}\b/);
    expect(text).not.toMatch(/\b(us|eu|ap|sa|ca|me|af|il|cn)-(gov-)?[a-z]+-\d\b/);
    expect(text).not.toMatch(/arn:aws[a-z-]*:/);
  });

  test("leave room: at most 400 of the 500 resources that a stack may have", () => {
    for (const count of Object.values(ofTheProduct.resourcesByStack)) expect(count).toBeLessThanOrEqual(400);
  });

  test("need no custom resource, so that they can be read on one machine", () => {
    const types = ofEachKind.resources.map((resource) => resource.Type);
    expect(types.filter((type) => /^Custom::|CustomResource$/.test(type))).toEqual([]);
  });

  test("tell the operator the name of what he invokes, and the client where to go", () => {
    const names = Object.keys(ofEachKind.outputs);
    expect(names).toEqual(expect.arrayContaining(["ApiUrl", "UserPoolId", "UserPoolClientId"]));
    expect(names.some((name) => name.startsWith("sampleprovisionName"))).toBe(true);
  });

  test("give the user pool its trigger in the version that may alter access tokens", () => {
    const [pool] = ofType(ofEachKind, "AWS::Cognito::UserPool");
    expect(pool && property(pool, "LambdaConfig", "PreTokenGenerationConfig", "LambdaVersion")).toBe("V2_0");
  });
});
