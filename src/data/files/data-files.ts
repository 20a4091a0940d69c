/** What datasets need from Node: files, packages, checksums. */
import { DataError } from "../../errors/errors.js";
import { node } from "./node.js";

export function md5(bytes: Uint8Array): string {
  return node("crypto").createHash("md5").update(bytes).digest("hex");
}

/**
 * Computes the SHA-256 of a file. It reads the file in pieces, because the training images are too large to hold in
 * memory twice.
 */
export function sha256(file: string): string {
  const hash = node("crypto").createHash("sha256");
  const part = new Uint8Array(1 << 20);
  const { closeSync, openSync, readSync } = node("fs");
  const handle = openSync(file, "r");
  try {
    for (let read = readSync(handle, part); read > 0; read = readSync(handle, part)) {
      hash.update(part.subarray(0, read));
    }
  } finally {
    closeSync(handle);
  }
  return hash.digest("hex");
}

/** Finds the folder of an installed npm package, as imported from the first of these folders that can import it. */
export function packageFolder(name: string, seenFrom: readonly string[]): string | undefined {
  const path = node("path");
  const requireFrom = (place: string) => node("module").createRequire(node("url").pathToFileURL(place));
  for (const folder of seenFrom) {
    try {
      return path.dirname(requireFrom(path.join(folder, "/")).resolve(`${name}/package.json`));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  return undefined;
}

/** Describes the contents of a folder for an error message. */
export function describeFolder(folder: string): string {
  const { existsSync, readdirSync, statSync } = node("fs");
  if (!existsSync(folder)) return "no such folder";
  if (!statSync(folder).isDirectory()) return "a file";
  const names = readdirSync(folder).sort();
  if (names.length === 0) return "an empty folder";
  return `a folder of ${names.slice(0, 6).join(", ")}${names.length > 6 ? ` and ${names.length - 6} more` : ""}`;
}

/**
 * Reads a file, and decompresses it if it is compressed. Its name does not count: some programs decompress files and
 * keep the ending `.gz`, and others compress a compressed file again.
 * @throws DataError if it cannot be read or decompressed
 */
export function readDataFile(path: string): Uint8Array {
  try {
    let bytes: Uint8Array = node("fs").readFileSync(path);
    while (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = node("zlib").gunzipSync(bytes);
    return bytes;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const packed = code?.startsWith("Z_") ?? false;
    throw new DataError(
      {
        op: path,
        problem: packed ? "the compressed file is damaged or truncated" : "the file cannot be read",
        got: message,
        hint: packed ? "download it again" : "check the path and its permissions",
      },
      { cause },
    );
  }
}
