/** Modules that hold a list of modules. PyTorch: `Sequential`, `ModuleList`. */
// Merging with an interface is the only way to declare that a class's instances can be indexed by number.
/* eslint-disable @typescript-eslint/no-unsafe-declaration-merging */
import type { Tensor } from "../tensor/tensor.js";
import { ArgumentError } from "../errors/errors.js";
import { shown } from "../errors/shown.js";
import { kind } from "../errors/kinds.js";
import { isRecord, required, Signature } from "../errors/signature.js";
import { Module, refuseMore } from "./module.js";
import { fieldsOf } from "./module-fields.js";
import { answerForAbsent } from "../errors/absent.js";

const moduleList = kind<Iterable<Module>>(
  "an array of modules, as in new nn.ModuleList([first, second])",
  (value) => typeof value === "object" && value !== null && Symbol.iterator in value,
);
const ofList = new Signature("ModuleList", [required("modules", moduleList)]);

interface ModuleSequence {
  /** The module at a position. */
  [index: number]: Module;
}

/** @internal */
abstract class ModuleSequence extends Module {
  readonly #list: Module[] = [];
  readonly #names: string[] = [];

  /**
   * Adds a module to the end. A sequence calls it, and its position reads and replaces it.
   * @throws ArgumentError for what is no module, and for a number that is not the next position
   */
  override addModule(name: string, module: Module): void {
    const index = this.#list.length;
    this.#requireModule(name, module);
    if (/^\d+$/.test(name)) {
      if (name !== String(index)) throw this.#noPosition(name);
    } else super.addModule(name, module);
    this.#place(name, module);
  }

  #place(name: string, module: Module): void {
    const list = this.#list;
    const index = list.push(module) - 1;
    this.#names.push(name);
    const set = (value: Module): void => {
      this.#requireModule(name, value);
      list[index] = value;
    };
    const accessor = { get: () => list[index], set };
    Object.defineProperty(this, name, { ...accessor, enumerable: true, configurable: false });
    if (name !== String(index)) Object.defineProperty(this, index, accessor);
  }

  /** The modules, with those that came as fields of a name, such as `block.relu = new nn.ReLU()`. */
  #all(): readonly Module[] {
    for (const [name, module] of fieldsOf(this, Module)) if (!this.#names.includes(name)) this.#place(name, module);
    return this.#list;
  }

  #noPosition(name: string): ArgumentError {
    return new ArgumentError({
      op: this.constructor.name,
      problem: `there is no position ${name}`,
      expected: `an index below ${this.#list.length}, or a name that is not a number`,
      hint: `write addModule("${this.#list.length}", layer) to add a module to the end`,
    });
  }

  /** @internal */
  static answer(prototype: ModuleSequence): void {
    for (let index = -9; index < 100; index++) {
      Object.defineProperty(prototype, index, {
        get(this: ModuleSequence) {
          if (index < 0) throw this.#noPosition(String(index));
        },
        set(this: ModuleSequence) {
          throw this.#noPosition(String(index));
        },
      });
    }
  }

  #requireModule(name: string, module: unknown): void {
    if (!(module instanceof Module)) throw this.#notModule(name, module);
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
    return this.#all().length;
  }

  /** The modules, in order. */
  [Symbol.iterator](): Iterator<Module> {
    return this.#all()[Symbol.iterator]();
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
    for (const [name, module] of named) this.addModule(name, module as Module);
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
    this.addModule(String(this.length), module);
    return this;
  }
}

ModuleSequence.answer(ModuleSequence.prototype);
const one = "write list.append(layer)";
answerForAbsent("ModuleList", ModuleList.prototype, { push: one, extend: `${one} for each`, insert: one });
