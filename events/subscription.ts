import type { EventDeclaration } from "./event.ts";

/** Who listens to what, declared once: the rule, its target, retries and dead-letter queue come from it. */
export interface Subscription {
  /** Unique; the name of the Lambda that is invoked. */
  readonly name: string;
  readonly events: readonly EventDeclaration[];
  /** Feature without which the subscription rests; absent: always on. */
  readonly feature?: string;
  readonly retry: { readonly attempts: number; readonly maxAgeSeconds: number };
}
