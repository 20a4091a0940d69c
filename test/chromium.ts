/** A real Chromium for tests (CHROMIUM, or /usr/bin/chromium), and a server for its pages. */
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Browser } from "playwright-core";

/** @throws Error where there is none: the tests that need it are not skipped */
export async function launchChromium(): Promise<Browser> {
  const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
  if (!fs.existsSync(executablePath)) {
    throw new Error(`${executablePath} is not there: install Chromium, or set CHROMIUM to the path of one`);
  }
  const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-quic", ...quiet] });
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
};

/**
 * Serves a folder on a free port.
 * @param isolated whether pages may share memory between threads (the headers COOP and COEP)
 */
export async function serve(folder: string, isolated: boolean): Promise<{ address: string; close: () => void }> {
  const headers = isolated
    ? { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" }
    : {};
  const server = http.createServer((request, response) => {
    const file = path.join(folder, new URL(request.url!, "http://localhost").pathname);
    if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile()) return void response.writeHead(404).end();
    response.writeHead(200, { "Content-Type": TYPES[path.extname(file)] ?? "application/octet-stream", ...headers });
    response.end(fs.readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}`, close: () => server.close() };
}

/** The folder of a project in this repository. */
export function root(...parts: string[]): string {
  return path.join(fileURLToPath(new URL("..", import.meta.url)), ...parts);
}
