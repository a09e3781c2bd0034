import * as z from "zod";

const Token = z.object({ token: z.string() });
const Made = z.object({ id: z.string() });

const ask = async (url: string, method: string, body?: unknown, token?: string) => {
  const response = await fetch(url, {
    method,
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text.slice(0, 500)}`);
  const json: unknown = text === "" ? undefined : JSON.parse(text);
  return json;
};

/** A company of the stack, found or made by its admin's address. @returns a token of the admin */
export const newCompany = async (url: string, adminEmail: string): Promise<string> => {
  await ask(`${url}/_local/tenants`, "POST", { name: adminEmail, adminEmail, preset: "full" });
  return Token.parse(await ask(`${url}/_local/token`, "POST", { email: adminEmail })).token;
};

/** A company that nobody sends anything to, to see that the stack still answers rightly and has lost nothing. */
export const newWitness = async (url: string, adminEmail: string) => {
  const token = await newCompany(url, adminEmail);
  const create = async (name: string) =>
    Made.parse(await ask(`${url}/v1/clients`, "POST", { name }, token)).id;
  const clientId = await create("Witness");
  const read = async () => ({
    client: await ask(`${url}/v1/clients/${clientId}`, "GET", undefined, token),
    clients: await ask(`${url}/v1/clients`, "GET", undefined, token),
    tenant: await ask(`${url}/v1/tenant`, "GET", undefined, token),
  });
  const settle = async () => ask(`${url}/_local/settle`, "POST", {});
  await settle();
  const before = await read();
  return {
    before,
    read,
    /** Writes once more and reads it, through the table, its stream and the events behind it. */
    write: async (): Promise<unknown> => {
      const id = await create("Afterwards");
      await settle();
      return ask(`${url}/v1/clients/${id}`, "GET", undefined, token);
    },
  };
};
