import { execFile } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Stack } from "aws-cdk-lib";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { describe, expect, test } from "vitest";
import { lambdas } from "../../functions/lambdas.ts";
import { build } from "../../infra/app.ts";
import { acknowledge } from "../../infra/constructs/acknowledge.ts";
import { report } from "../../infra/report.ts";
import { anyBundle, lambdasOfEachKind } from "./fixture.ts";
import { ofType, property, synthesize } from "./templates.ts";

const root = join(import.meta.dirname, "..", "..");
const folder = () => mkdtempSync(join(tmpdir(), "clientela-app-"));
const appOf = (declared = lambdasOfEachKind) =>
  build({ lambdas: declared, bundles: anyBundle(), outdir: folder() });

const commonOf = (built: ReturnType<typeof build>): Stack => {
  const stack = built.app.node.findChild("Common");
  if (!Stack.isStack(stack)) throw new Error("no stack");
  return stack;
};

describe("cdk-nag and the schemas of CloudFormation", () => {
  test("find nothing in the product, and every acknowledgement is needed", () => {
    const { clean, text } = report(appOf(lambdas));
    expect(text).toMatch(/ 0 left$/m);
    expect(clean, text).toBe(true);
  });

  test("find nothing with a Lambda of each kind, and with every setting set", () => {
    const built = build({
      lambdas: lambdasOfEachKind,
      bundles: anyBundle(),
      outdir: folder(),
      settings: {
        alarmEmail: "duty@example.com",
        mfa: "required",
        domain: {
          name: "api.example.com",
          certificateArn: "arn:aws:acm:eu-central-1:111122223333:certificate/1",
        },
      },
    });
    const { clean, text } = report(built);
    expect(clean, text).toBe(true);
  });

  test("find a queue that is not encrypted and has no dead letters", () => {
    const built = appOf();
    new Queue(commonOf(built), "Careless");
    const { clean, text } = report(built);
    expect(clean).toBe(false);
    expect(text).toContain("FINDING AwsSolutions-SQS3 at Common/Careless/Resource");
  });

  test("find an acknowledgement that nothing needs", () => {
    const built = appOf();
    acknowledge(commonOf(built), "AwsSolutions-EC23", "There is no security group at all.");
    const { clean, text } = report(built);
    expect(clean).toBe(false);
    expect(text).toContain("NEEDLESS acknowledgement of AwsSolutions-EC23 at Common");
  });
});

describe("the CDK command line", () => {
  test("reads what the library writes, offline", async () => {
    const built = build({ lambdas: lambdasOfEachKind, bundles: anyBundle(), outdir: folder(), nag: false });
    const { directory } = built.app.synth();
    const { stdout } = await promisify(execFile)(
      join(root, "node_modules", ".bin", "cdk"),
      ["ls", "--app", directory, "--output", directory, "--no-notices", "--ci"],
      { cwd: folder() },
    );
    expect(stdout.trim().split("\n")).toEqual(
      ["Stateful", "Identity", "Common", "samples", "sample-listeners"].map((id) =>
        expect.stringContaining(`clientela-production-${id.toLowerCase()}`),
      ),
    );
  });
});

describe("the settings", () => {
  test("put the environment into every fixed name, so that two share an account", () => {
    const staging = synthesize(lambdasOfEachKind, { environment: "staging" });
    expect(staging.text).not.toContain("clientela-production");
    const names = ofType(staging, "AWS::Lambda::Function").map((made) => property(made, "FunctionName"));
    expect(names).toContain("clientela-staging-samples");
  });

  test("subscribe the one on duty only where an address is given", () => {
    const silent = synthesize(lambdasOfEachKind);
    expect(ofType(silent, "AWS::SNS::Subscription")).toEqual([]);
    const mailed = synthesize(lambdasOfEachKind, { alarmEmail: "duty@example.com" });
    expect(ofType(mailed, "AWS::SNS::Subscription").map((one) => property(one, "Endpoint"))).toEqual([
      "duty@example.com",
    ]);
  });

  test("refuse an environment that no name can bear", () => {
    expect(() => synthesize([], { environment: "Production 1" })).toThrow(/environment/);
  });
});

describe("declarations that cannot be deployed are refused by name", () => {
  const [api] = lambdasOfEachKind;
  const trigger = lambdasOfEachKind.find((declared) => declared.trigger.kind === "pre-token");
  const scheduled = lambdasOfEachKind.find((declared) => declared.trigger.kind === "schedule");

  test("two Lambdas of one name", () => {
    expect(() => synthesize(api ? [api, api] : [])).toThrow(/same name/);
  });

  test("a Lambda whose source lies in no subject's folder, or in one that is named like a stack below", () => {
    expect(() => synthesize(api ? [{ ...api, entry: "elsewhere/index.ts" }] : [])).toThrow(
      /samples: elsewhere\/index.ts lies in no subject's folder/,
    );
    expect(() => synthesize(api ? [{ ...api, entry: "functions/common/index.ts" }] : [])).toThrow(
      /there is a stack common already/,
    );
  });

  test("two Lambdas that answer one route", () => {
    expect(() =>
      synthesize(api ? [api, { ...api, name: "again", entry: "functions/again/index.ts" }] : []),
    ).toThrow(/GET \/v1\/samples.*twice/);
  });

  test("two triggers of the user pool", () => {
    expect(() => synthesize(trigger ? [trigger, { ...trigger, name: "again" }] : [])).toThrow(
      /one pre-token/,
    );
  });

  test("a schedule of another name than its Lambda", () => {
    expect(() => synthesize(scheduled ? [{ ...scheduled, name: "other" }] : [])).toThrow(
      /schedule sample-sweep runs the Lambda other/,
    );
  });

  test("a rate that is no whole number of minutes", () => {
    const pace = { kind: "rate", every: 1.5, unit: "minute" } as const;
    const retry = { attempts: 1, maxAgeSeconds: 60 };
    const trigger = { kind: "schedule", schedule: { name: "half", pace, retry } } as const;
    expect(() => synthesize(scheduled ? [{ ...scheduled, name: "half", trigger }] : [])).toThrow(
      /a rate of 1.5 minutes/,
    );
  });

  test("a trigger of the user pool that wants the user pool", () => {
    expect(() => synthesize(trigger ? [{ ...trigger, grants: { userPool: true } }] : [])).toThrow(
      /granted the user pool, but is made before it/,
    );
  });
});
