import type { Chance } from "../../infra/local/demo/chance.ts";

/** A request that a client would send. */
export interface Base {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request as no client would send it. */
export interface Malformed {
  /** Which faults it has. */
  readonly faults: string;
  readonly bytes: Buffer;
  /** What the sender does next: read the answer, wait a little for one that may not come, or go away without it. */
  readonly ending: "read" | "wait" | "close" | "reset";
}

/** A request in parts, which need not fit each other. */
interface Draft {
  method: string;
  target: string;
  version: string;
  headers: [name: string, value: string][];
  body: Buffer;
  /** Undefined: the length of the body. */
  length: string | undefined;
  ending: Malformed["ending"];
  /** What goes over the wire instead, or is cut from it. */
  wire: (bytes: Buffer) => Buffer;
}
type Fault = (draft: Draft, chance: Chance) => void;

const oddTexts = [
  ...[
    "",
    " ",
    "/",
    "//",
    "///",
    "\\",
    "*",
    ".",
    "..",
    "%",
    "%%",
    "%2",
    "%zz",
    "%00",
    "%ff",
    "%c0%af",
    "%ed%a0%80",
  ],
  ...[
    "?",
    "??",
    "&",
    "=",
    "&&==&",
    "#",
    ";",
    ":",
    "@",
    "[",
    "]",
    "{",
    "}",
    "<script>",
    "'",
    '"',
    "`",
    "$(x)",
    "#{x}",
  ],
  ...[
    "null",
    "undefined",
    "NaN",
    "Infinity",
    "-1",
    "1e999",
    "0x10",
    "true",
    "__proto__",
    "constructor",
    "toString",
  ],
  ...[
    "é",
    "\u00ff",
    "\u0080",
    "\t",
    "http://",
    "http://evil.example/",
    "http://[",
    "//evil.example",
    "file:///etc/passwd",
  ],
];

const pick = (chance: Chance): string => {
  const text = chance.of(oddTexts);
  return chance.is(0.1) ? text.repeat(chance.between(2, 3_000)) : text;
};

const bytesOf = (chance: Chance, count: number): Buffer =>
  Buffer.from(Array.from({ length: count }, () => chance.between(0, 255)));

const setHeader = (draft: Draft, name: string, value: string): void => {
  draft.headers = [...draft.headers.filter(([other]) => other.toLowerCase() !== name), [name, value]];
};

const oddMethods = [
  ...[
    "",
    "get",
    "GETT",
    "G\u00cbT",
    "CONNECT",
    "TRACE",
    "PRI",
    "M-SEARCH",
    "PURGE",
    "QUERY",
    "HEAD",
    "OPTIONS",
  ],
  ...["DELETE", "PATCH", "PUT", "SOURCE", "A".repeat(5_000), "GET GET", "\u0000", "-"],
];

const requestLine: Record<string, Fault> = {
  method: (draft, chance) => {
    draft.method = chance.of(oddMethods);
  },
  "empty target": (draft, chance) => {
    draft.target = chance.of(["//", "", "/", "*", "?", "/?", "//?", "/%", "///v1", "/.", "/.."]);
  },
  "absolute target": (draft, chance) => {
    draft.target = `${chance.of(["http:", "https:", "file:", "//", "http://", "http://u:p@"])}${chance.of(["", "//", "evil.example", "127.0.0.1:1", "[::1", "%"])}${draft.target}`;
  },
  "odd target": (draft, chance) => {
    const at = chance.between(0, draft.target.length);
    draft.target = draft.target.slice(0, at) + pick(chance) + draft.target.slice(at);
  },
  "odd query": (draft, chance) => {
    draft.target += `${draft.target.includes("?") ? "&" : "?"}${pick(chance)}=${pick(chance)}`;
  },
  "long target": (draft, chance) => {
    draft.target += `/${"a".repeat(chance.between(1_000, 20_000))}`;
  },
  version: (draft, chance) => {
    draft.version = chance.of([
      "HTTP/1.0",
      "HTTP/0.9",
      "HTTP/2.0",
      "HTTP/9.9",
      "HTTPS/1.1",
      "",
      "http/1.1",
      "HTTP/1.1 x",
    ]);
  },
};

const headerNames = [
  ...[
    "host",
    "origin",
    "referer",
    "authorization",
    "cookie",
    "content-type",
    "content-encoding",
    "accept",
    "range",
  ],
  ...["accept-encoding", "if-match", "if-none-match", "idempotency-key", "x-correlation-id", "x-amz-target"],
  ...[
    "x-amz-date",
    "x-amz-content-sha256",
    "x-amz-decoded-content-length",
    "x-amz-copy-source",
    "content-md5",
  ],
  ...[
    "x-amz-checksum-sha256",
    "expect",
    "upgrade",
    "connection",
    "te",
    "trailer",
    "x-forwarded-for",
    "forwarded",
  ],
  ...[
    "sec-fetch-site",
    "access-control-request-method",
    "access-control-request-headers",
    "__proto__",
    "constructor",
  ],
];
const headerValues = [
  ...[
    "aws-chunked",
    "gzip",
    "gzip;q=0",
    "bytes=0-0",
    "bytes=9-1",
    "bytes=-0",
    "bytes=99999999999999999999-",
    "100-continue",
  ],
  ...[
    "websocket",
    "close, upgrade",
    "application/json; charset=utf-16",
    "application/json;charset=x-none",
    "text/plain",
  ],
  ...[
    "multipart/form-data; boundary=",
    "application/x-www-form-urlencoded",
    "null",
    "https://evil.example",
    "evil.example",
  ],
  ...[
    "Bearer",
    "Bearer ",
    "Bearer a.b.c",
    "Basic Og==",
    "AWS4-HMAC-SHA256 Credential=",
    '"1"',
    "*",
    'W/"x"',
    '"',
  ],
  ...["AWS4-HMAC-SHA256 Credential=a/b/c/s3/aws4_request, SignedHeaders=;;, Signature=zz"],
  ...[
    "AWS4-HMAC-SHA256 Credential=a/b/c/events/aws4_request,SignedHeaders=host,Signature=",
    "a=b; a=b; =; ;;",
  ],
];

const headers: Record<string, Fault> = {
  "odd header": (draft, chance) => {
    setHeader(draft, chance.of(headerNames), chance.is(0.6) ? chance.of(headerValues) : pick(chance));
  },
  "odd host": (draft, chance) => {
    setHeader(
      draft,
      "host",
      chance.of(["", "evil.example", "localhost:99999", "[::1", "127.0.0.1:x", "a b", "\u00ff"]),
    );
  },
  "no host": (draft) => {
    draft.headers = draft.headers.filter(([name]) => name !== "host");
  },
  "header twice": (draft, chance) => {
    draft.headers.push([chance.of(headerNames), chance.of(headerValues)], chance.of(draft.headers));
  },
  "header flood": (draft, chance) => {
    const count = chance.between(100, 3_000);
    for (let number = 0; number < count; number += 1) draft.headers.push([`x-${number}`, "1"]);
  },
  "long header": (draft, chance) => {
    setHeader(draft, chance.of(headerNames), "a".repeat(chance.between(5_000, 60_000)));
  },
  "broken header": (draft, chance) => {
    draft.headers.push(
      chance.of([
        ["", "x"],
        ["a b", "x"],
        ["a\u0000", "x"],
        ["x\r\n folded", "x"],
        ["\u00e9", "x"],
        ["x", "a\u0000b"],
        ["x", "a\rb"],
        ["x", "a\nb"],
        ["x", "\u007f"],
      ]),
    );
  },
};

const lengths: Record<string, Fault> = {
  "wrong length": (draft, chance) => {
    const actual = draft.body.length;
    draft.length = String(chance.of([0, 1, actual - 1, actual + 1, actual * 2 + 7, 10 ** 9, 2 ** 53, -1]));
  },
  "odd length": (draft, chance) => {
    draft.length = chance.of([
      "",
      "x",
      "1e3",
      "0x10",
      "+5",
      "5, 5",
      "5, 6",
      " ",
      "99999999999999999999",
      "1.5",
    ]);
  },
  "chunked garbage": (draft, chance) => {
    draft.length = undefined;
    draft.headers.push([
      "transfer-encoding",
      chance.of(["chunked", "chunked", "chunked, chunked", "gzip", "identity", "x"]),
    ]);
    draft.body = Buffer.concat([
      Buffer.from(
        chance.of([
          "5\r\nabcde\r\n0\r\n\r\n",
          "5\r\nabc",
          "zz\r\n",
          "-1\r\n",
          "FFFFFFFFFFFFFFFFFF\r\n",
          "0\r\nx: y\r\n\r\n",
          "5;a=b\r\nabcde\r\n0\r\n",
          "\r\n\r\n",
          "5\nabcde\n0\n\n",
        ]),
      ),
      bytesOf(chance, chance.between(0, 20)),
    ]);
  },
  "length and chunks": (draft) => {
    draft.headers.push(["transfer-encoding", "chunked"]);
    draft.length = String(draft.body.length);
  },
};

const oddBodies = [
  ...[
    "",
    "{",
    "}",
    "[",
    "null",
    "true",
    "0",
    '""',
    "[]",
    "{}",
    "{{}}",
    '{"a":1,}',
    "{'a':1}",
    '{"a":1}{"a":1}',
    "NaN",
  ],
  ...[
    '{"__proto__":{"x":1}}',
    '{"constructor":{"prototype":{}}}',
    '{"toJSON":1}',
    '{"length":-1}',
    '"\\ud800"',
  ],
  ...[
    '{"a":1e999}',
    '{"a":-0}',
    '{"a":123456789012345678901234567890}',
    '{"a":"\\u0000"}',
    "\ufeff{}",
    "a=b&c=d",
  ],
  ...[
    "<xml/>",
    '--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n--x--',
    '{"\\u0000":1}',
    '{"":{"":{"":1}}}',
  ],
];

const bodies: Record<string, Fault> = {
  "odd body": (draft, chance) => {
    draft.body = Buffer.from(chance.of(oddBodies));
  },
  "cut body": (draft, chance) => {
    draft.body = draft.body.subarray(0, chance.between(0, draft.body.length));
  },
  "changed body": (draft, chance) => {
    draft.body = Buffer.from(draft.body);
    if (draft.body.length === 0) return;
    for (let count = chance.between(1, 8); count > 0; count -= 1)
      draft.body[chance.between(0, draft.body.length - 1)] = chance.between(0, 255);
  },
  "deep body": (draft, chance) => {
    const depth = chance.between(100, 50_000);
    draft.body = Buffer.from(
      chance.is(0.5) ? "[".repeat(depth) : `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`,
    );
  },
  "binary body": (draft, chance) => {
    draft.body = bytesOf(chance, chance.between(1, 2_000));
  },
  "changed value": (draft, chance) => {
    const text = draft.body.toString();
    const values = [...text.matchAll(/:("[^"]*"|-?\d+|true|false|null)/g)];
    if (values.length === 0) return;
    const { index, 0: found } = chance.of(values);
    const odd = chance.of([
      '"\\u0000"',
      '"\\ud800"',
      "-1",
      "1e400",
      "0.1",
      "9007199254740993",
      "[]",
      "{}",
      '""',
      `"${"x".repeat(5_000)}"`,
      "null",
    ]);
    draft.body = Buffer.from(`${text.slice(0, index)}:${odd}${text.slice(index + found.length)}`);
  },
};

/** Much at once: rare, because it takes long. */
const heavy: Record<string, Fault> = {
  "large body": (draft, chance) => {
    draft.body = Buffer.alloc(chance.between(900_000, 11_000_000), chance.of(["a", "[", " ", '{"a":']));
  },
};

const tlsHello = Buffer.from("16030100c8010000c40303", "hex");

const wires: Record<string, Fault> = {
  "bytes of TLS": (draft, chance) => {
    draft.wire = () => Buffer.concat([tlsHello, bytesOf(chance, 190)]);
  },
  "random bytes": (draft, chance) => {
    draft.wire = () => bytesOf(chance, chance.between(1, 500));
  },
  "changed bytes": (draft, chance) => {
    draft.wire = (bytes) => {
      for (let count = chance.between(1, 10); count > 0; count -= 1)
        bytes[chance.between(0, Math.min(bytes.length, 2_000) - 1)] = chance.between(0, 255);
      return bytes;
    };
  },
  "early close": (draft, chance) => {
    draft.wire = (bytes) => bytes.subarray(0, chance.between(0, bytes.length));
    draft.ending = chance.of(["close", "reset"]);
  },
  "no reader": (draft, chance) => {
    draft.ending = chance.of(["close", "reset"]);
  },
  "several at once": (draft, chance) => {
    const count = chance.between(2, 6);
    draft.wire = (bytes) => Buffer.concat(Array.from({ length: count }, () => bytes));
  },
  "bare line ends": (draft, chance) => {
    const end = chance.of(["\n", "\r", "\r\r\n", "\n\r"]);
    draft.wire = (bytes) => Buffer.from(bytes.toString("latin1").replaceAll("\r\n", end), "latin1");
  },
};

/** Faults of the body come most often: those of HTTP itself end before the product. */
const kinds = [requestLine, headers, headers, lengths, wires, bodies, bodies, bodies, bodies];
const faultCounts = [1, 1, 1, 2, 2, 3];
const heavyShare = 0.004;

const write = ({ method, target, version, headers: all, body, length, wire }: Draft): Buffer => {
  const lines = [
    `${method} ${target} ${version}`,
    ...all.map(([name, value]) => `${name}: ${value}`),
    ...(length === undefined ? [] : [`content-length: ${length}`]),
  ];
  return wire(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), body]));
};

