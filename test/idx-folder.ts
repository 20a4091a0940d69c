/** A folder of IDX files in MNIST's layout, with few images that are easy to tell apart. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";

/** Images of 28×28. Class k has a bright bar in row 2k + 4, and the rest is a pattern that depends on the image. */
function images(count: number, classes: number): { pixels: Uint8Array; labels: Uint8Array } {
  const labels = Uint8Array.from({ length: count }, (_, i) => i % classes);
  const pixels = Uint8Array.from({ length: count * 784 }, (_, at) => {
    const [i, y] = [Math.floor(at / 784), Math.floor((at % 784) / 28)];
    return y === 2 * labels[i]! + 4 ? 255 : (at * 7 + i * 31) % 60;
  });
  return { pixels, labels };
}

function idx(sizes: readonly number[], bytes: Uint8Array): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * sizes.length));
  header.setUint8(2, 8);
  header.setUint8(3, sizes.length);
  sizes.forEach((size, i) => header.setUint32(4 + 4 * i, size));
  return Buffer.concat([new Uint8Array(header.buffer), bytes]);
}

/** Writes the four files; the folder is removed after the test. */
export function idxFolder(t: TestContext, train: number, test: number, classes = 10): string {
  const folder = temporaryFolder(t);
  for (const [name, count] of [
    ["train", train],
    ["t10k", test],
  ] as const) {
    const { pixels, labels } = images(count, classes);
    fs.writeFileSync(path.join(folder, `${name}-images-idx3-ubyte`), idx([count, 28, 28], pixels));
    fs.writeFileSync(path.join(folder, `${name}-labels-idx1-ubyte`), idx([count], labels));
  }
  return folder;
}

/** An empty folder, which is removed after the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "kilograd-"));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}
