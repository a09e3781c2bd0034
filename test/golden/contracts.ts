import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { allEvents } from "../../events/catalogue.ts";
import { Envelope } from "../../events/event.ts";
import { openApiDocument } from "../../functions/docs/document.ts";
import { SchemaCollection } from "../../functions/kit/openapi/schema.ts";
import { tableLayout } from "../../functions/kit/table/layout.ts";
import { accessPatternsOf, allEntities } from "./access-patterns.ts";
import { type ContractName, type Differences, differences } from "./compare.ts";
import { asJson, type JsonObject, objectAt } from "./json.ts";

const eventContracts = () => {
  const schemas = new SchemaCollection();
  const events = Object.fromEntries(
    allEvents.map(({ type, version, summary, data, sample }) => [
      type,
      { version, summary, data: schemas.of(data, "output"), sample },
    ]),
  );
  const envelope = schemas.of(Envelope, "output");
  return { envelope, events, components: { schemas: schemas.components() } };
};

const tableContract = async () => {
  const schemas = new SchemaCollection();
  const entities = Object.fromEntries(
    (await allEntities()).map((entity) => [entity.name, accessPatternsOf(entity, schemas)]),
  );
  return { layout: tableLayout, entities, components: { schemas: schemas.components() } };
};

/** The contracts as the declarations say them now. */
export const presentContracts = async (): Promise<Readonly<Record<ContractName, JsonObject>>> => ({
  openapi: objectAt(asJson(openApiDocument())),
  events: objectAt(asJson(eventContracts())),
  table: objectAt(asJson(await tableContract())),
});

const fileOf = (name: ContractName): string => path.join(import.meta.dirname, `${name}.json`);
const textOf = (contract: JsonObject): string => `${JSON.stringify(contract, null, 1)}\n`;

/** The contract as it was committed. */
export const goldenContract = async (name: ContractName): Promise<JsonObject> => {
  const text = await readFile(fileOf(name), "utf8").catch(() => "{}");
  return objectAt(JSON.parse(text));
};

export const contractNames: readonly ContractName[] = ["openapi", "events", "table"];

/** How the declarations differ from what was committed, by contract. */
export const goldenDifferences = async (): Promise<Readonly<Record<ContractName, Differences>>> => {
  const present = await presentContracts();
  const differ = async (name: ContractName) => differences(name, await goldenContract(name), present[name]);
  return { openapi: await differ("openapi"), events: await differ("events"), table: await differ("table") };
};

/** Commits the present contracts to the golden files. */
export const writeGolden = async (): Promise<void> => {
  const present = await presentContracts();
  for (const name of contractNames) await writeFile(fileOf(name), textOf(present[name]));
};
