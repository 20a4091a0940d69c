/**
 * A Chromium for tests, and a server for its pages. It is the one that CHROMIUM names, or Debian's, or the one that
 * `npm test` installs if there is no other. `needs("browser")` (oracles.ts) says whether there is one.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Browser } from "playwright-core";
import { inEnvironment } from "./environments.js";

interface Program {
  readonly executablePath: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Debian's Chromium, or the one that CHROMIUM names. */
const usual: Program = { executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", env: process.env };

/** The Chromium that test/environments/browser/unpack.mjs has unpacked, with its own libraries and fonts. */
function unpacked(): Program {
  const folder = inEnvironment("browser", ".chromium");
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: path.join(folder, "al2023", "lib"),
    FONTCONFIG_FILE: path.join(folder, "fonts", "fonts.conf"),
    XDG_CACHE_HOME: path.join(folder, "cache"),
  };
  return { executablePath: path.join(folder, "chromium"), env };
}

const isThere = ({ executablePath }: Program): boolean => fs.existsSync(executablePath);

function program(): Program {
  return process.env["CHROMIUM"] || isThere(usual) ? usual : unpacked();
}

/** Why no browser can be used here; null if one can. */
export function browserProblem(): string | null {
  const { executablePath, env } = program();
  if (executablePath === usual.executablePath) return isThere(usual) ? null : `there is no ${executablePath}`;
  if (!fs.existsSync(executablePath)) return `there is no ${usual.executablePath}, and none from npm`;
  const { status, stderr } = spawnSync(executablePath, ["--version"], { env, encoding: "utf8" });
  return status === 0 ? null : `npm's Chromium does not start, ${stderr.trim().split("\n")[0]}`;
}

export async function launchChromium(): Promise<Browser> {
  const { executablePath, env } = program();
  const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", ...quiet];
  const set = Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => !!entry[1]));
  const browser = await chromium.launch({ executablePath, args, env: set });
  process.stdout.write(`  Chromium ${browser.version()}: ${executablePath}\n`);
  return browser;
}

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".svg": "image/svg+xml",
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
