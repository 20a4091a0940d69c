/**
 * A module's parameters, buffers and submodules: adding them by name, and finding them among the fields. Module extends
 * this class; here it is the type parameter `M`, so that it need not be imported.
 */
import { ArgumentError, StateError } from "../errors/errors.js";
import { isRecord } from "../errors/signature.js";
import type { Tensor } from "../tensor/tensor.js";
import { snakeCase } from "../errors/absent.js";
import { Callable } from "./callable.js";
import { holdField, holdFields } from "./held-fields.js";
import { Buffer, Parameter } from "./parameter.js";

/** @internal */
export abstract class ModuleFields<M extends ModuleFields<M>> extends Callable {
  /**
   * Adds a parameter whose name is computed; a field `weight = new nn.Parameter(…)` does the same. PyTorch:
   * `torch.nn.Module.register_parameter`.
   * @param name its name; not empty and without a dot
   * @param parameter the parameter, or null for a name without one
   * @throws ArgumentError for a name that is not possible or already taken
   * @example
   * const module = new nn.Module();
   * module.registerParameter("scale", new nn.Parameter(ones([3])));
   * [...module.namedParameters()].map(([name]) => name); // ["scale"]
   */
  registerParameter(name: string, parameter: Parameter | null): void {
    register(this, "registerParameter", name, parameter);
  }

  /**
   * Adds a tensor that is saved but not trained; a field `runningMean = new nn.Buffer(…)` does the same. PyTorch:
   * `torch.nn.Module.register_buffer`.
   * @param name its name; not empty and without a dot
   * @param source the initial elements, which are copied unless it is a Buffer
   * @throws ArgumentError for a name that is not possible or already taken
   * @example
   * const module = new nn.Module();
   * module.registerBuffer("runningMean", zeros([3]));
   * [...module.stateDict().keys()]; // ["running_mean"]
   */
  registerBuffer(name: string, source: Tensor): void {
    register(this, "registerBuffer", name, source instanceof Buffer ? source : new Buffer(source));
  }

  /**
   * Adds a submodule whose name is computed; a field of that name does the same. PyTorch: `torch.nn.Module.add_module`.
   * @param name its name; not empty and without a dot
   * @param module the submodule
   * @throws ArgumentError for a name that is not possible or already taken
   * @example
   * const module = new nn.Module();
   * module.addModule("relu", new nn.ReLU());
   * [...module.namedChildren()].map(([name]) => name); // ["relu"]
   */
  addModule(name: string, module: M): void {
    register(this, "addModule", name, module);
  }

  /**
   * Iterates over the direct submodules and their names, each once. PyTorch: `torch.nn.Module.named_children`.
   * @returns pairs of name and module
   * @example
   * const net = new nn.Sequential({ conv: new nn.Conv2d(1, 8, 3), relu: new nn.ReLU() });
   * [...net.namedChildren()].map(([name]) => name); // ["conv", "relu"]
   */
  *namedChildren(): Generator<[string, M]> {
    const seen = new Set<M>();
    for (const [name, child] of fieldsOf<M>(this, ModuleFields as abstract new () => M)) {
      if (!seen.has(child)) yield [name, child];
      seen.add(child);
    }
  }

  /**
   * Iterates over the direct submodules, each once. PyTorch: `torch.nn.Module.children`.
   * @returns the modules
   * @example [...new nn.Sequential(new nn.ReLU(), new nn.Tanh()).children()].length; // 2
   */
  *children(): Generator<M> {
    for (const [, child] of this.namedChildren()) yield child;
  }

  /**
   * Iterates over this module and everything in it, with dotted names, each once, parents first. PyTorch:
   * `torch.nn.Module.named_modules`.
   * @param prefix the name of this module
   * @param seen modules to leave out
   * @returns pairs of name and module
   * @example
   * const net = new nn.Sequential(new nn.Sequential(new nn.ReLU()));
   * [...net.namedModules()].map(([name]) => name); // ["", "0", "0.0"]
   */
  *namedModules(prefix = "", seen = new Set<M>()): Generator<[string, M]> {
    const self = this as unknown as M; // Module is the only class that extends this one
    if (seen.has(self)) return;
    seen.add(self);
    yield [prefix, self];
    for (const [name, child] of this.namedChildren()) yield* child.namedModules(join(prefix, name), seen);
  }

  /**
   * Iterates over this module and everything in it, each once, parents first. PyTorch: `torch.nn.Module.modules`.
   * @returns the modules
   * @example
   * const net = new nn.Sequential(new nn.Conv2d(1, 8, 3), new nn.ReLU());
   * [...net.modules()].filter((module) => module instanceof nn.Conv2d).length; // 1
   */
  *modules(): Generator<M> {
    for (const [, module] of this.namedModules()) yield module;
  }

