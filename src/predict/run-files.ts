/** Reading a run's files, from a folder or from a server. */
import { DataError } from "../errors/errors.js";
import { nodeModule } from "../runtime/features.js";

interface Files {
  readonly promises: { readFile(file: string): Promise<Uint8Array> };
}
type Fetch = (address: string) => Promise<{ ok: boolean; status: number; arrayBuffer(): Promise<ArrayBuffer> }>;

/** The files of this system; undefined if a name is an address, or if there is no file system. */
function systemOf(file: string): Files | undefined {
  return /^https?:/.test(file) ? undefined : nodeModule<Files>("fs");
}

/** Reads a file, or fetches it from a server if the name is an address or there is no file system. */
export async function read(file: string): Promise<Uint8Array> {
  const files = systemOf(file);
  try {
    if (files) return await files.promises.readFile(file);
    const answer = await (globalThis as unknown as { fetch: Fetch }).fetch(file);
    if (!answer.ok) throw new Error(`the server responded with status ${answer.status}`);
    return new Uint8Array(await answer.arrayBuffer());
  } catch (error) {
    const problem = `${file} cannot be read: ${(error as Error).message}`;
    const hint = "give the folder or address of a run, such as runs/…";
    throw new DataError({ op: "loadClassifier", problem, hint }, { cause: error });
  }
}

interface Urls {
  pathToFileURL(file: string): URL;
}

/** The address under which a program can import a file. */
export function importAddress(file: string): string {
  const { location } = globalThis as { location?: { readonly href: string } };
  if (systemOf(file)) return nodeModule<Urls>("url")!.pathToFileURL(file).href;
  return new URL(file, location?.href).href;
}
