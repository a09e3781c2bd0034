import * as z from "zod";
import { Format } from "../../domain/kernel/text.ts";
import { route } from "../kit/route.ts";

/** The reference. It needs no token: it holds no data of anybody. */
export const docsRoutes = {
  readOpenApi: route({
    method: "GET",
    path: "/v1/openapi.json",
    summary: "This document, as OpenAPI 3.1",
    permission: null,
    status: 200,
    output: z.looseObject({ openapi: z.string() }),
  }),
  readReference: route({
    method: "GET",
    path: "/docs",
    summary: "The reference, to be read in a browser",
    permission: null,
    status: 200,
    produces: "text/html",
  }),
  readProblems: route({
    method: "GET",
    path: "/docs/problems",
    summary: "Every problem code with its status and what it says",
    description: "The `type` of a problem document points into this page.",
    permission: null,
    status: 200,
    produces: "text/html",
  }),
  readReferenceAsset: route({
    method: "GET",
    path: "/docs/assets/{file}",
    summary: "A script or style sheet of the reference",
    permission: null,
    params: z.strictObject({ file: Format(80, z.regex(/^[a-z0-9.-]{1,80}$/)) }),
    status: 200,
    produces: "*/*",
  }),
};
