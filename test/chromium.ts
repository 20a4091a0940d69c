/** Chromium, driven by playwright-core, and a server for its pages. */
import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** Where package managers put it. */
const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium"];
export const chromium = process.env["CHROMIUM"] ?? places.find((place) => fs.existsSync(place));

/** What the tests use of playwright-core, which fixtures/other-runtimes has. */
export interface Page {
  goto(address: string): Promise<unknown>;
  evaluate<T>(script: string): Promise<T>;
  waitForFunction(script: string, argument: null, options: { timeout: number }): Promise<unknown>;
  on(event: "pageerror", listener: (error: Error) => void): void;
  readonly mouse: { move(x: number, y: number): Promise<void>; down(): Promise<void>; up(): Promise<void> };
}
export interface Browser {
  newPage(): Promise<Page>;
  close(): Promise<void>;
}
interface Playwright {
  readonly chromium: { launch(options: object): Promise<Browser> };
}

export async function launchChromium(): Promise<Browser> {
  const require = createRequire(new URL("../fixtures/other-runtimes/package.json", import.meta.url));
  const { chromium: kind } = require("playwright-core") as Playwright;
  const quiet = ["quic", "background-networking", "component-update", "sync", "gpu"].map((name) => `--disable-${name}`);
  return kind.launch({ executablePath: chromium, args: ["--no-sandbox", "--no-first-run", ...quiet] });
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
