/**
 * The npm environments in test/environments, which only tests use. `npm start` needs none of them. If one cannot be
 * installed, the tests that need it are skipped (test/oracles.ts).
 */
import { existsSync } from "node:fs";
import process from "node:process";
import { at, run, tryInstall } from "./setup.mjs";

const environments = [
  { name: "current-node", what: "a current Node" },
  { name: "other-runtimes", what: "Deno, Bun and Vite", scripts: true },
  { name: "browser", what: "a browser", wanted: noBrowser, unpack: "unpack.mjs" },
  { name: "web-tools", what: "bundlers, Jest and workerd", slow: true },
];

/** Whether the tests of pages need npm's browser, which runs only on Linux x64. */
function noBrowser() {
  const suits = process.platform === "linux" && process.arch === "x64";
  return suits && !process.env.CHROMIUM && !existsSync("/usr/bin/chromium");
}

/** @param slow whether the slow tests are run, which need more */
export function installEnvironments(slow) {
  for (const { name, what, scripts = false, wanted, unpack, slow: onlyForSlow = false } of environments) {
    if ((wanted && !wanted()) || (onlyForSlow && !slow)) continue;
    const folder = at("test", "environments", name);
    const installed = tryInstall(`Installing ${what}`, folder, { scripts });
    const ready = installed && (!unpack || run(`Unpacking ${what}`, [at("test", "environments", name, unpack)]));
    if (!ready) process.stderr.write(`Tests that need ${what} will be skipped.\n`);
  }
}
