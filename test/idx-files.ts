/** Makes IDX files for the tests of datasets. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { gzipSync } from "node:zlib";

/** A file of unsigned bytes. */
export function idxFile(shape: readonly number[], elements: ArrayLike<number>): Uint8Array {
  const sizes = shape.flatMap((size) => [size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255]);
  return Uint8Array.from([0, 0, 8, shape.length, ...sizes, ...Array.from(elements)]);
}

/** Three images of 2×2, counting up from 0, and their classes 7, 0, 9. */
export const smallImages = idxFile(
  [3, 2, 2],
  Uint8Array.from({ length: 12 }, (_, i) => i),
);
export const smallLabels = idxFile([3], [7, 0, 9]);

/** A folder that is removed when the test ends. */
export function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "kilograd-data-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files into a folder, and compresses those whose names end in `.gz`. */
export function writeFiles(folder: string, files: Readonly<Record<string, Uint8Array>>): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) {
    writeFileSync(join(folder, name), name.endsWith(".gz") ? gzipSync(bytes) : bytes);
  }
  return folder;
}
