/**
 * Module: the base class of layers and networks. A module is called like a function, which runs its `forward`; its
 * parameters, buffers and submodules are its fields of these kinds, in the order in which they were set.
 * Names: a submodule is called as its field; parameters and buffers have PyTorch's spelling, so that a state dict
 * fits PyTorch's (`bn1.running_mean` for the field `runningMean`). PyTorch: `torch.nn.Module`.
 */
// Declaration merging is the one way to give the instances of a class a call signature; Callable keeps its promise.
/* eslint-disable @typescript-eslint/no-unsafe-declaration-merging */
import { ArgumentError, KilogradError, StateError } from "../errors/errors.js";
import { forgetRecordings, guard } from "../graph/recording.js";
import { Tensor } from "../tensor/tensor.js";
import { Callable } from "./callable.js";
import { snakeCase } from "../text/python.js";
import { Buffer, Parameter } from "./parameter.js";
import { loadStateDict, type LoadOptions, type LoadResult, type StateDict } from "./state-dict.js";

/** What a module is called with: what its `forward` takes; tensors, where that is not known. */
export type Inputs<M extends Module> = Parameters<M["forward"]> extends never[] ? Tensor[] : Parameters<M["forward"]>;
/** What calling a module gives: what its `forward` returns; a tensor, where that is not known. */
export type Output<M extends Module> = unknown extends ReturnType<M["forward"]> ? Tensor : ReturnType<M["forward"]>;

/** Is called after each forward pass of a module, before the next module is called. */
export type ForwardHook = (module: Module, inputs: readonly unknown[], output: unknown) => void;

/** The modules whose forward pass is running, outermost first. */
const running: Module[] = [];

export interface Module {
  (...inputs: Inputs<this>): Output<this>;
}

/**
 * @example
 * class Net extends nn.Module {
 *   conv1 = new nn.Conv2d(1, 8, 3);
 *   override forward(x: Tensor): Tensor {
 *     return F.relu(this.conv1(x));
 *   }
 * }
 * const model = new Net();
 * const y = model(zeros([32, 1, 28, 28])); // [32, 8, 26, 26]
 */
export class Module extends Callable {
  training = true;
  readonly #hooks = new Set<ForwardHook>();

  /** The computation; a subclass writes it, with the inputs and the output that it needs. */
  forward(..._inputs: never[]): unknown {
    throw new StateError({
      op: "forward",
      problem: `the class ${this.constructor.name} does not define it`,
      hint: "write `override forward(x: Tensor): Tensor { … }` in the class",
    });
  }

  protected override call(inputs: readonly unknown[]): unknown {
    running.push(this);
    guard(() => this.#watch());
    try {
      const output = this.forward(...(inputs as never[]));
      for (const hook of this.#hooks) hook(this, inputs, output);
      if (running.length === 1) keepValues(output);
      return output;
    } catch (error) {
      if (error instanceof KilogradError) error.inModule(runningPath());
      throw error;
    } finally {
      running.pop();
    }
  }

  /**
   * Gives a check of whether those of this module's fields that may decide which graph its forward pass builds are as they
   * are now. Each call of a compiled function makes it: so it looks fields up by name, and at none that did not exist.
   */
  #watch(): () => boolean {
    const fields = this as unknown as Record<string, unknown>;
    const names = Object.keys(fields).filter((name) => fields[name] === null || typeof fields[name] !== "object");
    const values = names.map((name) => fields[name]);
    const hooks = this.#hooks.size;
    return () => this.#hooks.size === hooks && names.every((name, i) => Object.is(fields[name], values[i]));
  }

  /** Calls `hook` after each forward pass of this module, until `remove()`. PyTorch: `register_forward_hook`. */
  registerForwardHook(hook: ForwardHook): { remove(): void } {
    const own: ForwardHook = (module, inputs, output) => hook(module, inputs, output);
    this.#hooks.add(own);
    return { remove: () => void this.#hooks.delete(own) };
  }

  // Fields ------------------------------------------------------------------------------------------------------

  /** Adds a parameter under a name that is computed; a field `weight = new Parameter(…)` does the same. */
  registerParameter(name: string, parameter: Parameter | null): void {
    this.#register("registerParameter", name, parameter);
  }

  /** Adds a tensor that is kept but not trained; a field `runningMean = new Buffer(…)` does the same. */
  registerBuffer(name: string, source: Tensor): void {
    this.#register("registerBuffer", name, source instanceof Buffer ? source : new Buffer(source));
  }

  /** Adds a submodule under a name that is computed; a field of that name does the same. */
  addModule(name: string, module: Module): void {
    this.#register("addModule", name, module);
  }

  #register(op: string, name: string, value: unknown): void {
    if (name === "" || name.includes(".")) {
      throw new ArgumentError({ op, problem: `a name cannot be empty or contain a dot`, got: `"${name}"` });
    }
    if (name in this) {
      throw new ArgumentError({ op, problem: `${this.constructor.name} has a member "${name}" already` });
    }
    Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
  }

  /** The own fields of a class. */
  *#fields<T>(kind: abstract new (...args: never[]) => T): Generator<[string, T]> {
    for (const [name, value] of Object.entries(this) as [string, unknown][]) {
      if (Array.isArray(value)) this.#refuseHidden(name, value);
      if (value instanceof kind) yield [name, value];
    }
  }

