/** Modules that hold a list of modules. PyTorch: `Sequential`, `ModuleList`. */
// Merging with an interface is the only way to declare that a class's instances can be indexed by number.
/* eslint-disable @typescript-eslint/no-unsafe-declaration-merging */
import type { Tensor } from "../tensor/tensor.js";
import { ArgumentError } from "../errors/errors.js";
import { shown } from "../errors/shown.js";
import { kind } from "../errors/kinds.js";
import { isRecord, required, Signature } from "../errors/signature.js";
import { Module, refuseMore } from "./module.js";

const moduleList = kind<Iterable<Module>>(
  "an array of modules, as in new nn.ModuleList([first, second])",
  (value) => typeof value === "object" && value !== null && Symbol.iterator in value,
);
const ofList = new Signature("ModuleList", [required("modules", moduleList)]);

interface ModuleSequence {
  /** The module at a position. */
  readonly [index: number]: Module;
}

/** @internal */
abstract class ModuleSequence extends Module {
  readonly #list: Module[] = [];

  protected push(name: string, module: Module): void {
    const index = this.#list.length;
    if (!(module instanceof Module)) throw this.#notModule(name, module);
    if (/^\d+$/.test(name) && name !== String(index)) {
      throw new ArgumentError({
        op: this.constructor.name,
        problem: "the name of a module is a number other than its position",
        expected: `${index}, or a name that is not a number`,
        got: name,
      });
    }
    this.addModule(name, module);
    this.#list.push(module);
    if (name !== String(index)) Object.defineProperty(this, index, { value: module });
  }

  #notModule(name: string, value: unknown): ArgumentError {
    const hint = Array.isArray(value)
      ? "leave out the inner array: new nn.Sequential(first, second), or new nn.ModuleList([first, second])"
      : typeof value === "function"
        ? "write a class that extends nn.Module, or a layer such as nn.ReLU"
        : undefined;
    const op = this.constructor.name;
    return new ArgumentError({
      op,
      problem: `entry ${name} is not a module`,
      got: shown(value),
      ...(hint ? { hint } : {}),
    });
  }

  /** The number of modules. */
  override get length(): number {
    return this.#list.length;
  }

  /** The modules, in order. */
  [Symbol.iterator](): Iterator<Module> {
    return this.#list[Symbol.iterator]();
  }
}

/**
 * Calls its modules one after the other, each with the output of the one before. They are named "0", "1", …, or by the
 * keys of a record. PyTorch: `torch.nn.Sequential`.
 * @example
 * const block = new nn.Sequential(new nn.Conv2d(1, 8, 3), new nn.ReLU(), new nn.MaxPool2d(2));
 * block(zeros([4, 1, 28, 28])).shape; // [4, 8, 13, 13]
 * block.length; // 3
 * @example
 * const named = new nn.Sequential({ conv: new nn.Conv2d(1, 8, 3), relu: new nn.ReLU() });
 * [...named.stateDict().keys()]; // ["conv.weight", "conv.bias"]
 * named[0] instanceof nn.Conv2d; // true
 */
export class Sequential extends ModuleSequence {
  /** @param modules the modules by name, in the order in which they are called */
  constructor(modules: Readonly<Record<string, Module>>);
  /** @param modules the modules, in the order in which they are called */
  constructor(...modules: Module[]);
  constructor(...given: (Module | Readonly<Record<string, Module>>)[]) {
    super();
    const [record] = given;
    const named = given.length === 1 && isRecord(record) ? Object.entries(record) : Object.entries(given);
    for (const [name, module] of named) this.push(name, module as Module);
  }

  override forward(input: Tensor): Tensor {
    refuseMore(this, Array.from(arguments), 1);
    let output = input;
    for (const module of this) output = module(output);
    return output;
  }
}

/**
 * Holds a list of modules, named "0", "1", …, so that their parameters are found. It has no `forward`. PyTorch:
 * `torch.nn.ModuleList`.
 * @example
 * class Net extends nn.Module {
 *   blocks = new nn.ModuleList([new nn.Conv2d(1, 8, 3), new nn.Conv2d(8, 8, 3)]);
 *   override forward(x: Tensor): Tensor {
 *     for (const block of this.blocks) x = F.relu(block(x));
 *     return x;
 *   }
 * }
 * new Net()(zeros([4, 1, 28, 28])).shape; // [4, 8, 24, 24]
 */
export class ModuleList extends ModuleSequence {
  /**
   * @param modules the modules
   * @param surplus nothing: more arguments are refused
   * @throws ArgumentError for anything but modules in an array
   */
  constructor(modules: Iterable<Module> = [], ...surplus: never[]) {
    super();
    ofList.read([modules, ...surplus]);
    for (const module of modules) this.append(module);
  }

  /**
   * Adds a module to the end. PyTorch: `torch.nn.ModuleList.append`.
   * @param module the module
   * @returns this list
   * @example new nn.ModuleList([new nn.ReLU()]).append(new nn.Tanh()).length; // 2
   */
  append(module: Module): this {
    this.push(String(this.length), module);
    return this;
  }
}
