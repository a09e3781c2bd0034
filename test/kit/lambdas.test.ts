import { describe, expect, test } from "vitest";
import { isMutation } from "../../functions/kit/route.ts";
import { lambdas } from "../../functions/lambdas.ts";

describe("the grants of Lambdas", () => {
  test("let none write that has no route by which anything changes", () => {
    const readers = lambdas.flatMap(({ name, trigger, grants }) =>
      trigger.kind === "api" && !Object.values(trigger.routes).some(isMutation)
        ? [[name, grants.table?.access ?? "none"]]
        : [],
    );
    expect(readers).toEqual([
      ["profit", "read"],
      ["docs", "none"],
    ]);
  });
});
