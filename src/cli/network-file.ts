/** Networks that `kilograd train` finds: built-in ones by name, others in a file that exports a Module, or in ONNX. */
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { KilogradError, nn, UsageError } from "../entries/index.js";
import { networks } from "../entries/train.js";

/** Makes the network; a file that exports an instance gives that very one. */
export type MakeNetwork = () => nn.Module;

/**
 * @param net a built-in network's name, or the path of a TypeScript or JavaScript file that exports a Module: its
 *   default export or its only one, as a class (made without arguments) or an instance; or the path of an ONNX model
 * @throws UsageError where there is no such network or file, KilogradError where the file does not export a Module
 */
export async function findNetwork(net: string): Promise<MakeNetwork> {
  if (Object.hasOwn(networks, net)) return networks[net]!;
  if (!fs.statSync(net, { throwIfNoEntry: false })?.isFile()) {
    throw new UsageError({
      op: "net",
      problem: "there is no such network or file",
      expected: `${Object.keys(networks).join(", ")}, or the path of a file that exports a Module, or of an ONNX model`,
      got: net,
    });
  }
  if (isOnnx(net)) {
    // Only where it is needed: its schema is large.
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
        hint: 'it must be an ES module (its name ends in .mjs or .mts, or the package.json above it says "type": "module") that finds the package kilograd',
      },
      { cause: error },
    );
  }
}

/**
 * Node reads TypeScript from 22.18 on; before, the package tsx does. Like Node it follows no path aliases of a
 * tsconfig.json: `kilograd` must be the copy that runs.
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
        hint: "run `npm install tsx`, use Node 22.18 or newer, or give a .js file",
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
    expected: "one Module, or one as default export",
    got: found.length > 1 ? found.map(({ name }) => name).join(", ") : names,
    hint: Object.values(exports).some(isForeignModule)
      ? "the file's Module is of another copy of kilograd: install kilograd once, where the file is, and run that one"
      : "write `export default class Net extends nn.Module { … }`",
  });
}

function maker(value: unknown): MakeNetwork | undefined {
  if (value instanceof nn.Module) return () => value;
  if (typeof value === "function" && value.prototype instanceof nn.Module)
    return () => new (value as new () => nn.Module)();
  return undefined;
}

/** A class that descends from one called Module, but not from ours. */
function isForeignModule(value: unknown): boolean {
  let kind: unknown = typeof value === "function" ? value : undefined;
  while (typeof kind === "function" && kind.name !== "Module") kind = Object.getPrototypeOf(kind);
  return typeof kind === "function" && kind !== nn.Module;
}
