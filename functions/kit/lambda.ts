import type { EventDeclaration } from "../../events/event.ts";
import type { Schedule } from "../../events/schedule.ts";
import type { Subscription } from "../../events/subscription.ts";
import type { RouteTable } from "./route.ts";

/**
 * What a Lambda may do. Infra turns this into grants, and sets for each granted resource the
 * environment variable by which the code finds it: TABLE_NAME, BUS_NAME, UPLOADS_BUCKET, USER_POOL_ID.
 */
export interface Grants {
  /** Item actions on the table and its indexes, restricted to the partitions named by `leadingKeys`. */
  readonly table?: {
    readonly access: "read" | "read-write";
    /** Patterns for `dynamodb:LeadingKeys`: `T#*` is the tenants' data, `SYS#*` what lies above tenants, `DUE#*` what falls due. */
    readonly leadingKeys: readonly ("T#*" | "SYS#*" | "DUE#*")[];
  };
  /** `events:PutEvents` on the bus. */
  readonly bus?: true;
  readonly uploads?: "read" | "read-write";
  /** Creating and disabling users of the pool. */
  readonly userPool?: true;
}

/** Which stream records reach a consumer, as a filter of the event source mapping. */
export interface StreamFilter {
  readonly eventName?: readonly ("INSERT" | "MODIFY" | "REMOVE")[];
  readonly dynamodb?: Record<string, unknown>;
}

export type Trigger =
  | { readonly kind: "api"; readonly routes: RouteTable }
  | { readonly kind: "stream"; readonly filters: readonly StreamFilter[]; readonly batchSize: number }
  | { readonly kind: "subscription"; readonly subscription: Subscription }
  | { readonly kind: "schedule"; readonly schedule: Schedule }
  /** Cognito's pre-token-generation trigger. */
  | { readonly kind: "pre-token" }
  /** Invoked by name by an operator (`aws lambda invoke`). */
  | { readonly kind: "operator" };

/** One Lambda, declared once: infra, the bundler, the local stack and the tests read it. */
export interface LambdaDeclaration {
  /** Unique; the bundle is `.build/functions/<name>/index.mjs`. */
  readonly name: string;
  /** The source that exports `handler`, from the root of the repository. */
  readonly entry: string;
  readonly summary: string;
  readonly trigger: Trigger;
  readonly grants: Grants;
  readonly memoryMb?: number;
  readonly timeoutSeconds?: number;
  /** Files to lay beside the bundle (name in the bundle's folder: path from the root). */
  readonly assets?: Readonly<Record<string, string>>;
}

export type { EventDeclaration };
