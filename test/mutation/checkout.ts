/**
 * Copies of the checkout. Mutants are tried in them, so that the files you work on never change. Each TypeScript file of a
 * copy has its JavaScript beside it: to translate it again in every process would take longer than most tests.
 */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { transformSync } from "esbuild";

const at = (root: string, file: string): string => path.join(root, file);

/** The files of a checkout that git knows or would add, relative to it. */
function filesOf(root: string): string[] {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const listed = execFileSync("git", args, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 }).split("\0");
  return listed.filter((file) => file !== "" && fs.existsSync(at(root, file)));
}

/** The name of the JavaScript beside a TypeScript file. */
export const javaScript = (file: string): string => file.replace(/\.ts$/, ".js");

/** A copy in a folder of its own; installed packages are not copied but linked. */
export class Checkout {
  private readonly parent = fs.mkdtempSync(path.join(os.tmpdir(), "mutation-"));
  readonly folder = at(this.parent, "checkout");
  /** Where tests that run here put what they make: outside the copy, as they would otherwise. */
  readonly temporary = at(this.parent, "temporary");

  constructor(root: string) {
    fs.mkdirSync(this.temporary);
    const files = filesOf(root);
    for (const file of files) {
      fs.cpSync(at(root, file), at(this.folder, file));
      if (file.endsWith(".ts")) this.write(file, this.read(file));
    }
    const folders = files.filter((file) => path.basename(file) === "package.json").map((file) => path.dirname(file));
    for (const folder of folders) {
      const installed = at(root, path.join(folder, "node_modules"));
      if (fs.existsSync(installed)) fs.symlinkSync(installed, at(this.folder, path.join(folder, "node_modules")));
    }
  }

  read(file: string): string {
    return fs.readFileSync(at(this.folder, file), "utf8");
  }

  /** Writes a TypeScript file and its JavaScript. */
  write(file: string, text: string): void {
    fs.writeFileSync(at(this.folder, file), text);
    const { code } = transformSync(text, { loader: "ts", target: "es2022", sourcefile: file });
    fs.writeFileSync(at(this.folder, javaScript(file)), code);
  }

  /** TypeScript files in a folder of the checkout, or the one file of this name. */
  sources(folder: string): string[] {
    const inside = fs.statSync(at(this.folder, folder)).isFile()
      ? [folder]
      : fs
          .readdirSync(at(this.folder, folder), { recursive: true, encoding: "utf8" })
          .map((name) => `${folder}/${name}`);
    return inside.filter((file) => file.endsWith(".ts") && !file.includes("node_modules")).sort();
  }

  remove(): void {
    fs.rmSync(this.parent, { recursive: true, force: true });
  }
}
