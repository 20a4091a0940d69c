/** Finds a network: a built-in one by its name, others in a file that exports a Module, in an ONNX model, or in a run. */
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { DataError, UsageError } from "../entries/index.js";
import { networks } from "../entries/train.js";
import { chooseExport, closest, Run, type MakeNetwork, type NetworkCopy } from "../entries/train-node.js";
import { failureOf, loadModule } from "./network-module.js";

/** A network, and for one from a file what a run keeps of it. */
export interface FoundNetwork {
  readonly make: MakeNetwork;
  readonly copy?: NetworkCopy;
}

/**
 * Finds a network.
 * @param net the name of a built-in network, the path of an ONNX model, of a run's folder, or of a TypeScript or
 *   JavaScript file whose default or only export is a Module: a class whose constructor needs no arguments, an instance
 *   or, as default export, a function that returns one
 * @throws UsageError if there is no such network or file, KilogradError if the file does not export a Module
 */
export async function findNetwork(net: string): Promise<MakeNetwork> {
  return (await readNetwork(net)).make;
}

/** Like `findNetwork`, with what a run keeps of the network. */
export async function readNetwork(net: string): Promise<FoundNetwork> {
  if (Object.hasOwn(networks, net)) return { make: networks[net]! };
  const stats = fs.statSync(net, { throwIfNoEntry: false });
  if (isRun(net)) {
    const { make, copy } = await readRunNetwork(Run.open(net));
    // Its own sources say nothing about a copy of the copy.
    return copy ? { make, copy: { ...copy, sources: {} } } : { make };
  }
  if (!stats?.isFile()) {
    const meant = closest(path.basename(net), Object.keys(networks));
    throw new UsageError({
      op: "net",
      problem: "no such network or file",
      expected: `${Object.keys(networks).join(", ")}, or the path of an ONNX model, of a file that exports a Module, or of a run`,
      got: net,
      ...(meant === undefined ? {} : { hint: `perhaps you mean ${meant}` }),
    });
  }
  const file = path.resolve(net);
  if (isOnnx(file)) {
    const bytes = await readOnnx(file);
    const hash = createHash("sha256").update(fs.readFileSync(file)).digest("hex");
    return {
      make: await onnxMaker(bytes, net),
      copy: { file: "network.onnx", bytes, sources: { [path.basename(file)]: hash } },
    };
  }
  // Loaded only when needed: most networks are built-in ones.
  const { bundleNetwork } = await import("./network-bundle.js");
  const { code, map, sources } = bundleNetwork(file);
  const exports = await loadModule({ code, file, map });
  return {
    make: chooseExport(net, exports, failureOf),
    copy: { file: "network.mjs", bytes: Buffer.from(code), sources },
  };
}

/** The network that a run keeps, or that its configuration names if it keeps none. */
export async function readRunNetwork(run: Run): Promise<FoundNetwork> {
  const copy = run.readNetwork();
  if (!copy) return readNetwork(run.record.config.net);
  const file = path.resolve(run.folder, copy.file);
  if (isOnnx(file)) return { make: await onnxMaker(copy.bytes, file), copy };
  const code = new TextDecoder().decode(copy.bytes);
  return { make: chooseExport(file, await loadModule({ code, file }), failureOf), copy };
}

/** The content of an ONNX model, with the elements that it has in other files: a run keeps all of it. */
export async function readOnnx(file: string): Promise<Uint8Array> {
  // Loaded only when needed: the ONNX schema is large.
  const { embedExternalData } = await import("../entries/import.js");
  return embedExternalData(fs.readFileSync(file), file, readerBeside(file));
}

async function onnxMaker(bytes: Uint8Array, name: string): Promise<MakeNetwork> {
  // Loaded only when needed: the ONNX schema is large.
  const { importOnnx } = await import("../entries/import.js");
  return () => importOnnx(bytes, name, { logLikelihoods: true }).train();
}

/** Reads files in the folder of a model, or below it. Links that lead out of it are not followed. */
function readerBeside(model: string): (location: string) => Uint8Array {
  return (location) => {
    const place = path.join(path.dirname(model), location);
    try {
      const [folder, file] = [fs.realpathSync(path.dirname(model)), fs.realpathSync(place)];
      const inside = path.relative(folder, file);
      if (inside.split(path.sep)[0] !== ".." && !path.isAbsolute(inside)) return fs.readFileSync(file);
    } catch (error) {
      const problem = `${model} has elements in ${place}, which cannot be read: ${(error as Error).message}`;
      throw new DataError({ op: "onnx", problem, hint: "keep the files of a model in one folder" }, { cause: error });
    }
    throw new DataError({
      op: "onnx",
      problem: `${model} has elements in ${place}, a link that leads out of the model's folder`,
    });
  };
}

/** Whether a path is that of a run. */
export function isRun(folder: string): boolean {
  return fs.existsSync(path.join(folder, "config.json"));
}

export function isOnnx(file: string): boolean {
  return /\.onnx$/i.test(file);
}
