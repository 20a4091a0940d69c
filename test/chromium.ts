/** A real Chromium for tests: CHROMIUM, or /usr/bin/chromium. */
import fs from "node:fs";
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
