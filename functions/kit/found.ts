import { notFound } from "../../domain/kernel/errors.ts";

/** What was read, where there is such a thing. @throws record.not-found */
export const found = async <R>(reading: Promise<R | undefined>): Promise<R> => {
  const record = await reading;
  if (record === undefined) throw notFound();
  return record;
};
