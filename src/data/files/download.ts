/**
 * Downloads a dataset's files from mirrors. A file gets its final name only when it is complete and its MD5 checksum is
 * correct; until then it has a temporary name in the same folder. A failed download leaves nothing behind.
 */
import { DataError } from "../../errors/errors.js";
import { md5 } from "./data-files.js";
import { node } from "./node.js";

/** Where the files of a dataset can be downloaded. */
export interface DownloadSource {
  /** Addresses that end with a slash, tried in this order. */
  readonly mirrors: readonly string[];
  /** The files, with their MD5 checksums. */
  readonly resources: readonly { readonly file: string; readonly md5: string }[];
}

/** Hears how many bytes of a file have arrived, and how many there will be if the mirror has said so. */
export type Watch = (file: string, received: number, total: number | undefined) => void;

/**
 * Downloads the files that are missing from the folder or damaged there.
 * @throws DataError if no mirror has a file with the right MD5 checksum; the error quotes each mirror's response
 */
export async function downloadFiles(
  folder: string,
  { mirrors, resources }: DownloadSource,
  watch?: Watch,
): Promise<void> {
  const { existsSync, mkdirSync, readFileSync } = node("fs");
  written(folder, () => mkdirSync(folder, { recursive: true }));
  for (const resource of resources) {
    const path = node("path").join(folder, resource.file);
    if (existsSync(path) && md5(readFileSync(path)) === resource.md5) continue;
    writeWhole(path, await fetchFromAny(mirrors, resource, watch));
  }
}

/** A mirror may answer with a page of its own or with another version of the file: then the next one is asked. */
async function fetchFromAny(
  mirrors: readonly string[],
  { file, md5: expected }: DownloadSource["resources"][number],
  watch: Watch | undefined,
): Promise<Uint8Array> {
  const failures: string[] = [];
  for (const mirror of mirrors) {
    const address = `${mirror}${file}`;
    try {
      const response = await fetch(address);
      const bytes = await bytesOf(response, (received, total) => watch?.(file, received, total));
      const got = md5(bytes);
      if (response.ok && got === expected) return bytes;
      failures.push(
        response.ok
          ? `${address}: ${bytes.length} bytes with the MD5 checksum ${got}`
          : `${address}: status ${response.status}`,
      );
    } catch (error) {
      failures.push(`${address}: ${reason(error)}`);
    }
  }
  throw new DataError({
    op: file,
    problem: "the file could not be downloaded from any mirror",
    expected: `a file with the MD5 checksum ${expected}`,
    got: failures.join("; "),
    hint: "check the network connection, or put the file into a folder and pass that folder as root",
  });
}

async function bytesOf(response: Response, watch: (received: number, total?: number) => void): Promise<Uint8Array> {
  const size = Number(response.headers.get("content-length")) || undefined;
  const parts: Uint8Array[] = [];
  let received = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    parts.push(part);
    watch((received += part.length), size);
  }
  const bytes = new Uint8Array(received);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The reason of an error. `fetch` stores the actual error in `cause`. */
function reason(error: unknown): string {
  const { message, cause } = error as Error;
  const inner = cause as NodeJS.ErrnoException | undefined;
  return inner?.code ?? inner?.message ?? message;
}

function writeWhole(path: string, bytes: Uint8Array): void {
  const { renameSync, rmSync, writeFileSync } = node("fs");
  const partial = `${path}.${node("process").pid}.partial`;
  try {
    written(path, () => {
      writeFileSync(partial, bytes);
      renameSync(partial, path);
    });
  } finally {
    rmSync(partial, { force: true });
  }
}

function written(path: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    const { message } = cause as Error;
    const hint = "free some space, or choose another folder";
    throw new DataError({ op: path, problem: "the file cannot be written", got: message, hint }, { cause });
  }
}
