import { isDeepStrictEqual } from "node:util";
import type { Grants } from "../../functions/kit/lambda.ts";
import { type Check, unless } from "./check.ts";
import {
  at,
  functionOf,
  listOf,
  ofType,
  property,
  type Resource,
  referred,
  refersTo,
  roleOf,
  type Statement,
  statementsOf,
  type Templates,
} from "./templates.ts";

const functions = (templates: Templates): Resource[] => ofType(templates, "AWS::Lambda::Function");

const setOnFunctions = (templates: Templates, key: string, value: unknown): void => {
  for (const made of functions(templates)) made.Properties[key] = value;
};

/** Adds a statement to every function's role. */
const grant = (templates: Templates, statement: Record<string, unknown>): void => {
  for (const role of ofType(templates, "AWS::IAM::Role")) {
    listOf(property(role, "Policies", 0, "PolicyDocument", "Statement")).push({
      Effect: "Allow",
      ...statement,
    });
  }
};

const tableArn = (templates: Templates): unknown => ({
  "Fn::GetAtt": [ofType(templates, "AWS::DynamoDB::Table")[0]?.id, "Arn"],
});

const itemActions = {
  read: ["GetItem", "BatchGetItem", "Query", "ConditionCheckItem"],
  write: ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"],
};
const streamActions = ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"];
const dynamo = (actions: readonly string[]): string[] => actions.map((action) => `dynamodb:${action}`);

const onItems = (statement: Statement): boolean =>
  statement.actions.some(
    (action) => action.startsWith("dynamodb:") && !dynamo(streamActions).includes(action),
  );

const leadingKeys = (statement: Statement): unknown[] =>
  listOf(at(statement.conditions, "ForAllValues:StringLike", "dynamodb:LeadingKeys"));

/** Actions that AWS gives on no resource in particular. */
const withoutResource = ["xray:PutTraceSegments", "xray:PutTelemetryRecords", "dynamodb:ListStreams"];

const dropConditions = (templates: Templates): void => {
  for (const role of ofType(templates, "AWS::IAM::Role")) {
    for (const statement of listOf(property(role, "Policies", 0, "PolicyDocument", "Statement"))) {
      Reflect.deleteProperty(Object(statement), "Condition");
    }
  }
};

const variables: readonly [name: string, granted: (grants: Grants) => boolean][] = [
  ["TABLE_NAME", (grants) => grants.table !== undefined],
  ["BUS_NAME", (grants) => grants.bus === true],
  ["UPLOADS_BUCKET", (grants) => grants.uploads !== undefined],
  ["USER_POOL_ID", (grants) => grants.userPool === true],
];

