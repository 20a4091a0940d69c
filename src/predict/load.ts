/** Opens a run as a classifier: from a folder where there is a file system, or from a server in a browser. */
import { DataError } from "../errors/errors.js";
import { kind, text } from "../errors/kinds.js";
import { optional, required, Signature } from "../errors/signature.js";
import { decodeStateDict } from "../import/state-dict.js";
import type { Module } from "../nn/index.js";
import { nodeModule } from "../runtime/features.js";
import { networks } from "../exercise/networks.js";
import { parseRunRecord } from "../runs/run-record.js";
import { Classifier } from "./classifier.js";
import { decodeText } from "../formats/utf8.js";

/** Options of `loadClassifier`. */
export interface LoadClassifierOptions {
  /** Makes the run's network. It is needed unless the network is a built-in one. */
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
 * @throws DataError if a file is missing or damaged, or if the network is not known; ArgumentError if the weights do
 *   not fit the network
 * @example
 * const classifier = await loadClassifier("runs/first", { weights: "best.safetensors" });
 * classifier.images.classes[7]; // "7"
 */
export async function loadClassifier(run: string, options?: LoadClassifierOptions): Promise<Classifier>;
export async function loadClassifier(...given: readonly unknown[]): Promise<Classifier> {
  const { run, network, weights } = signature.read(given);
  const file = `${run.replace(/\/$/, "")}/config.json`;
  const { config, images } = parseRunRecord(parseJson(await read(file), file), file);
  const make = network ?? (Object.hasOwn(networks, config.net) ? networks[config.net] : undefined);
  if (!make) {
    throw new DataError({
      op: "loadClassifier",
      problem: `the network of ${run} is not a built-in one`,
      expected: Object.keys(networks).join(", "),
      got: config.net,
      hint: "pass a function that makes it: loadClassifier(run, { network: () => new Net() })",
    });
  }
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

interface Files {
  readonly promises: { readFile(file: string): Promise<Uint8Array> };
}
type Fetch = (address: string) => Promise<{ ok: boolean; status: number; arrayBuffer(): Promise<ArrayBuffer> }>;

/** Reads a file, or fetches it from a server if the name is an address or there is no file system. */
async function read(file: string): Promise<Uint8Array> {
  const files = /^https?:/.test(file) ? undefined : nodeModule<Files>("fs");
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
