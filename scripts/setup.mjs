/**
 * What every script needs before its own work: packages and a build. This is plain JavaScript that imports no packages,
 * because a fresh clone has none.
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
  fail(`kilograd needs Node ${major}.${minor} or newer, but this is Node ${process.versions.node}.`, 1);
}

/**
 * Runs a script with this Node. Its output goes to standard error, because standard output belongs to the command that
 * follows.
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

/** Installs the packages in a folder's lock file, or exits. */
export function install(what, folder = at()) {
  if (!tryInstall(what, folder))
    fail(`${what} failed. Check the network connection, and run \`npm ci\` for details.`, 1);
}

/**
 * Installs the packages in a folder's lock file, unless they are installed. npm writes its own copy of that file at the
 * end, which shows whether they are.
 * @param scripts whether to run the packages' install scripts; Bun's puts its program in place
 * @returns whether they are installed
 */
export function tryInstall(what, folder, { scripts = false } = {}) {
  const lock = path.join(folder, "package-lock.json");
  if (changed(path.join(folder, "node_modules", ".package-lock.json")) >= changed(lock)) return true;
  const npm = process.env.npm_execpath;
  if (!npm?.endsWith(".js")) fail("Packages are missing or outdated. Run `npm ci`, or start with npm.", 1);
  const quiet = ["--no-audit", "--no-fund", "--include=dev", "--loglevel=error", `--ignore-scripts=${!scripts}`];
  return run(what, [npm, "ci", "--prefix", folder, ...quiet]);
}

const filesIn = (folder) => readdirSync(folder, { recursive: true }).map((name) => path.join(folder, name));

function newestSource() {
  const sources = filesIn(at("src")).filter((file) => /(?<!\.test)\.(ts|py)$/.test(file));
  return Math.max(...sources.map(changed));
}

/** The stamp is written only after a successful build, so a failed build is repeated. */
function build() {
  const stamp = at("dist", ".built");
  const scripts = readdirSync(at("scripts")).filter((name) => name.endsWith(".mjs"));
  const settings = [
    "tsconfig.json",
    "tsconfig.build.json",
    "package.json",
    ...scripts.map((name) => `scripts/${name}`),
  ];
  if (changed(stamp) >= Math.max(newestSource(), ...settings.map((name) => changed(at(name))))) return;
  const began = Date.now() - 1;
  const tsc = at("node_modules", "typescript", "bin", "tsc");
  const hint = "Fix the errors above and start again.";
  mustRun("Building types", [tsc, "-p", "tsconfig.build.json"], hint);
  mustRun("Building", [at("scripts", "bundle.mjs")], hint);
  removeStale(began);
  writeFileSync(stamp, "");
}

/** Removes the output of sources that no longer exist, which would end up in the package. */
function removeStale(began) {
  for (const file of filesIn(at("dist"))) {
    if (statSync(file).isFile() && changed(file) < began) rmSync(file);
  }
}
