/**
 * The table, declared once: the CDK table, the store kit and the page of access patterns come from it.
 *
 * Every partition key begins with the tenant (`T#<tenant>#…`); what lies above tenants (which tenant an
 * email address belongs to) begins with `SYS#` and is readable by the functions of access alone. Only in the index
 * `due` the partitions begin with `DUE#`: it is for scheduled runs, which act above tenants.
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
    due: index("due", "what is open and falls due at some moment, of all tenants (sharded): scheduled runs"),
  },
} as const;

export type AnyIndexName = keyof typeof tableLayout.indexes;
/** The indexes that a tenant's store can be asked for. */
export type IndexName = Exclude<AnyIndexName, "due">;
