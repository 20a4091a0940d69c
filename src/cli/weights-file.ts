/** Loads initial weights from a file written by kilograd, PyTorch or NumPy. */
import fs from "node:fs";
import path from "node:path";
import { ArgumentError, DataError, type nn } from "../entries/index.js";
import { withHint } from "./command-hint.js";
import { isOnnx, readOnnx } from "./network-file.js";

/**
 * Loads the weights in a file, or the last weights in a run's folder, into a network.
 * @param hint what to do if they do not fit
 * @returns sentences about what was chosen, renamed or left out
 * @throws DataError if the file cannot be read, KilogradError if it does not fit the network
 */
export async function loadWeights(model: nn.Module, given: string, hint: string): Promise<readonly string[]> {
  // Loaded only when needed: the code for other tools' formats is large.
  const { decodeStateDict } = await import("../entries/import.js");
  const file = weightsIn(given);
  const notices: string[] = [];
  const dict = decodeStateDict(readFile(file), file, { notice: (text) => notices.push(text) });
  try {
    const { renamedKeys } = model.loadStateDict(dict);
    const [first] = renamedKeys ?? [];
    if (first) {
      const others = renamedKeys!.size - 1;
      notices.push(`read "${first[0]}" as "${first[1]}"${others === 0 ? "" : `, and ${others} more such names`}`);
    }
  } catch (error) {
    throw error instanceof ArgumentError ? withHint(error, hint, error).inModule(file) : error;
  }
  return notices.map((text) => `${file}: ${text}`);
}

/** What a file, or the last weights in a run's folder, say about themselves: strings by name, if any. */
export async function metadataOf(given: string): Promise<Readonly<Record<string, string>>> {
  const { decodeMetadata, importOnnx } = await import("../entries/import.js");
  const file = weightsIn(given);
  return isOnnx(file) ? importOnnx(await readOnnx(file), file).metadata : decodeMetadata(readFile(file), file);
}

function weightsIn(given: string): string {
  const isFolder = fs.statSync(given, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return isFolder ? path.join(given, "last.safetensors") : given;
}

function readFile(file: string): Uint8Array {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    const problem = `${file} cannot be read: ${(error as Error).message}`;
    throw new DataError({ op: "weights", problem }, { cause: error });
  }
}
