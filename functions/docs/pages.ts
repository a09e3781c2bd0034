import { allProblems } from "../kit/openapi/document.ts";

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (char) => entities[char] ?? char);

/** Where the pages find their script and style sheet. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

const page = (title: string, { style }: PageAssets, body: string, more = ""): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${escaped(style)}">
${more}</head>
<body>
${body}
</body>
</html>
`;

/** The reference: a custom element that reads the document and shows it. */
export const referencePage = (assets: PageAssets): string =>
  page(
    "Clientela: the reference",
    assets,
    `<openapi-explorer spec-url="/v1/openapi.json" heading-text="Clientela" hide-server-selection hide-components collapse
  nav-item-spacing="compact"><noscript>The reference needs JavaScript; <a href="/v1/openapi.json">the document
  itself</a> does not.</noscript></openapi-explorer>`,
    `<script type="module" src="${escaped(assets.script)}"></script>\n`,
  );

/** Every problem code, by area; each can be linked to by its code. */
export const problemsPage = (assets: PageAssets): string => {
  const areas = Map.groupBy(allProblems(), ({ code }) => code.split(".")[0] ?? code);
  const sections = [...areas].map(([area, problems]) => {
    const rows = problems.map(
      ({ code, title, status }) =>
        `<tr id="${escaped(code)}"><td><a href="#${escaped(code)}"><code>${escaped(code)}</code></a></td>` +
        `<td><span class="status s${Math.floor(status / 100)}">${status}</span></td><td>${escaped(title)}</td></tr>`,
    );
    return `<section><h2>${escaped(area)}</h2>
<table><thead><tr><th>Code</th><th>Status</th><th>What it says</th></tr></thead><tbody>
${rows.join("\n")}
</tbody></table></section>`;
  });
  return page(
    "Clientela: problems",
    assets,
    `<main class="problems">
<p><a href="/docs">The reference</a></p>
<h1>Problems</h1>
<p>What is refused is answered as <code>application/problem+json</code>. A code is stable: programs may rely on it,
while titles and details are for people. <code>errors</code> in a problem names every field at fault.</p>
${sections.join("\n")}
</main>`,
  );
};
