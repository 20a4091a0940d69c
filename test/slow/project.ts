/** A project outside this repository, into which the package is installed as from the registry. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { root } from "../chromium.js";
import { inEnvironment } from "../environments.js";

export interface Project {
  readonly folder: string;
  /** Runs a program in the project and returns its output. */
  readonly run: (command: string, ...args: readonly string[]) => string;
  readonly remove: () => void;
}

/**
 * @param what becomes part of the folder's name
 * @param pages whether it gets a copy of page/, which uses every entry
 */
export function makeProject(what: string, pages: boolean): Project {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `kilograd-${what}-`));
  if (pages) fs.cpSync(root("test", "slow", "page"), folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: what, private: true, type: "module" }));
  const run = (command: string, ...args: readonly string[]): string => {
    const { status, stdout, stderr, error } = spawnSync(command, args, {
      cwd: folder,
      encoding: "utf8",
      timeout: 180_000,
    });
    assert.equal(status, 0, error?.message ?? `${command} ${args.join(" ")}\n${stdout}${stderr}`);
    return stdout;
  };
  const npm = (...args: readonly string[]): string => {
    const script = process.env["npm_execpath"];
    return script?.endsWith(".js") ? run(process.execPath, script, ...args) : run("npm", ...args);
  };
  const pack = ["pack", "--ignore-scripts", "--pack-destination", folder, root()];
  const tarball = npm(...pack)
    .trim()
    .split("\n")
    .at(-1)!;
  npm(
    "install",
    "--prefer-offline",
    "--no-audit",
    "--no-fund",
    "--no-package-lock",
    "--legacy-peer-deps",
    `./${tarball}`,
  );
  return { folder, run, remove: () => fs.rmSync(folder, { recursive: true, force: true }) };
}

/** A program of the environment web-tools. */
export const webTool = (name: string): string => inEnvironment("web-tools", ".bin", name);
