/**
 * The table, declared once: the CDK table, the store kit and the page of access patterns come from it.
 *
 * Every partition key begins with the tenant (`T#<tenant>#…`); what lies above tenants (which tenant an
 * email address belongs to) begins with `SYS#` and is readable by the functions of access alone.
 */
export interface IndexLayout {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey: string;
  readonly purpose: string;
}

const index = <Name extends string>(name: Name, purpose: string) => ({
  name,
  partitionKey: `${name}Pk`,
  sortKey: `${name}Sk`,
  purpose,
});

export const tableLayout = {
  partitionKey: "pk",
  sortKey: "sk",
  /** Epoch seconds after which DynamoDB may delete the item. */
  ttl: "expiresAt",
  /** What the indexes hold of an item: the record, and not the events that ride on the item. */
  projected: ["entity", "version", "record"],
  indexes: {
    owner: index("owner", "what a member owns: clients by last change, deals by state, stage and urgency"),
    team: index("team", "the same by team"),
    list: index(
      "list",
      "what a tenant has: clients by last change (sharded), the board, closed deals by month",
    ),
    client: index(
      "client",
      "what belongs to a client but lives in a partition of its own: deals, later others",
    ),
  },
} as const;

export type IndexName = keyof typeof tableLayout.indexes;
