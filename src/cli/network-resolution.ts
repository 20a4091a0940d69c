/** Finds the file that a network's file imports, as Node and TypeScript do. */
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ENDS = ["", ".ts", ".mts", ".cts", ".js", ".mjs", ".cjs", ".json"];

/** @returns the file; undefined if there is none */
export function resolveImport(name: string, importer: string): string | undefined {
  if (name.startsWith("file:")) return existing(fileURLToPath(name));
  if (/^\.{0,2}\//.test(name) || name === "." || name === "..")
    return existing(path.resolve(path.dirname(importer), name));
  try {
    return createRequire(importer).resolve(name);
  } catch {
    // A package of ES modules only.
    return inPackage(name, path.dirname(importer));
  }
}

/** TypeScript writes .js for a .ts file; ends and index files may be left out. */
function existing(file: string): string | undefined {
  const written = file.replace(/\.([cm]?)js$/, ".$1ts");
  const files = [file, written, ...ENDS.map((end) => file + end), ...ENDS.map((end) => path.join(file, `index${end}`))];
  return files.find((one) => fs.statSync(one, { throwIfNoEntry: false })?.isFile());
}

type Target = string | null | readonly Target[] | { readonly [condition: string]: Target };

function inPackage(name: string, from: string): string | undefined {
  const [, called, rest] = /^((?:@[^/]+\/)?[^/]+)(.*)$/.exec(name)!;
  const folder = path.join(from, "node_modules", called!);
  const description = path.join(folder, "package.json");
  if (!fs.existsSync(description)) return path.dirname(from) === from ? undefined : inPackage(name, path.dirname(from));
  const {
    exports,
    module,
    main = "index.js",
  } = JSON.parse(fs.readFileSync(description, "utf8")) as {
    exports?: Target;
    module?: string;
    main?: string;
  };
  const inside =
    exports === undefined || exports === null ? (rest ? `.${rest}` : (module ?? main)) : exported(exports, `.${rest}`);
  return inside === undefined ? undefined : existing(path.join(folder, inside));
}

function exported(all: Target, part: string): string | undefined {
  const isMap = typeof all === "object" && all !== null && Object.keys(all).some((key) => key.startsWith("."));
  if (!isMap) return part === "." ? chosen(all) : undefined;
  for (const [key, target] of Object.entries(all)) {
    if (key === part) return chosen(target);
    const [before, after] = key.split("*");
    if (after === undefined || !part.startsWith(before!) || !part.endsWith(after)) continue;
    return chosen(target)?.replaceAll("*", part.slice(before!.length, part.length - after.length));
  }
  return undefined;
}

function chosen(target: Target): string | undefined {
  if (typeof target === "string") return target;
  if (Array.isArray(target)) return (target as Target[]).map(chosen).find((one) => one !== undefined);
  for (const [condition, inner] of Object.entries(target ?? {})) {
    const found = ["node", "import", "require", "default"].includes(condition) ? chosen(inner) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
