import { readFileSync } from "node:fs";
import path from "node:path";
import type { Overview } from "./overview.ts";

const asset = (name: string): string => readFileSync(path.join(import.meta.dirname, "page", name), "utf8");

/** JSON that may stand inside a script element. */
const inScript = (value: unknown): string => JSON.stringify(value).replaceAll("<", "\\u003c");

/**
 * The page at `/_local`: one document without outer resources. The state stands in it, and its script
 * draws it and asks for it anew every second.
 * @param nonce lets them run under the page's Content-Security-Policy
 */
export const renderPage = (state: Overview, nonce: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Clientela · this machine</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%230f766e'/%3E%3Cpath d='M11 5.2A4 4 0 1 0 11 10.8' fill='none' stroke='white' stroke-width='2'/%3E%3C/svg%3E">
<style nonce="${nonce}">${asset("page.css")}</style>
</head>
<body>
${asset("body.html")}
<script nonce="${nonce}">window.initialState = ${inScript(state)};
${asset("draw.js")}</script>
</body>
</html>
`;
