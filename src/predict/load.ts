/** Opens a run as a classifier: from a folder where there is a file system, or from a server in a browser. */
import { DataError } from "../errors/errors.js";
import { kind, text } from "../errors/kinds.js";
import { optional, required, Signature } from "../errors/signature.js";
import { decodeStateDict } from "../import/state-dict.js";
import type { Module } from "../nn/index.js";
import { parseRunRecord } from "../runs/run-record.js";
import { Classifier } from "./classifier.js";
import { decodeText } from "../formats/utf8.js";
import { networkOf } from "./run-network.js";
import { read } from "./run-files.js";

/** Options of `loadClassifier`. */
export interface LoadClassifierOptions {
  /**
   * Makes the run's network. Without it, the network is the built-in one or the run's own copy: `network.onnx`, or
   * `network.mjs`, a program that is imported and whose imports of kilograd must lead to the copy that is running.
   */
  readonly network?: () => Module;
  /** The file with the weights. Default "last.safetensors". */
  readonly weights?: string;
}

const signature = new Signature("loadClassifier", [
  required("run", {
    ...text("the folder or the address of a run"),
    hint: "write an address as text, as in String(url)",
  }),
  optional(
    "network",
    kind<() => Module>("a function that makes the network", (value) => typeof value === "function"),
  ),
  optional("weights", text("the name of a file"), "last.safetensors"),
]);

/**
 * Opens a run that `kilograd train` or `kilograd import` has written as a classifier.
 * @param run its folder, or the address under which a server has its config.json and weights
 * @param options the network, and the file with the weights
 * @returns the classifier
 * @throws DataError if a file is missing or damaged, or if the network is not known or cannot be imported; ArgumentError if the weights do
 *   not fit the network
 * @example
 * const classifier = await loadClassifier("runs/first", { weights: "best.safetensors" });
 * classifier.images.classes[7]; // "7"
 */
export async function loadClassifier(run: string, options?: LoadClassifierOptions): Promise<Classifier>;
export async function loadClassifier(...given: readonly unknown[]): Promise<Classifier> {
  const { run, network, weights } = signature.read(given);
  const file = `${run.replace(/\/$/, "")}/config.json`;
  const { config, images, network: kept } = parseRunRecord(parseJson(await read(file), file), file);
  const make = network ?? (await networkOf(run, config.net, kept));
  const model = make();
  const weightsFile = `${run.replace(/\/$/, "")}/${weights}`;
  model.loadStateDict(decodeStateDict(await read(weightsFile), weightsFile));
  return new Classifier(model, images);
}

function parseJson(bytes: Uint8Array, file: string): unknown {
  try {
    return JSON.parse(decodeText(bytes));
  } catch (error) {
    throw new DataError({ op: "loadClassifier", problem: `${file}: ${(error as Error).message}` }, { cause: error });
  }
}
