import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { type Stack, startStack } from "../../infra/local/stack.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Of the stack that all tests of a run share. */
    stackUrl: string;
  }
}

/**
 * One stack for all tests of a run, with a data folder of its own; `test/support/client.ts` speaks to it.
 * It starts with the first connection, so that a run of pure tests does not wait for it.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataFolder = mkdtempSync(path.join(tmpdir(), "clientela-test-"));
  const sockets = new Set<Socket>();
  let starting: Promise<Stack> | undefined;

  const join = async (socket: Socket): Promise<void> => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    try {
      starting ??= startStack({ port: 0, dataFolder, empty: true });
      const onward = connect(Number(new URL((await starting).url).port), "127.0.0.1");
      onward.on("error", () => socket.destroy());
      onward.on("close", () => socket.destroy());
      socket.on("close", () => onward.destroy());
      socket.pipe(onward).pipe(socket);
    } catch (error) {
      console.error("The stack for the tests does not start:", error);
      socket.destroy();
    }
  };
  const server = createServer((socket) => void join(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("the door of the stack has no port");
  project.provide("stackUrl", `http://127.0.0.1:${address.port}`);

  return async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await (await starting?.catch(() => undefined))?.stop();
    rmSync(dataFolder, { recursive: true, force: true });
  };
}
