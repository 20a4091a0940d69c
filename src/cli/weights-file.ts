/** Loads initial weights from a file written by kilograd, PyTorch or NumPy. */
import fs from "node:fs";
import path from "node:path";
import { ArgumentError, DataError, type nn } from "../entries/index.js";
import { withHint } from "./command-hint.js";

/**
 * Loads the weights in a file, or the last weights in a run's folder, into a network.
 * @param hint what to do if they do not fit
 * @throws DataError if the file cannot be read, KilogradError if it does not fit the network
 */
export async function loadWeights(model: nn.Module, given: string, hint: string): Promise<void> {
  // Loaded only when needed: the code for other tools' formats is large.
  const { decodeStateDict } = await import("../entries/import.js");
  const isFolder = fs.statSync(given, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const file = isFolder ? path.join(given, "last.safetensors") : given;
  const dict = decodeStateDict(readFile(file), file);
  try {
    model.loadStateDict(dict);
  } catch (error) {
    throw error instanceof ArgumentError ? withHint(error, hint, error).inModule(file) : error;
  }
}

function readFile(file: string): Uint8Array {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    const problem = `${file} cannot be read: ${(error as Error).message}`;
    throw new DataError({ op: "weights", problem }, { cause: error });
  }
}
