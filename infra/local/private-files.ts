import { chmodSync, closeSync, lstatSync, openSync, readdirSync } from "node:fs";
import path from "node:path";

/** Modes of what lies in a data folder: nobody but its owner reads it. */
export const privateFile = 0o600;
export const privateFolder = 0o700;

/** Makes the file if it is not there, for those that would make it with the rights of everybody. */
export const makePrivateFile = (file: string): void => closeSync(openSync(file, "a", privateFile));

/** Takes everybody else's rights from a folder and all that lies in it. */
export const makePrivate = (folder: string): void => {
  chmodSync(folder, privateFolder);
  for (const name of readdirSync(folder)) {
    const entry = path.join(folder, name);
    const found = lstatSync(entry);
    if (found.isDirectory()) makePrivate(entry);
    else if (found.isFile() && (found.mode & 0o777) !== privateFile) chmodSync(entry, privateFile);
  }
};
