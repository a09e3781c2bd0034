import { connect } from "node:net";

const limitMs = 120_000;

/** Sends these bytes to an address and reads what comes back until the other side closes. */
export const sendBytes = (url: string, bytes: string | Uint8Array): Promise<string> => {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let answer = "";
    socket.setTimeout(limitMs, () => socket.destroy(new Error(`no end after ${limitMs} ms: ${answer}`)));
    socket.on("data", (chunk: Buffer) => {
      answer += chunk.toString("latin1");
    });
    // A reset after the answer is how a server ends what it does not want to read.
    socket.on("error", (error) => (answer === "" ? reject(error) : resolve(answer)));
    socket.on("close", () => resolve(answer));
    socket.write(bytes);
  });
};

/** Sends a request line with headers that no HTTP client would send. @returns the status and the whole answer */
export const sendRequest = async (
  url: string,
  line: string,
  headers: Readonly<Record<string, string>> = {},
  body = "",
): Promise<{ status: number; text: string }> => {
  const all = {
    host: new URL(url).host,
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
    ...headers,
  };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const text = await sendBytes(url, `${line} HTTP/1.1\r\n${head.join("")}\r\n${body}`);
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]), text };
};
