/** Chooses the network among what a module exports: a class, an instance, or a function that makes one. */
import { KilogradError } from "../errors/errors.js";
import { callback, text } from "../errors/kinds.js";
import { recordWith } from "../errors/record-kinds.js";
import { required, Signature } from "../errors/signature.js";
import { Module } from "../nn/index.js";
import { toTensors } from "../train/checkpoint.js";

/** Creates the network. If a file exports an instance, returns that instance, with the weights that it had at first. */
export type MakeNetwork = () => Module;

/** The error to throw for one that a network's own code, in a file, has thrown. */
export type FailureOf = (error: unknown, file: string) => unknown;

const ofChooseExport = new Signature("chooseExport", [
  required("file", text("a file's name")),
  required("module", recordWith("what a module exports")),
  required("failureOf", callback),
]);

/**
 * Chooses the network among what a module exports: its default export, or the only one that is a network. It may be a class
 * whose constructor needs no arguments, an instance or, as default export, a function that returns one.
 * @param file the module's name in errors
 * @param module what it exports
 * @param failureOf the error to throw for one that the network's own code has thrown
 * @returns a function that makes the network
 * @throws KilogradError unless there is one network to choose
 * @example
 * class Net extends nn.Module {}
 * const make = chooseExport("net.mjs", { default: Net, classes: 10 }, (error) => error);
 * make() instanceof Net; // true
 */
export function chooseExport(file: string, module: Record<string, unknown>, failureOf: FailureOf): MakeNetwork {
  ofChooseExport.read(arguments);
  const exports = withCommonJs(module);
  const found = Object.entries(exports).flatMap(([name, value]) => {
    const make = maker(file, value, failureOf) ?? (name === "default" ? factory(file, value, failureOf) : undefined);
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

/** What CommonJS exports is the default export of the module that is made of it: `module.exports = { Net }`. */
function withCommonJs({ default: all, ...exports }: Record<string, unknown>): Record<string, unknown> {
  const isPlain = typeof all === "object" && all !== null && !(all instanceof Module);
  return isPlain ? { ...all, ...exports } : { ...(all === undefined ? {} : { default: all }), ...exports };
}

function maker(file: string, value: unknown, failureOf: FailureOf): MakeNetwork | undefined {
  if (value instanceof Module) return keeping(value);
  if (typeof value === "function" && value.prototype instanceof Module)
    return () => guarded(file, () => new (value as new () => Module)(), failureOf);
  return undefined;
}

/** The instance itself, which gets back the weights and buffers that it had at first. */
function keeping(model: Module): MakeNetwork {
  const first = new Map([...model.stateDict()].map(([name, of]) => [name, { shape: of.shape, data: of.data() }]));
  let made = false;
  return () => {
    if (made) model.loadStateDict(toTensors(first));
    made = true;
    return model;
  };
}

/** A function that returns a network. */
function factory(file: string, value: unknown, failureOf: FailureOf): MakeNetwork | undefined {
  if (typeof value !== "function" || /^class\b/.test(Function.prototype.toString.call(value))) return undefined;
  return () => {
    const made: unknown = guarded(file, () => (value as () => unknown)(), failureOf);
    if (made instanceof Module) return made;
    throw new KilogradError({
      op: "net",
      problem: `the function that ${file} exports does not return a network`,
      expected: "a Module",
      got: made === null ? "null" : typeof made,
      hint: "write `export default class Net extends nn.Module { … }`, or return an instance of it",
    });
  };
}

function guarded<T>(file: string, make: () => T, failureOf: FailureOf): T {
  try {
    return make();
  } catch (error) {
    throw failureOf(error, file);
  }
}

/** Whether a class extends some class called Module, but not ours. */
function isForeignModule(value: unknown): boolean {
  let kind: unknown = typeof value === "function" ? value : undefined;
  while (typeof kind === "function" && kind.name !== "Module") kind = Object.getPrototypeOf(kind);
  return typeof kind === "function" && kind !== Module;
}
