import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { localhost } from "./foreign.ts";

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Clients keep their connections; a balancer in front keeps them for a minute. */
const keepAliveMs = 65_000;
const closeLimitMs = 2_000;

/** Answers by the handler. Whatever it throws ends this request and nothing else. */
const answerBy =
  (handler: Handler, report: (error: unknown) => void) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      await handler(request, response);
    } catch (error) {
      report(error);
      if (response.headersSent) response.destroy();
      else {
        for (const name of response.getHeaderNames()) response.removeHeader(name);
        response.writeHead(500, { "content-type": "application/json", connection: "close" });
        response.end(JSON.stringify({ message: "Internal Server Error" }));
      }
    }
  };

/**
 * Listens on this machine only.
 * @param port 0: any free one
 * @param report told what a handler threw
 */
export const listen = (
  handler: Handler,
  port: number,
  report: (error: unknown) => void,
): Promise<{ server: Server; port: number }> => {
  const answer = answerBy(handler, report);
  const server = createServer((request, response) => void answer(request, response));
  server.keepAliveTimeout = keepAliveMs;
  return new Promise((resolve, reject) => {
    server.on("error", (error: NodeJS.ErrnoException) => {
      if (server.listening) report(error);
      else
        reject(
          error.code === "EADDRINUSE" ? new Error(`Port ${port} is in use; name another in PORT`) : error,
        );
    });
    server.listen(port, localhost, () => {
      const address = server.address();
      resolve({ server, port: typeof address === "object" && address ? address.port : port });
    });
  });
};

/** Takes no more requests and waits a little for those under way. */
export const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), closeLimitMs).unref();
  });
