import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openDataFolder } from "../../infra/local/state.ts";
import { lambda, route, runFixture, send } from "./assembly.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "clientela-folder-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const entriesOf = (place: string): string[] => [
  place,
  ...readdirSync(place, { recursive: true }).map((name) => path.join(place, String(name))),
];
const modeOf = (entry: string): number => lstatSync(entry).mode & 0o777;
/** What others than the owner may read, write or look into. */
const openToOthers = (place: string): string[] =>
  entriesOf(place).filter((entry) => modeOf(entry) !== (lstatSync(entry).isDirectory() ? 0o700 : 0o600));

test("a data folder and all that is written into it are for its owner only", async () => {
  const fixture = await runFixture(
    {
      Store: lambda("store"),
      Files: lambda("files"),
      ...route("POST /items", "Store"),
      ...route("POST /files", "Files"),
    },
    folder,
  );
  await send(`${fixture.machine.url}/items`, { pk: { S: "a" } });
  await send(`${fixture.machine.url}/files`, { action: "put", Key: "a", text: "a" });
  await send(`${fixture.machine.url}/_local/settle`, {});
  const data = path.join(folder, "data");
  expect(entriesOf(data).map((entry) => path.basename(entry))).toEqual(
    expect.arrayContaining(["table.db", "state.db", "objects", "access.log", "store.log", "aws-credentials"]),
  );
  expect(openToOthers(data)).toEqual([]);
  await fixture.remove();
});

test("a data folder that everybody could read is closed when it is opened", () => {
  openDataFolder(folder).release();
  mkdirSync(path.join(folder, "objects", "uploads"), { recursive: true });
  for (const name of ["table.db", "table.db-wal", "objects/uploads/file", "logs/orders.log"])
    writeFileSync(path.join(folder, name), "");
  for (const entry of entriesOf(folder)) chmodSync(entry, lstatSync(entry).isDirectory() ? 0o755 : 0o644);
  expect(openToOthers(folder)).not.toEqual([]);
  openDataFolder(folder).release();
  expect(openToOthers(folder)).toEqual([]);
});

test("a folder that holds other files is refused and left as it was", () => {
  writeFileSync(path.join(folder, "letter.txt"), "");
  chmodSync(folder, 0o755);
  expect(() => openDataFolder(folder)).toThrow(/cannot be used: it holds other files/);
  expect([modeOf(folder), readdirSync(folder)]).toEqual([0o755, ["letter.txt"]]);
});

test("a data folder that cannot be made is named in the error", () => {
  const file = path.join(folder, "file");
  writeFileSync(file, "");
  expect(() => openDataFolder(path.join(file, "data"))).toThrow(
    new RegExp(`The data folder ${file}/data cannot be used: ENOTDIR`),
  );
});
