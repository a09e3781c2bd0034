import { RemovalPolicy } from "aws-cdk-lib";
import {
  AttributeType,
  BillingMode,
  ContributorInsightsMode,
  ProjectionType,
  StreamViewType,
  Table,
} from "aws-cdk-lib/aws-dynamodb";
import type { Construct } from "constructs";
import { tableLayout } from "../../functions/kit/table/layout.ts";

const text = (name: string) => ({ name, type: AttributeType.STRING });
/** Names the throttled keys only: free until something is throttled, and then the first thing to ask. */
const insights = { enabled: true, mode: ContributorInsightsMode.THROTTLED_KEYS };

/** The one table, as `functions/kit/table/layout.ts` declares it. It outlives the stack. */
export const declareTable = (scope: Construct, id: string): Table => {
  const table = new Table(scope, id, {
    partitionKey: text(tableLayout.partitionKey),
    sortKey: text(tableLayout.sortKey),
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: true,
    timeToLiveAttribute: tableLayout.ttl,
    stream: StreamViewType.NEW_AND_OLD_IMAGES,
    contributorInsightsSpecification: insights,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  for (const index of Object.values(tableLayout.indexes)) {
    table.addGlobalSecondaryIndex({
      indexName: index.name,
      partitionKey: text(index.partitionKey),
      sortKey: text(index.sortKey),
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: [...tableLayout.projected],
      contributorInsightsSpecification: insights,
    });
  }
  return table;
};
