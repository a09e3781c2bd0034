import type { Client } from "../../functions/client.ts";
import type { allRoutes } from "../../functions/routes.ts";

export type Api = Client<typeof allRoutes>;

/** What everything drawn for the demo is drawn from. */
export const seed = "clientela 1";

/** A request under this key is carried out once, whatever start sends it. */
export const key = (name: string) => ({ idempotencyKey: `demo ${seed} ${name}`.replaceAll(" ", "-") });

const atOnce = 16;

/** Does something with every element, so many at once, and keeps the order of the results. */
export const each = async <Value, Result>(
  values: readonly Value[],
  work: (value: Value, at: number) => Promise<Result>,
): Promise<Result[]> => {
  const results: Result[] = [];
  const left = values.entries();
  const worker = async (): Promise<void> => {
    for (const [at, value] of left) results[at] = await work(value, at);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
};
