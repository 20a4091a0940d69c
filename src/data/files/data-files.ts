/** What the datasets need from Node: files, packages, checksums. The only file in data/, with downloads, that does. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { DataError } from "../../errors/errors.js";

export function md5(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("hex");
}

/** The folder of an installed npm package, as seen from the first of these folders that has it. */
export function packageFolder(name: string, seenFrom: readonly string[]): string | undefined {
  for (const folder of seenFrom) {
    try {
      return dirname(createRequire(pathToFileURL(join(folder, "/"))).resolve(`${name}/package.json`));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  return undefined;
}

/** The first of these folders that has the file, plain or with `.gz` at its end. */
export function findFile(name: string, folders: readonly string[]): string | undefined {
  return folders.flatMap((folder) => [join(folder, name), join(folder, `${name}.gz`)]).find((path) => existsSync(path));
}

/** What a folder holds, in words. */
export function describeFolder(folder: string): string {
  if (!existsSync(folder)) return "no such folder";
  if (!statSync(folder).isDirectory()) return "a file";
  const names = readdirSync(folder).sort();
  if (names.length === 0) return "an empty folder";
  return `a folder of ${names.slice(0, 6).join(", ")}${names.length > 6 ? ` and ${names.length - 6} more` : ""}`;
}

/**
 * A file's content, unpacked if its name ends in `.gz`.
 * @throws DataError if it cannot be read or unpacked
 */
export function readDataFile(path: string): Uint8Array {
  try {
    const bytes = readFileSync(path);
    return path.endsWith(".gz") ? gunzipSync(bytes) : bytes;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const packed = code?.startsWith("Z_") ?? false;
    throw new DataError(
      {
        op: path,
        problem: packed ? "the compressed file is damaged or cut short" : "the file cannot be read",
        got: message,
        hint: packed ? "fetch it again" : "check the path and who may read it",
      },
      { cause },
    );
  }
}
