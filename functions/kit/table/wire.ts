import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { AwsJson1_0Protocol, JsonCodec2 } from "@aws-sdk/core/protocols";

/**
 * DynamoDB's items travel as JSON in the very form in which the client hands them out, as long as no
 * value is binary (ours are not). The SDK nonetheless walks every value of every item through a schema,
 * in both directions: half of the CPU time of a list of fifty. This codec leaves that out; requests,
 * signatures, retries and errors stay the SDK's.
 */
class PlainJson extends JsonCodec2 {
  override createSerializer() {
    let written = new Uint8Array();
    return {
      setSerdeContext: () => undefined,
      write: (_schema: unknown, value: unknown) => {
        written = new TextEncoder().encode(JSON.stringify(value));
      },
      flush: () => written,
    };
  }

  override createDeserializer() {
    const read = (_schema: unknown, data: Uint8Array | string) =>
      JSON.parse(
        typeof data === "string"
          ? data
          : Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("utf8"),
      );
    return {
      setSerdeContext: () => undefined,
      read,
      readObject: (_schema: unknown, value: unknown) => value,
    };
  }
}

type Settings = ConstructorParameters<typeof AwsJson1_0Protocol>[0];

class PlainProtocol extends AwsJson1_0Protocol {
  constructor(settings: Settings) {
    super({
      ...settings,
      jsonCodec: new PlainJson({ timestampFormat: { useTrait: true, default: 7 }, jsonName: false }),
    });
  }
}

/** The AWS client as the table uses it. */
export const dynamoDb = (config: DynamoDBClientConfig): DynamoDBClient => {
  const client = new DynamoDBClient({ ...config, protocol: PlainProtocol });
  // It filters every item for a log that is switched off.
  client.middlewareStack.remove("loggerMiddleware");
  return client;
};
