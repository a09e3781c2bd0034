import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { environment } from "../kit/machine.ts";
import { tracer } from "../kit/observe.ts";
import { publisher } from "./publisher.ts";

const bus = tracer.captureAWSv3Client(new EventBridgeClient({ maxAttempts: 4 }));

/** Puts what happened on the bus of the environment. */
export const handler = publisher(
  (entries) => bus.send(new PutEventsCommand({ Entries: [...entries] })),
  environment.busName,
);
