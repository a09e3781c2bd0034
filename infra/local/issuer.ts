import { createPublicKey } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { JSONWebKeySet, JWTPayload } from "jose";
import {
  createLocalJWKSet,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  importPKCS8,
  jwtVerify,
  SignJWT,
} from "jose";
import { privateFile } from "./private-files.ts";

const algorithm = "RS256";
const keyId = "clientela-local";

/** Signs access tokens as Cognito does, with a key pair of the data folder's own. */
export interface TokenIssuer {
  readonly keys: JSONWebKeySet;
  sign(claims: JWTPayload): Promise<string>;
  /** @returns the claims, or undefined if the token does not hold at that time (milliseconds since the epoch) */
  verify(
    token: string,
    expected: { readonly issuer: string; readonly audience: readonly string[] },
    nowMs: number,
  ): Promise<JWTPayload | undefined>;
}

const readKey = async (file: string): Promise<string> => {
  if (existsSync(file)) return readFileSync(file, "utf8");
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const pem = await exportPKCS8(privateKey);
  writeFileSync(file, pem, { mode: privateFile });
  return pem;
};

export const openIssuer = async (keyFile: string): Promise<TokenIssuer> => {
  const pem = await readKey(keyFile);
  const privateKey = await importPKCS8(pem, algorithm);
  const publicKey = { ...(await exportJWK(createPublicKey(pem))), kid: keyId, alg: algorithm, use: "sig" };
  const keys = { keys: [publicKey] };
  const keySet = createLocalJWKSet(keys);
  return {
    keys,
    sign: (claims) => new SignJWT(claims).setProtectedHeader({ alg: algorithm, kid: keyId }).sign(privateKey),
    verify: async (token, { issuer, audience }, nowMs) => {
      try {
        const { payload } = await jwtVerify(token, keySet, {
          algorithms: [algorithm],
          issuer,
          currentDate: new Date(nowMs),
          requiredClaims: ["exp"],
        });
        // API Gateway takes `aud` or, where it is missing as in Cognito's access tokens, `client_id`.
        const meant = payload.aud ?? payload.client_id;
        const names = Array.isArray(meant) ? meant : [meant];
        return names.some((name) => typeof name === "string" && audience.includes(name))
          ? payload
          : undefined;
      } catch {
        return undefined;
      }
    },
  };
};
