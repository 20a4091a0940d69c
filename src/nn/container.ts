/** Modules made of a list of modules. PyTorch: `Sequential`, `ModuleList`. */
// A class can declare that its instances are indexed by numbers only by merging with an interface.
/* eslint-disable @typescript-eslint/no-unsafe-declaration-merging */
import type { Tensor } from "../tensor/tensor.js";
import { ArgumentError } from "../errors/errors.js";
import { Module } from "./module.js";

interface ModuleSequence {
  readonly [index: number]: Module;
}

abstract class ModuleSequence extends Module {
  readonly #list: Module[] = [];

  protected push(name: string, module: Module): void {
    const index = this.#list.length;
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

  override get length(): number {
    return this.#list.length;
  }

  [Symbol.iterator](): Iterator<Module> {
    return this.#list[Symbol.iterator]();
  }
}

/**
 * Calls its modules one after the other. They are named "0", "1", …, or as the keys of a record, and can be had by
 * number either way.
 *
 * @example
 * const block = new nn.Sequential(new nn.Conv2d(8, 16, 3), new nn.BatchNorm2d(16), new nn.ReLU());
 * const named = new nn.Sequential({ conv: new nn.Conv2d(8, 16, 3), relu: new nn.ReLU() });
 */
export class Sequential extends ModuleSequence {
  constructor(modules: Readonly<Record<string, Module>>);
  constructor(...modules: Module[]);
  constructor(...given: (Module | Readonly<Record<string, Module>>)[]) {
    super();
    for (const [index, entry] of given.entries()) {
      if (entry instanceof Module) this.push(String(index), entry);
      else for (const [name, module] of Object.entries(entry)) this.push(name, module);
    }
  }

  override forward(input: Tensor): Tensor {
    let output = input;
    for (const module of this) output = module(output);
    return output;
  }
}

/**
 * Holds modules, named "0", "1", …, so that their parameters are found; has no forward of its own.
 *
 * @example
 * readonly blocks = new nn.ModuleList([new nn.Conv2d(8, 8, 3), new nn.Conv2d(8, 8, 3)]);
 * // in forward: for (const block of this.blocks) x = F.relu(block(x));
 */
export class ModuleList extends ModuleSequence {
  constructor(modules: Iterable<Module> = []) {
    super();
    for (const module of modules) this.append(module);
  }

  append(module: Module): this {
    this.push(String(this.length), module);
    return this;
  }
}
