/** First weights from a file that kilograd, PyTorch or NumPy has written. */
import fs from "node:fs";
import path from "node:path";
import { DataError, KilogradError, type nn } from "../entries/index.js";

/**
 * Puts the weights of a file, or the last ones of a run's folder, into a network.
 * @throws DataError where the file cannot be read, KilogradError where it does not fit the network
 */
export async function loadWeights(model: nn.Module, given: string): Promise<void> {
  // Only where it is needed: other tools' formats are large.
  const { decodeStateDict } = await import("../entries/import.js");
  const isFolder = fs.statSync(given, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const file = isFolder ? path.join(given, "last.safetensors") : given;
  const dict = decodeStateDict(readFile(file), file);
  try {
    model.loadStateDict(dict);
  } catch (error) {
    throw error instanceof KilogradError ? error.inModule(file) : error;
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
