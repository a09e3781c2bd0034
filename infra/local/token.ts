/** `npm run token -- <email>` prints an access token of a member, from the stack on `PORT`. */
import * as z from "zod";

const port = Number(process.env.PORT ?? 4000);
const email = process.argv[2];
const Answer = z.object({ token: z.string().optional(), message: z.string().optional() });

const run = async (): Promise<string> => {
  if (!email) throw new Error("npm run token -- <email>");
  const response = await fetch(`http://127.0.0.1:${port}/_local/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email }),
  }).catch(() => {
    throw new Error(`Nothing answers on port ${port}: start the stack with npm start, or set PORT`);
  });
  const { token, message } = Answer.parse(await response.json());
  if (!token) throw new Error(message ?? `The stack answered ${response.status}`);
  return token;
};

try {
  console.log(await run());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
