import { expect, test } from "vitest";
import { stackUrl } from "../support/client.ts";

test("the stack that the tests share answers unknown routes like an HTTP API", async () => {
  const response = await fetch(`${stackUrl()}/nowhere`);
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({ message: "Not Found" });
});
