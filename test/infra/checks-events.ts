import { isDeepStrictEqual } from "node:util";
import { type Check, unless } from "./check.ts";
import {
  at,
  functionOf,
  listOf,
  ofType,
  property,
  type Resource,
  refersTo,
  type Templates,
} from "./templates.ts";

const queueOf = (templates: Templates, arn: unknown): Resource | undefined =>
  ofType(templates, "AWS::SQS::Queue").find((queue) => refersTo(arn, queue));

const mappings = (templates: Templates): Resource[] => ofType(templates, "AWS::Lambda::EventSourceMapping");
const onMappings = (templates: Templates, key: string, value: unknown): void => {
  for (const mapping of mappings(templates)) mapping.Properties[key] = value;
};
const onTargets = (templates: Templates, key: string): void => {
  for (const rule of ofType(templates, "AWS::Events::Rule")) {
    for (const target of listOf(property(rule, "Targets"))) Reflect.deleteProperty(Object(target), key);
  }
};

/** Of the asynchronous paths: the stream's consumers and the bus's subscribers. */
export const eventChecks: readonly Check[] = [
  {
    guarantee: "a record of the stream that fails is tried a bounded number of times, alone, and then kept",
    violations: (templates) =>
      mappings(templates).flatMap((mapping) => [
        ...unless(
          queueOf(templates, property(mapping, "DestinationConfig", "OnFailure", "Destination")) !==
            undefined,
          `${mapping.id} loses what fails`,
        ),
        ...unless(property(mapping, "BisectBatchOnFunctionError") === true, `${mapping.id} does not bisect`),
        ...unless(
          listOf(property(mapping, "FunctionResponseTypes")).includes("ReportBatchItemFailures"),
          `${mapping.id} does not report items`,
        ),
        ...unless(Number(property(mapping, "MaximumRetryAttempts")) >= 0, `${mapping.id} tries for ever`),
        ...unless(
          Number(property(mapping, "MaximumRecordAgeInSeconds")) > 0 &&
            Number(property(mapping, "MaximumRecordAgeInSeconds")) < 86_400,
          `${mapping.id} gives up only when the stream has forgotten`,
        ),
      ]),
    breaks: {
      "no destination": (templates) => onMappings(templates, "DestinationConfig", undefined),
      "no bisecting": (templates) => onMappings(templates, "BisectBatchOnFunctionError", false),
      "no report": (templates) => onMappings(templates, "FunctionResponseTypes", []),
      "endless tries": (templates) => onMappings(templates, "MaximumRetryAttempts", -1),
      "endless age": (templates) => onMappings(templates, "MaximumRecordAgeInSeconds", -1),
    },
  },
  {
    guarantee: "records of a shard come in order, from the oldest on, as many as declared and as filtered",
    violations: (templates) =>
      templates.lambdas.flatMap(({ name, trigger }) => {
        if (trigger.kind !== "stream") return [];
        const product = functionOf(templates, name);
        const mapping = mappings(templates).find(
          (one) => product !== undefined && refersTo(property(one, "FunctionName"), product),
        );
        if (mapping === undefined) return [`${name} hears nothing`];
        const patterns = listOf(property(mapping, "FilterCriteria", "Filters")).map((filter) =>
          String(at(filter, "Pattern")),
        );
        return [
          ...unless(property(mapping, "ParallelizationFactor") === 1, `${name} reads out of order`),
          ...unless(property(mapping, "StartingPosition") === "TRIM_HORIZON", `${name} skips what was`),
          ...unless(property(mapping, "BatchSize") === trigger.batchSize, `${name} has another batch size`),
          ...unless(
            JSON.stringify(patterns) ===
              JSON.stringify(trigger.filters.map((filter) => JSON.stringify(filter))),
            `${name} is filtered by ${patterns.join()}`,
          ),
        ];
      }),
    breaks: {
      "in parallel": (templates) => onMappings(templates, "ParallelizationFactor", 2),
      "from now on": (templates) => onMappings(templates, "StartingPosition", "LATEST"),
      "another batch": (templates) => onMappings(templates, "BatchSize", 1),
      unfiltered: (templates) => onMappings(templates, "FilterCriteria", undefined),
    },
  },
  {
    guarantee:
      "an event reaches its subscribers within declared bounds, or a dead-letter queue on either leg",
    violations: (templates) =>
      templates.lambdas.flatMap(({ name, trigger }) => {
        if (trigger.kind !== "subscription") return [];
        const product = functionOf(templates, name);
        const rule = ofType(templates, "AWS::Events::Rule").find((one) =>
          listOf(property(one, "Targets")).some(
            (target) => product !== undefined && refersTo(at(target, "Arn"), product),
          ),
        );
        if (product === undefined || rule === undefined) return [`${name} hears nothing`];
        const types = listOf(property(rule, "EventPattern", "detail-type")).map(String);
        const declared = [...new Set(trigger.subscription.events.map((event) => event.type))];
        const [target] = listOf(property(rule, "Targets"));
        const queue = queueOf(templates, at(target, "DeadLetterConfig", "Arn"));
        const invoke = ofType(templates, "AWS::Lambda::EventInvokeConfig").find((one) =>
          refersTo(property(one, "FunctionName"), product),
        );
        return [
          ...unless(
            isDeepStrictEqual(types.toSorted(), declared.toSorted()),
            `${name} hears ${types.join()}`,
          ),
          ...unless(
            listOf(property(rule, "EventPattern", "source")).join() === "clientela",
            `${name} hears other sources`,
          ),
          ...unless(
            at(target, "RetryPolicy", "MaximumRetryAttempts") === trigger.subscription.retry.attempts,
            `${name}: the rule tries otherwise`,
          ),
          ...unless(
            queue !== undefined &&
              queue === queueOf(templates, property(product, "DeadLetterConfig", "TargetArn")),
            `${name} loses what fails`,
          ),
          ...unless(
            queue !== undefined &&
              ofType(templates, "AWS::SQS::QueuePolicy").some(
                (policy) =>
                  refersTo(property(policy, "Queues"), queue) &&
                  listOf(property(policy, "PolicyDocument", "Statement")).some(
                    (statement) =>
                      at(statement, "Principal", "Service") === "events.amazonaws.com" &&
                      refersTo(at(statement, "Condition"), rule),
                  ),
              ),
            `${name}: the rule may not send to its dead-letter queue`,
          ),
          ...unless(
            invoke !== undefined &&
              Number(property(invoke, "MaximumRetryAttempts")) ===
                Math.min(2, trigger.subscription.retry.attempts),
            `${name}: the function is tried otherwise`,
          ),
        ];
      }),
    breaks: {
      "no queue of the target": (templates) => onTargets(templates, "DeadLetterConfig"),
      "no retry policy": (templates) => onTargets(templates, "RetryPolicy"),
      "no queue of the function": (templates) => {
        for (const made of ofType(templates, "AWS::Lambda::Function"))
          delete made.Properties.DeadLetterConfig;
      },
      "a queue that takes nothing": (templates) => {
        for (const policy of ofType(templates, "AWS::SQS::QueuePolicy"))
          delete policy.Properties.PolicyDocument;
      },
      "other events": (templates) => {
        for (const rule of ofType(templates, "AWS::Events::Rule")) {
          rule.Properties.EventPattern = { source: ["clientela"], "detail-type": ["x"] };
        }
      },
      "Lambda's own defaults": (templates) => {
        for (const invoke of ofType(templates, "AWS::Lambda::EventInvokeConfig")) invoke.Type = "None";
      },
    },
  },
];
