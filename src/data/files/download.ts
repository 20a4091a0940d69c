/**
 * Downloading a dataset's files from mirrors. A file appears under its name only when it is complete and its md5 sum is
 * right; until then it has another name beside it, and after a failure nothing is left.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../../errors/errors.js";
import { md5 } from "./data-files.js";

/** Where a dataset's files are, and how to know them. */
export interface DownloadSource {
  /** Addresses that end with a slash; tried in this order. */
  readonly mirrors: readonly string[];
  readonly resources: readonly { readonly file: string; readonly md5: string }[];
}

/**
 * Fetches the files that are not yet in the folder, or not intact.
 * @throws DataError if no mirror gives a file (it lists what each one said), or for a wrong md5 sum
 */
export async function downloadFiles(folder: string, { mirrors, resources }: DownloadSource): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const resource of resources) {
    const path = join(folder, resource.file);
    if (existsSync(path) && md5(readFileSync(path)) === resource.md5) continue;
    const { address, bytes } = await fetchFromAny(mirrors, resource.file);
    checkSum(address, bytes, resource.md5);
    writeWhole(path, bytes);
  }
}

async function fetchFromAny(mirrors: readonly string[], file: string): Promise<{ address: string; bytes: Uint8Array }> {
  const failures: string[] = [];
  for (const mirror of mirrors) {
    const address = `${mirror}${file}`;
    try {
      const response = await fetch(address);
      if (response.ok) return { address, bytes: new Uint8Array(await response.arrayBuffer()) };
      failures.push(`${address}: status ${response.status}`);
    } catch (error) {
      failures.push(`${address}: ${reason(error)}`);
    }
  }
  throw new DataError({
    op: file,
    problem: "no mirror gave the file",
    got: failures.join("; "),
    hint: "check the connection, or put the file into a folder and pass that as root",
  });
}

/** What `fetch` reports is in its error's cause. */
function reason(error: unknown): string {
  const { message, cause } = error as Error;
  const inner = cause as NodeJS.ErrnoException | undefined;
  return inner?.code ?? inner?.message ?? message;
}

function checkSum(address: string, bytes: Uint8Array, expected: string): void {
  const got = md5(bytes);
  if (got === expected) return;
  throw new DataError({
    op: address,
    problem: `the ${bytes.length} downloaded bytes have a wrong md5 sum, nothing was kept`,
    expected,
    got,
    hint: "try again; if it stays so, the mirror serves another file or something on the way replaces it",
  });
}

function writeWhole(path: string, bytes: Uint8Array): void {
  const partial = `${path}.${process.pid}.partial`;
  try {
    writeFileSync(partial, bytes);
    renameSync(partial, path);
  } catch (cause) {
    rmSync(partial, { force: true });
    const { message } = cause as Error;
    const hint = "free space, or choose another folder";
    throw new DataError({ op: path, problem: "the file cannot be written", got: message, hint }, { cause });
  }
}
