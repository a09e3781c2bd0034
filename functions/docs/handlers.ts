import { notFound } from "../../domain/kernel/errors.ts";
import type { OpenHandlers } from "../kit/serve-open.ts";
import {
  type AssetName,
  answerWith,
  assetFiles,
  assetsIn,
  hashedName,
  type Prepared,
  prepared,
} from "./assets.ts";
import { type PageAssets, problemsPage, referencePage } from "./pages.ts";
import type { docsRoutes } from "./routes.ts";

/** Nothing from elsewhere, and no script in the page. The element styles itself, hence the inline styles. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const pageHeaders = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": contentSecurityPolicy,
  "referrer-policy": "no-referrer",
  "cache-control": "no-cache",
};
const assetHeaders = { "cache-control": "public, max-age=31536000, immutable" };
const documentHeaders = {
  "content-type": "application/json",
  "cache-control": "no-cache",
  "access-control-allow-origin": "*",
};

/** What is made at the first request for it. */
const once = (make: () => Promise<Prepared>) => {
  let made: Promise<Prepared> | undefined;
  return (): Promise<Prepared> => {
    made ??= make();
    return made;
  };
};

/** @param folder where the assets lie: beside the bundle */
export const docsHandlers = (folder: string): OpenHandlers<typeof docsRoutes> => {
  const asset = assetsIn(folder);
  const locationOf = async (name: AssetName) => `/docs/assets/${hashedName(name, await asset(name))}`;
  const pageOf = (make: (assets: PageAssets) => string) =>
    once(async () =>
      prepared(
        make({ script: await locationOf("openapi-explorer.js"), style: await locationOf("reference.css") }),
      ),
    );
  // Imported when it is asked for: the document brings every route of every Lambda with its schemas, which no page needs.
  const document = once(async () => {
    const { openApiDocument } = await import("./document.ts");
    return prepared(JSON.stringify(openApiDocument()));
  });
  const reference = pageOf(referencePage);
  const problems = pageOf(problemsPage);

  return {
    readOpenApi: async ({ headers }) =>
      answerWith(await document(), documentHeaders, headers["accept-encoding"]),

    readReference: async ({ headers }) =>
      answerWith(await reference(), pageHeaders, headers["accept-encoding"]),

    readProblems: async ({ headers }) =>
      answerWith(await problems(), pageHeaders, headers["accept-encoding"]),

    readReferenceAsset: async ({ params, headers }) => {
      for (const { name, contentType } of assetFiles) {
        const body = await asset(name);
        if (params.file === hashedName(name, body))
          return answerWith(
            body,
            { ...assetHeaders, "content-type": contentType },
            headers["accept-encoding"],
          );
      }
      throw notFound();
    },
  };
};