  /**
   * Iterates over all parameters and their dotted names, each once. PyTorch: `torch.nn.Module.named_parameters`.
   * @returns pairs of name and parameter
   * @example
   * const net = new nn.Sequential(new nn.Conv2d(1, 8, 3));
   * [...net.namedParameters()].map(([name]) => name); // ["0.weight", "0.bias"]
   */
  *namedParameters(): Generator<[string, Parameter]> {
    yield* this.#namedTensors(Parameter);
  }

  /**
   * Iterates over all parameters, each once. PyTorch: `torch.nn.Module.parameters`.
   * @returns the parameters
   * @example
   * const net = new nn.Sequential(new nn.Conv2d(1, 8, 3), new nn.ReLU());
   * [...net.parameters()].reduce((total, parameter) => total + parameter.numel(), 0); // 80
   */
  *parameters(): Generator<Parameter> {
    for (const [, parameter] of this.namedParameters()) yield parameter;
  }

  /**
   * Iterates over all buffers and their dotted names, each once. PyTorch: `torch.nn.Module.named_buffers`.
   * @returns pairs of name and buffer
   * @example
   * const net = new nn.Sequential({ bn: new nn.BatchNorm2d(8) });
   * [...net.namedBuffers()].map(([name]) => name); // ["bn.running_mean", "bn.running_var", "bn.num_batches_tracked"]
   */
  *namedBuffers(): Generator<[string, Buffer]> {
    yield* this.#namedTensors(Buffer);
  }

  /**
   * Iterates over all buffers, each once. PyTorch: `torch.nn.Module.buffers`.
   * @returns the buffers
   * @example [...new nn.BatchNorm2d(8).buffers()].length; // 3
   */
  *buffers(): Generator<Buffer> {
    for (const [, buffer] of this.namedBuffers()) yield buffer;
  }

  *#namedTensors<T extends Tensor>(kind: abstract new (...args: never) => T): Generator<[string, T]> {
    const seen = new Set<T>();
    for (const [path, module] of this.namedModules()) {
      for (const [name, value] of fieldsOf(module, kind)) {
        if (seen.has(value)) continue;
        seen.add(value);
        yield [join(path, snakeCase(name)), value];
      }
    }
  }
}

function register(owner: object, op: string, name: string, value: unknown): void {
  if (name === "" || name.includes(".")) {
    throw new ArgumentError({ op, problem: `a name cannot be empty or contain a dot`, got: `"${name}"` });
  }
  if (name in owner) {
    throw new ArgumentError({ op, problem: `${owner.constructor.name} has a member "${name}" already` });
  }
  Object.defineProperty(owner, name, { value, writable: true, enumerable: true, configurable: true });
  if (value === null && op === "registerParameter") holdField(owner, name, value, Parameter);
  holdFields(owner);
}

/** The fields of a module whose values are instances of a class. */
export function* fieldsOf<T>(module: object, kind: abstract new (...args: never) => T): Generator<[string, T]> {
  holdFields(module);
  for (const [name, value] of Object.entries(module) as [string, unknown][]) {
    refuseHidden(module, name, value);
    if (value instanceof kind) yield [name, value];
  }
}

/** @throws StateError for a field that holds modules or parameters within something else, where nobody finds them */
function refuseHidden(module: object, name: string, value: unknown): void {
  if (!isCollection(value) || !holdsModules(value)) return;
  const kind = Array.isArray(value) ? "an array" : `a${isRecord(value) ? "n object" : ` ${value.constructor.name}`}`;
  throw new StateError({
    op: module.constructor.name,
    problem: `the field "${name}" is ${kind} of modules or parameters, which would not be trained or saved`,
    hint: "use nn.ModuleList or nn.Sequential, or a field for each",
  });
}

const isCollection = (value: unknown): value is object =>
  Array.isArray(value) || isRecord(value) || value instanceof Map || value instanceof Set;

/** Whether there is a module or a parameter in a collection, or in a collection within it. */
function holdsModules(collection: object, seen = new Set<object>()): boolean {
  seen.add(collection);
  const values: unknown[] =
    collection instanceof Map || collection instanceof Set ? [...collection.values()] : Object.values(collection);
  return values.some(
    (value) =>
      value instanceof ModuleFields ||
      value instanceof Parameter ||
      (isCollection(value) && !seen.has(value) && holdsModules(value, seen)),
  );
}

/** Joins names with a dot, as in `conv1.weight`. The outermost module's name is empty. */
export function join(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}.${name}`;
}
