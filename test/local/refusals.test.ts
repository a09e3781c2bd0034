import { describe, expect, test } from "vitest";
import { compilePattern } from "../../infra/local/pattern.ts";
import { api, consumer, lambda, listener, type Resources, route, runFixture, sweeper } from "./assembly.ts";

/** Starts a fixture that has to be refused. @returns why */
const refusal = async (resources: Resources): Promise<string> => {
  try {
    const fixture = await runFixture(resources);
    await fixture.remove();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("it was not refused");
};

describe("what a template says and the stack does not know is refused by name", () => {
  test("a resource type", async () => {
    const Machine = { Type: "AWS::StepFunctions::StateMachine", Properties: {} };
    expect(await refusal({ Machine })).toMatch(/Stateless\/Machine: AWS::StepFunctions::StateMachine/);
  });

  test("a property of a known type", async () => {
    expect(await refusal({ Echo: lambda("echo", { Layers: ["arn"] }) })).toMatch(/Stateless\/Echo.*Layers/);
  });

  test("two resources of one type and name in two stacks", async () => {
    const Uploads = { Type: "AWS::S3::Bucket", Properties: {} };
    expect(await refusal({ Uploads })).toMatch(
      /Stateless\/Uploads and Stateful\/Uploads bear the same name: AWS::S3::Bucket uploads/,
    );
  });

  test("an intrinsic function", async () => {
    const Echo = lambda("echo", { MemorySize: { "Fn::FindInMap": ["a", "b", "c"] } });
    expect(await refusal({ Echo })).toMatch(/Fn::FindInMap/);
  });

  test("an operator in a rule's pattern", async () => {
    expect(await refusal(listener({ detail: { ip: [{ cidr: "10.0.0.0/8" }] } }))).toMatch(
      /rule Rule.*"cidr"/,
    );
  });

  test("an operator in a stream filter", async () => {
    const Pattern = JSON.stringify({ dynamodb: { Keys: { pk: { S: [{ wildcard: "T#*" }] } } } });
    expect(await refusal(consumer({ FilterCriteria: { Filters: [{ Pattern }] } }))).toMatch(
      /filter of Mapping.*"wildcard"/,
    );
  });

  test("an event source other than a table's stream", async () => {
    expect(await refusal(consumer({ EventSourceArn: "arn:aws:kinesis:x:0:stream/s" }))).toMatch(/kinesis/);
  });

  test("a target that is no function of the template", async () => {
    const resources = listener({ source: ["x"] });
    const Rule = {
      Type: "AWS::Events::Rule",
      Properties: { EventPattern: { source: ["x"] }, Targets: [{ Id: "a", Arn: "arn:aws:sns:x:0:topic" }] },
    };
    expect(await refusal({ ...resources, Rule })).toMatch(/rule Rule.*sns/);
  });

  test("a failure destination that is no queue of the template", async () => {
    const Echo = lambda("echo", { DeadLetterConfig: { TargetArn: "arn:aws:sns:x:0:topic" } });
    expect(await refusal({ Echo })).toMatch(/echo: the failure destination topic/);
  });

  test("a cron expression, and a rate that EventBridge Scheduler would refuse", async () => {
    expect(await refusal(sweeper("cron(0 7 * * ? *)"))).toMatch(
      /schedule fixture-sweep: the cron expression cron\(0 7/,
    );
    expect(await refusal(sweeper("rate(1 minutes)"))).toMatch(/schedule expression rate\(1 minutes\)/);
    expect(await refusal(sweeper("rate(0 minutes)"))).toMatch(/schedule expression rate\(0 minutes\)/);
    expect(await refusal(sweeper("at(2027-02-30T00:00:00)"))).toMatch(/at\(2027-02-30T00:00:00\)/);
  });

  test("a flexible window, and what the Scheduler does not fill in", async () => {
    expect(await refusal(sweeper("rate(1 hour)", { FlexibleTimeWindow: { Mode: "FLEXIBLE" } }))).toMatch(
      /Stateless\/Schedule.*Mode/,
    );
    expect(await refusal(sweeper("rate(1 hour)", {}, { Input: '{"x":"<aws.scheduler.moon>"}' }))).toMatch(
      /<aws.scheduler.moon>/,
    );
  });

  test("a route whose function is missing", async () => {
    const resources = route("GET /x", "Nobody");
    expect(await refusal({ ...api, ...resources })).toMatch(/Nobody/);
  });
});

describe("patterns", () => {
  const matches = (pattern: unknown, event: unknown): boolean => compilePattern(pattern, "test")(event);

  test.each([
    [{ a: ["x"] }, { a: "x" }, true],
    [{ a: ["x", "y"] }, { a: ["z", "y"] }, true],
    [{ a: ["x"] }, {}, false],
    [{ a: [null] }, { a: null }, true],
    [{ a: [1] }, { a: "1" }, false],
    [{ a: { b: ["x"] } }, { a: [{ b: "y" }, { b: "x" }] }, true],
    [{ a: [{ exists: true }] }, { a: 0 }, true],
    [{ a: [{ exists: true }] }, { a: { b: 1 } }, false],
    [{ a: { b: [{ exists: false }] } }, {}, true],
    [{ a: { b: [{ exists: false }] } }, { a: { b: null } }, false],
    [{ a: [{ prefix: "ab" }] }, { a: "abc" }, true],
    [{ a: [{ prefix: "ab" }] }, { a: "cab" }, false],
    [{ a: [{ suffix: "bc" }] }, { a: "abc" }, true],
    [{ a: [{ "anything-but": ["x", "y"] }] }, { a: "z" }, true],
    [{ a: [{ "anything-but": "x" }] }, { a: "x" }, false],
    [{ a: [{ "anything-but": "x" }] }, {}, false],
    [{ a: [{ "anything-but": { prefix: "x" } }] }, { a: "xy" }, false],
    [{ a: [{ numeric: [">", 1, "<=", 5] }] }, { a: 5 }, true],
    [{ a: [{ numeric: [">", 1, "<=", 5] }] }, { a: 6 }, false],
    [{ a: [{ "equals-ignore-case": "Ab" }] }, { a: "aB" }, true],
    [{ $or: [{ a: ["x"] }, { b: ["y"] }] }, { b: "y" }, true],
    [{ $or: [{ a: ["x"] }, { b: ["y"] }] }, { b: "x" }, false],
  ])("%j on %j gives %s", (pattern, event, expected) => {
    expect(matches(pattern, event)).toBe(expected);
  });
});
