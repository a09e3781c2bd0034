import { ProblemError } from "../../functions/client.ts";

const atOnce = 16;

/** Works on all of them, some at once. */
export const each = async <Value>(
  values: Iterable<Value>,
  work: (value: Value) => Promise<void>,
): Promise<void> => {
  const left = values[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = left.next(); !next.done; next = left.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
};

/** What is read, or undefined where it is not there. */
export const found = async <Answer>(read: () => Promise<Answer>): Promise<Answer | undefined> => {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ProblemError && error.status === 404) return undefined;
    throw error;
  }
};
