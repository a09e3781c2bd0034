import { documentOf, type OpenApiDocument } from "../kit/openapi/document.ts";
import { lambdas } from "../lambdas.ts";
import { guide } from "./guide.ts";

/** The version of the contract: raised with each change that a client can see. */
export const apiVersion = "0.1.0";

const headingOf = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1).replaceAll("-", " ");

/** The document of all routes: each Lambda that answers routes is a subject. */
export const openApiDocument = (): OpenApiDocument =>
  documentOf(
    lambdas.flatMap(({ name, summary, trigger }) =>
      trigger.kind === "api" ? [{ name: headingOf(name), summary, routes: trigger.routes }] : [],
    ),
    {
      title: "Clientela",
      version: apiVersion,
      description: guide,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
  );
