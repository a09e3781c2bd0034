import type { Ground } from "../../functions/kit/machine.ts";

/** A machine on which the database dies at a certain write, as under kill -9. */
export const dyingAt = (ground: Ground, write: number): Ground => {
  let writes = 0;
  const dead = async <T>(act: () => Promise<T>, after: boolean): Promise<T> => {
    writes++;
    if (writes > write) throw new Error("killed");
    const result = await act();
    if (writes === write && after) throw new Error("killed");
    return result;
  };
  return {
    ...ground,
    database: (meter) => {
      const database = ground.database(meter);
      return {
        ...database,
        put: (input) => dead(() => database.put(input), write % 2 === 0),
        transact: (items, token) => dead(() => database.transact(items, token), write % 2 === 0),
      };
    },
  };
};
