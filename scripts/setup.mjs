/**
 * What every script needs before its own work: packages and a build. Plain JavaScript without imports from packages,
 * since in a fresh clone there are none.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** A path in this checkout. */
export const at = (...parts) => path.join(root, ...parts);
const changed = (file) => (existsSync(file) ? statSync(file).mtimeMs : 0);

function fail(message, status) {
  process.stderr.write(`${message}\n`);
  process.exit(status);
}

/** Installs what is missing and builds what has changed. */
export function prepare() {
  requireNode(20, 16);
  install("Installing packages");
  build();
}

function requireNode(major, minor) {
  const [have, haveMinor] = process.versions.node.split(".").map(Number);
  if (have > major || (have === major && haveMinor >= minor)) return;
  fail(`kilograd needs Node ${major}.${minor} or newer, this is Node ${process.versions.node}.`, 1);
}

/**
 * Runs a script with this Node. Its output is shown on standard error: standard output belongs to what follows.
 * @returns whether it succeeded
 */
export function run(what, args) {
  process.stderr.write(`${what} …\n`);
  const { status, signal } = spawnSync(process.execPath, args, { cwd: root, stdio: ["inherit", 2, 2] });
  if (signal === "SIGINT" || status === 130) process.exit(130);
  return status === 0;
}

function mustRun(what, args, hint) {
  if (!run(what, args)) fail(`${what} failed. ${hint}`, 1);
}

/** Installs what a folder's lock file names, or exits. */
export function install(what, folder = at()) {
  if (!tryInstall(what, folder)) fail(`${what} failed. Is the network there? Run \`npm ci\` to see more.`, 1);
}

/**
 * Installs what a folder's lock file names, if it is not there; npm writes its own copy of that file at the end.
 * @param scripts whether the packages' install scripts are run: Bun's puts its program in place
 * @returns whether it is there
 */
export function tryInstall(what, folder, { scripts = false } = {}) {
  const lock = path.join(folder, "package-lock.json");
  if (changed(path.join(folder, "node_modules", ".package-lock.json")) >= changed(lock)) return true;
  const npm = process.env.npm_execpath;
  if (!npm?.endsWith(".js")) fail("Packages are missing or old. Run `npm ci`, or start with npm.", 1);
  const quiet = ["--no-audit", "--no-fund", "--include=dev", "--loglevel=error", `--ignore-scripts=${!scripts}`];
  return run(what, [npm, "ci", "--prefix", folder, ...quiet]);
}

const filesIn = (folder) => readdirSync(folder, { recursive: true }).map((name) => path.join(folder, name));

function newestSource() {
  const sources = filesIn(at("src")).filter((file) => /(?<!\.test)\.(ts|py)$/.test(file));
  return Math.max(...sources.map(changed));
}

/** The stamp is written when a build has succeeded, so that a broken one is repeated. */
function build() {
  const stamp = at("dist", ".built");
  const settings = [
    "tsconfig.json",
    "tsconfig.build.json",
    "package.json",
    "scripts/bundle.mjs",
    "scripts/op-records.mjs",
    "scripts/program-text.mjs",
  ];
  if (changed(stamp) >= Math.max(newestSource(), ...settings.map((name) => changed(at(name))))) return;
  const began = Date.now() - 1;
  const tsc = at("node_modules", "typescript", "bin", "tsc");
  const hint = "Correct what is shown above and start again.";
  mustRun("Building types", [tsc, "-p", "tsconfig.build.json"], hint);
  mustRun("Building", [at("scripts", "bundle.mjs")], hint);
  removeStale(began);
  writeFileSync(stamp, "");
}

/** Removes what an earlier build left of sources that are gone: it would go into the package. */
function removeStale(began) {
  for (const file of filesIn(at("dist"))) {
    if (statSync(file).isFile() && changed(file) < began) rmSync(file);
  }
}
