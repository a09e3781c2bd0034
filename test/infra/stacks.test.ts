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

  test("leave room: no stack has half of the 500 resources that it may have", () => {
    for (const count of Object.values(ofTheProduct.resourcesByStack)) expect(count).toBeLessThan(250);
  });

  test("have a stack per subject, in which all of its Lambdas stand", () => {
    expect(Object.keys(ofEachKind.resourcesByStack).sort()).toEqual(
      ["Common", "Identity", "Stateful", "samples", "sample-listeners"].sort(),
    );
  });

  test.each([
    ["with a Lambda of each kind", ofEachKind],
    ["of the product", ofTheProduct],
  ])("%s import downwards only: no subject waits for another one or locks it", (_, { importsByStack }) => {
    const below: Record<string, readonly string[]> = {
      Stateful: [],
      Identity: ["Stateful"],
      Common: ["Identity", "Stateful"],
    };
    for (const [stack, imported] of Object.entries(importsByStack))
      expect(below[stack] ?? ["Common", "Identity", "Stateful"], stack).toEqual(
        expect.arrayContaining([...imported]),
      );
    expect(importsByStack.Common).toEqual(["Identity", "Stateful"]);
  });

  test("export the same whatever imports it, so that the last import can go without locking a deployment", () => {
    const { Stateful, Identity, Common, ...subjects } = ofTheProduct.exportsByStack;
    const ofNone = synthesize([]).exportsByStack;
    expect(ofNone).toEqual({ Stateful, Identity, Common });
    expect(ofNone.Stateful).not.toEqual([]);
    expect(new Set(Object.values(subjects).flat())).toEqual(new Set());
  });

  test("name no resource alike in two stacks, so that all can be read as one", () => {
    const ids = ofTheProduct.resources.map(({ id }) => id);
    expect(ids.filter((id, position) => ids.indexOf(id) !== position)).toEqual([]);
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
