import type { Company } from "../company.ts";
import type { Requests } from "../request.ts";

const mapping = {
  entity: "products",
  identifiedBy: ["sku"],
  fields: [
    { to: "code", from: "sku" },
    { to: "name", from: "name" },
  ],
} as const;

/** So many rows that the import is still under way when the next request comes. */
const manyRows = `sku;name\n${Array.from({ length: 3_000 }, (_, n) => `X-${n};Y\n`).join("")}`;

const anotherImport = ({ call }: Company) =>
  call.createImport({
    body: {
      text: manyRows,
      dryRun: true,
      mapping: { ...mapping, identifiedBy: ["sku"], fields: [...mapping.fields] },
    },
  });

export const imports: Requests = {
  createUpload: async () => ({ body: { bytes: 100 } }),
  createImport: async () => ({ body: { text: "sku;name\nX;Y\n", dryRun: true, mapping } }),
  cancelImport: async (company) => ({ params: { importId: (await anotherImport(company)).id } }),
  resumeImport: async (company) => {
    const { id } = await anotherImport(company);
    await company.call.cancelImport({ params: { importId: id } }).catch(() => undefined);
    return { params: { importId: id } };
  },
};
