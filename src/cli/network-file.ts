/** Finds a network: a built-in one by its name, others in a file that exports a Module, or in an ONNX model. */
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { KilogradError, nn, UsageError } from "../entries/index.js";
import { networks } from "../entries/train.js";

/** Creates the network. If a file exports an instance, returns that instance. */
export type MakeNetwork = () => nn.Module;

/**
 * @param net the name of a built-in network, the path of an ONNX model, or the path of a TypeScript or JavaScript file
 *   whose default or only export is a Module: a class whose constructor needs no arguments, or an instance
 * @throws UsageError if there is no such network or file, KilogradError if the file does not export a Module
 */
export async function findNetwork(net: string): Promise<MakeNetwork> {
  if (Object.hasOwn(networks, net)) return networks[net]!;
  if (!fs.statSync(net, { throwIfNoEntry: false })?.isFile()) {
    throw new UsageError({
      op: "net",
      problem: "no such network or file",
      expected: `${Object.keys(networks).join(", ")}, or the path of an ONNX model or of a file that exports a Module`,
      got: net,
    });
  }
  if (isOnnx(net)) {
    // Loaded only when needed: the ONNX schema is large.
    const { importOnnx } = await import("../entries/import.js");
    const bytes = fs.readFileSync(net);
    return () => importOnnx(bytes, net, { logLikelihoods: true });
  }
  return chooseExport(net, await load(path.resolve(net)));
}

export function isOnnx(file: string): boolean {
  return /\.onnx$/i.test(file);
}

async function load(file: string): Promise<Record<string, unknown>> {
  if (/\.[cm]?tsx?$/.test(file)) await enableTypeScript(file);
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof KilogradError) throw error;
    throw new KilogradError(
      {
        op: "net",
        problem: `${file} cannot be loaded: ${(error as Error).message.replace(/\.$/, "")}`,
        hint: 'it must be an ES module (named .mjs or .mts, or below a package.json with "type": "module") that can import the package kilograd',
      },
      { cause: error },
    );
  }
}

/**
 * From version 22.18 on, Node reads TypeScript itself; before that, the package tsx does. Neither follows the path
 * aliases of a tsconfig.json here: `kilograd` must be the copy that is running.
 */
async function enableTypeScript(file: string): Promise<void> {
  if ((process.features as { typescript?: unknown }).typescript) return;
  try {
    (await import("tsx/esm/api")).register({ tsconfig: false });
  } catch (error) {
    throw new KilogradError(
      {
        op: "net",
        problem: `Node ${process.versions.node} cannot read TypeScript (${path.basename(file)})`,
        hint: "run `npm install tsx`, use Node 22.18 or newer, or pass a .js file",
      },
      { cause: error },
    );
  }
}

function chooseExport(file: string, exports: Record<string, unknown>): MakeNetwork {
  const found = Object.entries(exports).flatMap(([name, value]) => {
    const make = maker(value);
    return make ? [{ name, make }] : [];
  });
  const single = new Set(found.map(({ name }) => exports[name])).size === 1;
  const chosen = found.find(({ name }) => name === "default") ?? (single ? found[0] : undefined);
  if (chosen) return chosen.make;
  const names = Object.keys(exports).join(", ") || "nothing";
  throw new KilogradError({
    op: "net",
    problem: found.length > 1 ? `${file} exports several networks` : `${file} does not export a network`,
    expected: "one Module, or a Module as the default export",
    got: found.length > 1 ? found.map(({ name }) => name).join(", ") : names,
    hint: Object.values(exports).some(isForeignModule)
      ? "the file uses a different copy of kilograd: install kilograd once, next to the file, and run that copy"
      : "write `export default class Net extends nn.Module { … }`",
  });
}

function maker(value: unknown): MakeNetwork | undefined {
  if (value instanceof nn.Module) return () => value;
  if (typeof value === "function" && value.prototype instanceof nn.Module)
    return () => new (value as new () => nn.Module)();
  return undefined;
}

/** Whether a class extends some class called Module, but not ours. */
function isForeignModule(value: unknown): boolean {
  let kind: unknown = typeof value === "function" ? value : undefined;
  while (typeof kind === "function" && kind.name !== "Module") kind = Object.getPrototypeOf(kind);
  return typeof kind === "function" && kind !== nn.Module;
}