  #refuseHidden(name: string, list: readonly unknown[]): void {
    if (!list.some((value) => value instanceof Module || value instanceof Parameter)) return;
    throw new StateError({
      op: this.constructor.name,
      problem: `the field "${name}" is an array of modules or parameters, which would not be trained or saved`,
      hint: "use nn.ModuleList or nn.Sequential, or a field for each",
    });
  }

  // Walks -------------------------------------------------------------------------------------------------------

  /** The direct submodules with their names, each once. */
  *namedChildren(): Generator<[string, Module]> {
    const seen = new Set<Module>();
    for (const [name, child] of this.#fields(Module)) {
      if (!seen.has(child)) yield [name, child];
      seen.add(child);
    }
  }
  *children(): Generator<Module> {
    for (const [, child] of this.namedChildren()) yield child;
  }

  /** This module (named `prefix`) and all under it with their dotted names, each once, parents first. */
  *namedModules(prefix = "", seen = new Set<Module>()): Generator<[string, Module]> {
    if (seen.has(this)) return;
    seen.add(this);
    yield [prefix, this];
    for (const [name, child] of this.namedChildren()) yield* child.namedModules(join(prefix, name), seen);
  }
  *modules(): Generator<Module> {
    for (const [, module] of this.namedModules()) yield module;
  }

  /** All parameters with their dotted names (`conv1.weight`), each once. */
  *namedParameters(): Generator<[string, Parameter]> {
    yield* this.#namedTensors(Parameter);
  }
  *parameters(): Generator<Parameter> {
    for (const [, parameter] of this.namedParameters()) yield parameter;
  }

  /** All buffers with their dotted names (`bn1.running_mean`), each once. */
  *namedBuffers(): Generator<[string, Buffer]> {
    yield* this.#namedTensors(Buffer);
  }
  *buffers(): Generator<Buffer> {
    for (const [, buffer] of this.namedBuffers()) yield buffer;
  }

  *#namedTensors<T extends Tensor>(kind: abstract new (...args: never[]) => T): Generator<[string, T]> {
    const seen = new Set<T>();
    for (const [path, module] of this.namedModules()) {
      for (const [name, value] of module.#fields(kind)) {
        if (seen.has(value)) continue;
        seen.add(value);
        yield [join(path, snakeCase(name)), value];
      }
    }
  }

  // State -------------------------------------------------------------------------------------------------------

  /** Switches training behaviour (dropout, batch statistics) on or off, here and in all submodules. */
  train(mode = true): this {
    for (const module of this.modules()) {
      if (module.training !== mode) forgetRecordings();
      module.training = mode;
    }
    return this;
  }
  /** The same as `train(false)`. */
  eval(): this {
    return this.train(false);
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = null;
  }

  /** Says of all parameters whether backward() shall compute their gradient; `false` freezes them. */
  requiresGrad_(requiresGrad = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad = requiresGrad;
    return this;
  }

  /** Calls `visit` with every submodule and then with this module. */
  apply(visit: (module: Module) => void): this {
    for (const child of this.children()) child.apply(visit);
    visit(this);
    return this;
  }

  /** The parameters and buffers themselves (no copies) by PyTorch's names, in PyTorch's order. */
  stateDict(prefix = ""): StateDict {
    const dict = new Map<string, Tensor>();
    for (const kind of [Parameter, Buffer]) {
      for (const [name, value] of this.#fields<Tensor>(kind)) dict.set(join(prefix, snakeCase(name)), value);
    }
    for (const [name, child] of this.#fields(Module)) {
      for (const [key, value] of child.stateDict(join(prefix, name))) dict.set(key, value);
    }
    return dict;
  }

  /**
   * Overwrites parameters and buffers with the elements of another state dict. Nothing is changed when something
   * does not fit. PyTorch: `load_state_dict`.
   * @throws ArgumentError that lists missing, unexpected and mis-shaped entries
   */
  loadStateDict(dict: StateDict, options: LoadOptions = {}): LoadResult {
    return loadStateDict(this.constructor.name, this.stateDict(), dict, options);
  }

  // Printing ----------------------------------------------------------------------------------------------------

  /** What stands between the parentheses of this module's printed form; a layer gives its arguments. */
  extraRepr(): string {
    return "";
  }

  /** The printed form of PyTorch: a line for each module, indented. */
  override toString(): string {
    const extra = this.extraRepr();
    const name = this.constructor.name;
    const children = [...this.#fields(Module)].map(([field, child]) => `(${field}): ${String(child)}`);
    if (children.length === 0) return `${name}(${extra})`;
    const lines = [...(extra === "" ? [] : [extra]), ...children];
    return `${name}(\n${lines.join("\n").replace(/^/gm, "  ")}\n)`;
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

function join(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}.${name}`;
}

/** A network's output is computed together with its loss: it is likely to be asked for. */
function keepValues(output: unknown): void {
  if (Array.isArray(output)) output.forEach(keepValues);
  else if (output instanceof Tensor && output.node.inputs.length > 0) output.node.keep = true;
}

/** `features.conv1 (Conv2d)` for the module that runs, seen from the outermost one. */
function runningPath(): string {
  const [outermost, innermost] = [running[0]!, running[running.length - 1]!];
  const kind = innermost.constructor.name;
  for (const [path, module] of outermost.namedModules()) {
    if (module === innermost && path !== "") return `${path} (${kind})`;
  }
  return kind;
}
