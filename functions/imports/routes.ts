import * as z from "zod";
import { RowFault } from "../../domain/imports/fault.ts";
import { Import, NewImport, NewUpload, Upload } from "../../domain/imports/job.ts";
import { Id } from "../../domain/kernel/id.ts";
import { PageQuery, pageOf } from "../../domain/kernel/page.ts";
import { route } from "../kit/route.ts";

const params = z.strictObject({ importId: Id("job") });
const shared = { feature: "imports" } as const;

const FaultyRow = z
  .object({
    line: z.int().meta({ description: "The line on which the row begins" }),
    faults: z.array(RowFault),
  })
  .meta({ id: "FaultyRow" });

export const importRoutes = {
  createUpload: route({
    ...shared,
    method: "POST",
    path: "/v1/uploads",
    summary: "Ask for a place to upload a file to",
    description: "PUT the bytes of the file to the URL that comes back, with the headers that come with it.",
    permission: "import:write",
    body: NewUpload,
    status: 201,
    output: Upload,
  }),
  createImport: route({
    ...shared,
    method: "POST",
    path: "/v1/imports",
    summary: "Import a file by a mapping, or try to",
    description:
      "The import is a job: it goes on after the answer, and `GET /v1/imports/{importId}` tells how far it is. Every " +
      "row goes through the rules of the API. A wrong row is reported and does not stop the others; a row that was " +
      "imported before (by what `identifiedBy` says) is left as it is. The member needs the right to create such " +
      "records everywhere.",
    permission: "import:write",
    body: NewImport,
    status: 202,
    output: Import,
    versioned: true,
    failures: ["import.upload-missing"],
  }),
  listImports: route({
    ...shared,
    method: "GET",
    path: "/v1/imports",
    summary: "Imports, newest first",
    permission: "import:read",
    query: z.strictObject(PageQuery),
    status: 200,
    output: pageOf(Import),
  }),
  readImport: route({
    ...shared,
    method: "GET",
    path: "/v1/imports/{importId}",
    summary: "An import: how far it is and what became of its rows",
    permission: "import:read",
    params,
    status: 200,
    output: Import,
    versioned: true,
  }),
  listImportFaults: route({
    ...shared,
    method: "GET",
    path: "/v1/imports/{importId}/faults",
    summary: "The rows of an import that are wrong, by line",
    permission: "import:read",
    params,
    query: z.strictObject(PageQuery),
    status: 200,
    output: pageOf(FaultyRow),
  }),
  cancelImport: route({
    ...shared,
    method: "POST",
    path: "/v1/imports/{importId}/cancel",
    summary: "Stop an import",
    description: "It stops at its next rows; what it made stays. It can be resumed.",
    permission: "import:write",
    params,
    status: 200,
    output: Import,
    versioned: true,
    failures: ["import.ended"],
  }),
  resumeImport: route({
    ...shared,
    method: "POST",
    path: "/v1/imports/{importId}/resume",
    summary: "Go on with an import that was stopped or has failed",
    permission: "import:write",
    params,
    status: 202,
    output: Import,
    versioned: true,
    failures: ["import.not-resumable"],
  }),
};