/** Of what the functions are and may do. */
export const functionChecks: readonly Check[] = [
  {
    guarantee: "there is one function per declaration and no other",
    violations: (templates) =>
      unless(
        isDeepStrictEqual(
          functions(templates)
            .map((made) => property(made, "Environment", "Variables", "POWERTOOLS_SERVICE_NAME"))
            .sort(),
          templates.lambdas.map((declared) => declared.name).sort(),
        ),
        "the functions are others than those declared",
      ),
    breaks: {
      "one too many": (templates) => {
        templates.resources.push({ id: "Provider", Type: "AWS::Lambda::Function", Properties: {} });
      },
    },
  },
  {
    guarantee: "every function runs Node 24 on arm64, is traced and logs JSON",
    violations: (templates) =>
      functions(templates).flatMap((made) => [
        ...unless(property(made, "Runtime") === "nodejs24.x", `${made.id} is not on Node 24`),
        ...unless(
          isDeepStrictEqual(property(made, "Architectures"), ["arm64"]),
          `${made.id} is not on arm64`,
        ),
        ...unless(property(made, "TracingConfig", "Mode") === "Active", `${made.id} is not traced`),
        ...unless(property(made, "LoggingConfig", "LogFormat") === "JSON", `${made.id} does not log JSON`),
      ]),
    breaks: {
      "another runtime": (templates) => setOnFunctions(templates, "Runtime", "nodejs22.x"),
      "another processor": (templates) => setOnFunctions(templates, "Architectures", ["x86_64"]),
      "no traces": (templates) => setOnFunctions(templates, "TracingConfig", { Mode: "PassThrough" }),
      "plain logs": (templates) => setOnFunctions(templates, "LoggingConfig", { LogFormat: "Text" }),
    },
  },
  {
    guarantee: "every function has a role and a log group of its own, and every log group forgets",
    violations: (templates) => {
      const roles = functions(templates).flatMap((made) => referred(property(made, "Role")));
      const logs = functions(templates).flatMap((made) =>
        referred(property(made, "LoggingConfig", "LogGroup")),
      );
      const count = functions(templates).length;
      return [
        ...unless(new Set(roles).size === count, "functions share a role"),
        ...unless(new Set(logs).size === count, "functions share a log group, or have none of ours"),
        ...ofType(templates, "AWS::Logs::LogGroup").flatMap((group) =>
          unless(Number(property(group, "RetentionInDays")) > 0, `${group.id} keeps for ever`),
        ),
      ];
    },
    breaks: {
      "one role for all": (templates) => setOnFunctions(templates, "Role", { Ref: "Shared" }),
      "the log group that Lambda makes": (templates) => setOnFunctions(templates, "LoggingConfig", {}),
      "no retention": (templates) => {
        for (const group of ofType(templates, "AWS::Logs::LogGroup")) delete group.Properties.RetentionInDays;
      },
    },
  },
  {
    guarantee: "no function may do anything by a wildcard, and nobody brings policies that AWS manages",
    violations: (templates) => [
      ...statementsOf(templates).flatMap((statement) =>
        statement.actions
          .filter((action) => action.includes("*"))
          .map((action) => `${statement.role.id} may ${action}`),
      ),
      ...ofType(templates, "AWS::IAM::Role")
        .filter((role) => listOf(property(role, "ManagedPolicyArns")).length > 0)
        .map((role) => `${role.id} has managed policies`),
      ...["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"].flatMap((type) =>
        ofType(templates, type).map((policy) => `${policy.id} stands outside the roles that are checked`),
      ),
    ],
    breaks: {
      "table-wide": (templates) => grant(templates, { Action: "dynamodb:*", Resource: tableArn(templates) }),
      everything: (templates) => grant(templates, { Action: ["*"], Resource: tableArn(templates) }),
      "a managed policy": (templates) => {
        for (const role of ofType(templates, "AWS::IAM::Role")) role.Properties.ManagedPolicyArns = ["arn"];
      },
      "a policy beside": (templates) => {
        templates.resources.push({ id: "Beside", Type: "AWS::IAM::Policy", Properties: {} });
      },
    },
  },
  {
    guarantee: "only actions that know no resource are granted on all resources",
    violations: (templates) =>
      statementsOf(templates)
        .filter((statement) => statement.resources.includes("*"))
        .flatMap((statement) =>
          statement.actions
            .filter((action) => !withoutResource.includes(action))
            .map((action) => `${statement.role.id} may ${action} on everything`),
        ),
    breaks: {
      "any queue": (templates) => grant(templates, { Action: "sqs:SendMessage", Resource: "*" }),
    },
  },
  {
    guarantee: "a function has exactly the item actions that its declaration asks for, and never Scan",
    violations: (templates) =>
      templates.lambdas.flatMap((declared) => {
        const made = functionOf(templates, declared.name);
        const role = made && roleOf(templates, made);
        if (role === undefined) return [`${declared.name} has no role`];
        const granted = statementsOf(templates, role)
          .filter(onItems)
          .flatMap((statement) => statement.actions);
        const { table } = declared.grants;
        const asked = table
          ? dynamo([...itemActions.read, ...(table.access === "read-write" ? itemActions.write : [])])
          : [];
        return unless(
          isDeepStrictEqual(granted.toSorted(), asked.toSorted()),
          `${declared.name} may ${granted.join(", ")}`,
        );
      }),
    breaks: {
      scan: (templates) => grant(templates, { Action: "dynamodb:Scan", Resource: tableArn(templates) }),
      "another write": (templates) =>
        grant(templates, { Action: "dynamodb:UpdateTable", Resource: tableArn(templates) }),
    },
  },
  {
    guarantee: "every right on items is bound to the leading keys that the declaration names",
    violations: (templates) =>
      templates.lambdas.flatMap((declared) => {
        const made = functionOf(templates, declared.name);
        const role = made && roleOf(templates, made);
        return (role ? statementsOf(templates, role).filter(onItems) : []).flatMap((statement) => [
          ...unless(
            isDeepStrictEqual(leadingKeys(statement), [...(declared.grants.table?.leadingKeys ?? [])]),
            `${declared.name} is bound to ${JSON.stringify(leadingKeys(statement))}`,
          ),
          ...unless(
            at(statement.conditions, "Null", "dynamodb:LeadingKeys") === "false",
            `${declared.name} may ask without keys`,
          ),
        ]);
      }),
    breaks: {
      "no condition": dropConditions,
      "any key": (templates) => {
        for (const statement of statementsOf(templates).filter(onItems)) {
          Reflect.set(
            Object(at(statement.conditions, "ForAllValues:StringLike")),
            "dynamodb:LeadingKeys",
            "*",
          );
        }
      },
      "keys may be absent": (templates) => {
        for (const statement of statementsOf(templates).filter(onItems)) {
          Reflect.deleteProperty(Object(statement.conditions), "Null");
        }
      },
    },
  },
  {
    guarantee: "a function is told of a resource exactly if it may use it",
    violations: (templates) =>
      templates.lambdas.flatMap((declared) => {
        const made = functionOf(templates, declared.name);
        if (made === undefined) return [`${declared.name} is missing`];
        return variables.flatMap(([name, granted]) =>
          unless(
            (property(made, "Environment", "Variables", name) !== undefined) === granted(declared.grants),
            `${declared.name}: ${name}`,
          ),
        );
      }),
    breaks: {
      "no variables": (templates) => {
        for (const made of functions(templates)) {
          for (const [name] of variables) {
            Reflect.deleteProperty(Object(property(made, "Environment", "Variables")), name);
          }
        }
      },
      "one too many": (templates) => {
        for (const made of functions(templates)) {
          for (const [name] of variables) {
            Reflect.set(Object(property(made, "Environment", "Variables")), name, "x");
          }
        }
      },
    },
  },
  {
    guarantee: "a right names the resource that its variable points to",
    violations: (templates) =>
      functions(templates).flatMap((made) => {
        const role = roleOf(templates, made);
        if (role === undefined) return [`${made.id} has no role`];
        const granted = statementsOf(templates, role).flatMap((statement) => referred(statement.resources));
        return variables.flatMap(([name]) => {
          const pointed = referred(property(made, "Environment", "Variables", name));
          return pointed.flatMap((id) => unless(granted.includes(id), `${made.id} has no right on ${name}`));
        });
      }),
    breaks: {
      "rights taken away": (templates) => {
        for (const role of ofType(templates, "AWS::IAM::Role")) role.Properties.Policies = [];
      },
    },
  },
  {
    guarantee: "what a function cannot do is put where its role lets it",
    violations: (templates) =>
      functions(templates).flatMap((made) => {
        const target = property(made, "DeadLetterConfig", "TargetArn");
        const queue = ofType(templates, "AWS::SQS::Queue").find((one) => refersTo(target, one));
        const role = roleOf(templates, made);
        if (queue === undefined || role === undefined)
          return unless(target === undefined, `${made.id}: no queue`);
        return unless(
          statementsOf(templates, role).some(
            (statement) =>
              statement.actions.includes("sqs:SendMessage") && refersTo(statement.resources, queue),
          ),
          `${made.id} may not send to its dead-letter queue`,
        );
      }),
    breaks: {
      "rights taken away": (templates) => {
        for (const role of ofType(templates, "AWS::IAM::Role")) role.Properties.Policies = [];
      },
    },
  },
];
