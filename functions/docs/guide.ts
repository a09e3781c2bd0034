import { pageSize } from "../../domain/kernel/page.ts";
import { keyLifetimeSeconds } from "../kit/idempotency.ts";
import { mostBodyBytes } from "../kit/validate.ts";

/** Without `toLocaleString`, which loads the language data of ICU (6 ms) for one number. */
const inThousands = (value: number): string => {
  const digits = String(value);
  const groups: string[] = [];
  for (let end = digits.length; end > 0; end -= 3) groups.unshift(digits.slice(Math.max(0, end - 3), end));
  return groups.join(",");
};

/** The start page of the reference: what holds for every route. Markdown. */
export const guide = `
Clientela keeps a company's work with its clients: who they are, what was said and promised, which deals are open.
Everything below is derived from the declarations that the service itself runs on: a request of the documented
form is accepted, and an answer has the documented form.

## Authentication

Send the token of a member with every request:

\`\`\`
Authorization: Bearer <token>
\`\`\`

The token says who asks and for which tenant; no request names a tenant. Role and rights are read with every
request, so that a change of role or a dismissal takes effect at once. What a member may not see answers exactly
as what does not exist: \`404 record.not-found\`.

## Repeating a request safely

A request that changes something takes an \`Idempotency-Key\` of up to 255 visible ASCII characters, best a random
one. The same key with the same path, query and body answers as the first time and says
\`Idempotency-Replayed: true\`; with another request it is refused with \`422 idempotency.key-reused\`. A key is
remembered for ${keyLifetimeSeconds / 86_400} days and belongs to the member and the route. With a key, a request whose answer was lost can
be sent again without doing its work twice.

## Versions of a record

A record has a \`version\`, which is also its \`ETag\`. A change that carries \`If-Match: "3"\` is carried out only while
the record is in version 3; otherwise it is refused with \`412 record.stale\`. Without \`If-Match\` the last change
wins.

## Lists

A list gives up to \`limit\` items (${pageSize.standard} where nothing is said, at most ${pageSize.most}) and, where more follow, the cursor of the
next page as \`next\`: send it as \`cursor\` with the same query. A cursor is good for its own query and tenant only.

## Problems

What is refused is answered as \`application/problem+json\` (RFC 9457) with a stable \`code\`; all of them stand on the
[page of problems](/docs/problems). \`errors\` names every field at fault by a JSON pointer into the body, or by
\`/path/…\`, \`/query/…\` or \`/header/…\`. Quote the \`correlationId\` when you report a problem. A few refusals come from
the gateway in front of the service, such as that of a request without a valid token: they hold a \`message\` alone
and have no \`X-Correlation-Id\`.

## Values

Amounts of money are whole numbers of the currency's minor unit (\`amountMinor\`), quantities whole numbers of the
unit's smallest part. Instants are UTC to the millisecond, \`2026-11-23T18:00:00.000Z\`; days are \`2026-11-23\`. Texts
are counted in UTF-16 code units and lose the spaces around them. A body has at most ${inThousands(mostBodyBytes)} bytes.
`.trim();
