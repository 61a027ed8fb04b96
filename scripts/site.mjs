// A site for a while, and a browser to visit it: for whatever watches, tests or takes pictures of the
// built page.

import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname } from "node:path";
import { read } from "./steps.mjs";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm", ".css": "text/css", ".svg": "image/svg+xml" };
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** What a strict host sends with every page: the README's code block after "Content-Security-Policy". */
export const POLICY = /Content-Security-Policy[^]*?```\n([^]*?)```/.exec(read("README.md"))[1].replaceAll("\n", " ").trim();

/** A site whose `answer` gets each path with the request and the response; where it stands, and its end. */
export async function site(answer) {
  const server = createServer((request, response) => answer(decodeURIComponent(new URL(request.url, "http://x").pathname), response, request));
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

/** Sends a file, if there is one, with its type and these headers. */
export function send(response, file, headers = {}) {
  if (!file || !existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end();
  response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", ...headers });
  response.end(readFileSync(file));
}

/** A headless Chromium. */
export async function launch(chrome = process.env.CHROME ?? "/usr/bin/chromium") {
  const { chromium } = await import("playwright-core");
  return chromium.launch({ executablePath: chrome, args: FLAGS });
}
