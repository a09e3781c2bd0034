import { parseArgs } from "node:util";
import { type Encoding, encodings } from "../../../domain/imports/decode.ts";

export const usage = `npm run import -- --profile <name or file> <folder> [options]

  --profile      a profile of the product (maven-crm, cdnow), or a JSON file of your own
  --url          the API, http://127.0.0.1:4000 if PORT does not say otherwise
  --token        an access token; or the environment variable CLIENTELA_TOKEN
  --email        the member for whom a stack on this machine gives a token (admin@demo.example)
  --set x=y      what stands for {{x}} in the profile; may be repeated
  --only <title> only these files of the profile; may be repeated
  --encoding     the encoding of the files (windows-1252, iso-8859-2, …) where it cannot be found out
  --dry-run      report what would happen and make nothing. Records that an earlier file of the
                 same profile would make are not there for the later ones
  --help         this text`;

export interface Arguments {
  readonly profile: string;
  readonly folder: string;
  readonly url: string;
  readonly token: string | undefined;
  readonly email: string;
  readonly values: Readonly<Record<string, string>>;
  readonly only: readonly string[];
  readonly encoding: Encoding | undefined;
  readonly dryRun: boolean;
}

/** @throws Error, naming the encodings that are known */
const encodingOf = (name: string | undefined): Encoding | undefined => {
  const encoding = encodings.find((known) => known === name?.toLowerCase());
  if (name !== undefined && !encoding)
    throw new Error(`--encoding ${name} is not known; it has to be one of ${encodings.join(", ")}`);
  return encoding;
};

/** What the command line asks for, or undefined for `--help`. @throws Error, saying what is wrong */
export const argumentsOf = (
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Arguments | undefined => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      profile: { type: "string" },
      url: { type: "string" },
      token: { type: "string" },
      email: { type: "string", default: "admin@demo.example" },
      set: { type: "string", multiple: true, default: [] },
      only: { type: "string", multiple: true, default: [] },
      encoding: { type: "string" },
      "dry-run": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const [folder, ...more] = positionals;
  if (values.profile === undefined || folder === undefined || more.length > 0)
    throw new Error("a profile and one folder are needed");
  return {
    profile: values.profile,
    folder,
    url: values.url ?? `http://127.0.0.1:${environment.PORT ?? 4000}`,
    token: values.token ?? environment.CLIENTELA_TOKEN,
    email: values.email,
    values: Object.fromEntries(
      values.set.map((setting) => {
        const at = setting.indexOf("=");
        if (at < 1) throw new Error(`--set ${setting} has to be --set name=value`);
        return [setting.slice(0, at), setting.slice(at + 1)];
      }),
    ),
    only: values.only,
    encoding: encodingOf(values.encoding),
    dryRun: values["dry-run"],
  };
};