/** Makes a malformed request out of one that is not: up to three faults, the same for the same chance. */
export const malform = (base: Base, chance: Chance): Malformed => {
  const body = Buffer.from(base.body);
  const draft: Draft = {
    method: base.method,
    target: base.target,
    version: "HTTP/1.1",
    headers: Object.entries({ connection: "close", ...base.headers }),
    body,
    length: undefined,
    ending: "read",
    wire: (bytes) => bytes,
  };
  const named: string[] = [];
  const apply = (kind: Record<string, Fault>): void => {
    const [name, fault] = chance.of(Object.entries(kind));
    named.push(name);
    fault(draft, chance);
  };
  // The length is what the body has, unless a fault says otherwise.
  const chosen = Array.from({ length: chance.of(faultCounts) }, () => chance.of(kinds));
  for (const kind of chosen) if (kind !== lengths) apply(kind);
  if (chance.is(heavyShare)) apply(heavy);
  if (draft.body.length > 0 || draft.method !== "GET") draft.length = String(draft.body.length);
  if (chosen.includes(lengths)) {
    apply(lengths);
    // The server may rightly wait for the rest.
    if (draft.ending === "read") draft.ending = "wait";
  }
  return { faults: named.join(", "), bytes: write(draft), ending: draft.ending };
};
