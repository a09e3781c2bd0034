import type { FailureCatalogue } from "../kernel/errors.ts";

/** What may be wrong with an import as a whole. What is wrong with one row is a `RowFault`. */
export const importFailures = {
  "import.mapping-invalid": { kind: "invalid", title: "The mapping does not have the documented form" },
  "import.encoding-mismatch": {
    kind: "unprocessable",
    title: "The file is in another encoding than the mapping says",
  },
  "import.encoding-uncertain": {
    kind: "unprocessable",
    title: "The file may be in either of two encodings",
  },
  "import.empty": { kind: "unprocessable", title: "The file has no header" },
  "import.header-invalid": { kind: "unprocessable", title: "The header of the file cannot be used" },
  "import.column-missing": {
    kind: "unprocessable",
    title: "The mapping names a column that the file does not have",
  },
  "import.upload-missing": {
    kind: "unprocessable",
    title: "There is no such upload, or its file has not arrived",
  },
  "import.file-changed": { kind: "conflict", title: "The file is another one than when the import began" },
  "import.too-many-faults": {
    kind: "unprocessable",
    title: "So many rows are wrong that the mapping must be",
  },
  "import.ended": { kind: "conflict", title: "The import has come to its end" },
  "import.not-resumable": { kind: "conflict", title: "The import cannot be taken up again" },
} as const satisfies FailureCatalogue;
