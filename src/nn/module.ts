/**
 * Module: the base class of layers and networks. A module is called like a function, which runs its `forward`. Its
 * parameters, buffers and submodules are the fields that hold such values, in the order in which they were set. A
 * submodule has the name of its field. Parameters and buffers are named as in PyTorch (`bn1.running_mean` for the field
 * `runningMean`), so that state dicts can be exchanged. PyTorch: `torch.nn.Module`.
 */
// Declaration merging is the only way to give a class's instances a call signature. Callable makes it true.
/* eslint-disable @typescript-eslint/no-unsafe-declaration-merging */
import { ArgumentError, KilogradError, StateError } from "../errors/errors.js";
import { answerForAbsent, inPython, snakeCase } from "../errors/absent.js";
import { checkMethods, methodsOf } from "../errors/checked-methods.js";
import type { Arguments } from "../errors/signature.js";
import { shown } from "../errors/shown.js";
import { forgetRecordings, guard } from "../graph/recording.js";
import { Variable } from "../graph/variable.js";
import type { Tensor } from "../tensor/tensor.js";
import { tensorsIn } from "../tensor/tensors-in.js";
import type { LayerElsewhere } from "./elsewhere.js";
import { runForward } from "./callable.js";
import { fieldsOf, join, ModuleFields } from "./module-fields.js";
import { Buffer, Parameter } from "./parameter.js";
import { watchFields } from "./watched-fields.js";
import { moduleParameters, type strict } from "./module-parameters.js";
import { loadStateDict, type LoadOptions, type LoadResult, type StateDict } from "./state-dict.js";

/** The arguments of a module's `forward`; tensors, if its type is unknown. */
export type Inputs<M extends Module> = Parameters<M["forward"]> extends never[] ? Tensor[] : Parameters<M["forward"]>;
/** What a module's `forward` returns; a tensor, if its type is unknown. */
export type Output<M extends Module> = unknown extends ReturnType<M["forward"]> ? Tensor : ReturnType<M["forward"]>;

/** A module, whatever its `forward` returns; a `Module` whose type is not known any further returns a tensor. */
export type AnyModule = Pick<Module, "forward" | "parameters" | "stateDict">;

/** A function that is called after each forward pass of a module, before the next module is called. */
export type ForwardHook = (module: Module, inputs: readonly unknown[], output: unknown) => void;

/** The modules whose forward passes are running, outermost first. */
const running: Module[] = [];

export interface Module {
  /**
   * Runs the forward pass, then the module's hooks.
   * @param inputs what `forward` takes
   * @returns what `forward` returns
   * @throws whatever `forward` throws; kilograd's errors name the module
   */
  (...inputs: Inputs<this>): Output<this>;
}

/**
 * The base class of layers and networks. A module is called like a function, which runs its `forward`. Its parameters,
 * buffers and submodules are the fields that hold such values, in the order in which they were set. A submodule has the
 * name of its field; parameters and buffers are named as in PyTorch (`running_mean` for the field `runningMean`), so
 * that state dicts can be exchanged. PyTorch: `torch.nn.Module`.
 * @example
 * class Net extends nn.Module {
 *   conv1 = new nn.Conv2d(1, 8, 3);
 *   override forward(x: Tensor): Tensor {
 *     return F.relu(this.conv1(x));
 *   }
 * }
 * const model = new Net();
 * model(zeros([32, 1, 28, 28])).shape; // [32, 8, 26, 26]
 */
export class Module extends ModuleFields<Module> {
  /**
   * What other tools call this layer.
   * @internal
   */
  static readonly elsewhere?: LayerElsewhere;

  /**
   * Whether the module behaves as in training (dropout drops, batch norm uses the batch's statistics); `train()` and
   * `eval()` set it for all submodules. PyTorch: `torch.nn.Module.training`.
   */
  training = true;
  readonly #hooks = new Set<ForwardHook>();
  #isCalled = false;
  #isHeld = false;

  /** @throws ArgumentError for any argument: what a class's constructor does not take would be lost */
  constructor() {
    super();
    if (Array.from(arguments).every((value) => value === undefined)) return;
    throw new ArgumentError({
      op: this.constructor.name,
      problem: "takes no arguments",
      got: Array.from(arguments, shown).join(", "),
      hint: "a class that takes some has a constructor, which calls super()",
    });
  }

  /**
   * The computation. A subclass defines it, with the inputs and the output that it needs. PyTorch:
   * `torch.nn.Module.forward`.
   * @param _inputs what the subclass takes
   * @returns what the subclass computes
   * @throws StateError if the subclass does not define it
   * @example
   * class Double extends nn.Module {
   *   override forward(x: Tensor): Tensor {
   *     return x.mul(2);
   *   }
   * }
   * new Double()(tensor([1, 2])).tolist(); // [2, 4]
   */
  forward(..._inputs: never[]): unknown {
    throw new StateError({
      op: "forward",
      problem: `the class ${this.constructor.name} does not define it`,
      hint: "write `override forward(x: Tensor): Tensor { … }` in the class",
    });
  }

  protected override [runForward](inputs: readonly unknown[]): unknown {
    if (Object.hasOwn(this.constructor, "elsewhere")) refuseMore(this, inputs, this.forward.length);
    const network = running[0];
    if (network) this.#refuseHidden(network);
    else this.#begin();
    running.push(this);
    guard(() => this.#watch());
    try {
      const output = this.forward(...(inputs as never[]));
      for (const hook of this.#hooks) refuseOther(output, hook(this, inputs, output));
      if (running.length === 1) keepValues(output);
      return output;
    } catch (error) {
      if (error instanceof KilogradError) error.inModule(runningPath());
      throw error;
    } finally {
      running.pop();
    }
  }

  /** Before the first call of a network, its parameters are noted as its own; `Optimizer.step` looks for others. */
  #begin(): void {
    Variable.stray = undefined;
    if (this.#isCalled) return;
    this.#isCalled = true;
    this.#hold();
    for (const { variable } of this.parameters()) variable.unlisted = false;
  }

  #hold(): void {
    for (const module of this.modules()) module.#isHeld = true;
  }

  /** @throws StateError if this layer should be in a field of the network that is running, but is not */
  #refuseHidden(network: Module): void {
    if (this.#isHeld || !this.#needsField()) return;
    network.#hold();
    if (this.#isHeld) return;
    throw new StateError({
      op: "forward",
      problem: `calls a ${this.constructor.name} that is in none of the network's fields, which would not be trained or saved, or see eval()`,
      hint: "make layers in the constructor, and hold each in a field that is not private: conv = new nn.Conv2d(1, 8, 3)",
    });
  }

  /** Whether it is trained, or evaluates otherwise than it trains. A ReLU need not be in a field. */
  #needsField(): boolean {
    const parameters = [...this.parameters()];
    if (parameters.length > 0) return parameters.some(({ requiresGrad }) => requiresGrad);
    const { elsewhere } = this.constructor as typeof Module;
    return this.training && (elsewhere?.pytorch.startsWith("Dropout") === true || [...this.buffers()].length > 0);
  }

  /** Returns a check that tells whether what may affect the graph of the forward pass is still the same. */
  #watch(): () => boolean {
    const areSame = watchFields(this);
    const hooks = this.#hooks.size;
    return () => this.#hooks.size === hooks && areSame();
  }

  /**
   * Calls a function after each forward pass of this module. PyTorch: `torch.nn.Module.register_forward_hook`.
   * @param hook is called with the module, its inputs and its output; it returns no other tensor
   * @returns a handle, whose `remove()` takes the hook away again
   * @example
   * const relu = new nn.ReLU();
   * const shapes: Shape[] = [];
   * const hook = relu.registerForwardHook((module, inputs, output) => void shapes.push((output as Tensor).shape));
   * relu(zeros([2, 3]));
   * hook.remove();
   * relu(zeros([4, 5]));
   * shapes; // [[2, 3]]
   */
  registerForwardHook(hook: ForwardHook): { remove(): void } {
    const own: ForwardHook = (module, inputs, output) => hook(module, inputs, output);
    this.#hooks.add(own);
    return { remove: () => void this.#hooks.delete(own) };
  }

  // State -------------------------------------------------------------------------------------------------------

  /**
   * Switches the behaviour of training (dropout, batch statistics) on or off, here and in all submodules. PyTorch:
   * `torch.nn.Module.train`.
   * @param mode whether to behave as in training
   * @returns this module
   * @example
   * const dropout = new nn.Dropout(0.5);
   * dropout.train(false)(ones([3])).tolist(); // [1, 1, 1]
   */
  train(mode = true): this {
    if (this.training !== mode) forgetRecordings();
    this.training = mode;
    // Each child's own method is called, because a class may override it, for example to freeze a part of itself.
    for (const child of this.children()) child.train(mode);
    return this;
  }

  /**
   * Switches to the behaviour of evaluation, as `train(false)` does. PyTorch: `torch.nn.Module.eval`.
   * @returns this module
   * @example new nn.Dropout(0.5).eval().training; // false
   */
  eval(): this {
    return this.train(false);
  }

  /**
   * Clears the gradients of all parameters. PyTorch: `torch.nn.Module.zero_grad`.
   * @example
   * const linear = new nn.Linear(2, 1);
   * linear(ones([1, 2])).sum().backward();
   * linear.zeroGrad();
   * linear.weight.grad; // null
   */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = null;
  }

  /**
   * Says whether `backward()` computes gradients for all parameters; `false` freezes them. PyTorch:
   * `torch.nn.Module.requires_grad_`.
   * @param requiresGrad whether they are trained
   * @returns this module
   * @example new nn.Linear(2, 1).requiresGrad_(false).weight.requiresGrad; // false
   */
  requiresGrad_(requiresGrad = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad = requiresGrad;
    return this;
  }

  /**
   * Calls a function with every submodule and then with this module. PyTorch: `torch.nn.Module.apply`.
   * @param visit the function
   * @returns this module
   * @example
   * const net = new nn.Sequential(new nn.Linear(4, 2), new nn.ReLU());
   * net.apply((module) => {
   *   if (module instanceof nn.Linear) nn.init.ones_(module.weight);
   * });
   * net.stateDict().get("0.weight")!.sum().item(); // 8
   */
  apply(visit: (module: Module) => void): this {
    for (const child of this.children()) child.apply(visit);
    visit(this);
    return this;
  }

  /**
   * Lists the parameters and buffers by their names in PyTorch, in PyTorch's order. PyTorch:
   * `torch.nn.Module.state_dict`.
   * @param prefix what the names begin with
   * @returns the tensors themselves, not copies
   * @example
   * const bn = new nn.BatchNorm2d(8);
   * [...bn.stateDict().keys()]; // ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]
   */
  stateDict(prefix = ""): StateDict {
    const dict = new Map<string, Tensor>();
    for (const kind of [Parameter, Buffer]) {
      for (const [name, value] of fieldsOf<Tensor>(this, kind)) dict.set(join(prefix, snakeCase(name)), value);
    }
    for (const [name, child] of fieldsOf(this, Module)) {
      for (const [key, value] of child.stateDict(join(prefix, name))) dict.set(key, value);
    }
    return dict;
  }

  /**
   * Overwrites parameters and buffers with those of a state dict. Nothing changes if something does not fit. PyTorch:
   * `torch.nn.Module.load_state_dict`.
   * @param dict the tensors by name, in a Map or a record
   * @param rest whether missing and unexpected entries are errors: `false`, or `{ strict: false }`
   * @returns the missing and the unexpected entries
   * @throws ArgumentError that lists missing, unexpected and misshapen entries
   * @example
   * const [one, two] = [new nn.Linear(2, 1), new nn.Linear(2, 1)];
   * two.loadStateDict(one.stateDict()); // { missingKeys: [], unexpectedKeys: [] }
   * two.weight.sub(one.weight).abs().sum().item(); // 0
   */
  loadStateDict(
    dict: StateDict | Readonly<Record<string, Tensor>>,
    ...rest: Arguments<LoadOptions, typeof strict>
  ): LoadResult {
    const isStrict = (rest[0] as boolean | undefined) ?? true; // checkMethods has turned options into positions
    const given: StateDict = dict instanceof Map ? dict : new Map(Object.entries(dict));
    return loadStateDict(this.constructor.name, this.stateDict(), given, isStrict);
  }

  // Printing ----------------------------------------------------------------------------------------------------

  /**
   * Says what is printed between the parentheses of this module; a layer returns its arguments. PyTorch:
   * `torch.nn.Module.extra_repr`.
   * @returns the text
   * @example new nn.Linear(2, 1).extraRepr(); // "in_features=2, out_features=1, bias=True"
   */
  extraRepr(): string {
    return "";
  }

  /**
   * The Python arguments that make the same layer in PyTorch: what is printed, unless PyTorch does not print all of it.
   * @internal
   */
  pytorchArguments(): string {
    return this.extraRepr();
  }

  /**
   * Prints the module as PyTorch does, with a line for each submodule.
   * @returns the text
   * @example new nn.Linear(2, 1).toString(); // "Linear(in_features=2, out_features=1, bias=True)"
   */
  override toString(): string {
    const extra = this.extraRepr();
    const name = this.constructor.name;
    const children = [...fieldsOf(this, Module)].map(([field, child]) => `(${field}): ${String(child)}`);
    if (children.length === 0) return `${name}(${extra})`;
    const lines = [...(extra === "" ? [] : [extra]), ...children];
    return `${name}(\n${lines.join("\n").replace(/^/gm, "  ")}\n)`;
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** @throws ArgumentError if a layer is called with more than it takes */
export function refuseMore(layer: object, inputs: readonly unknown[], most: number): void {
  if (inputs.length <= most) return;
  throw new ArgumentError({
    op: layer.constructor.name,
    problem: `${inputs.length} inputs are too many`,
    expected: `at most ${most}`,
  });
}

/** @throws ArgumentError for a hook's result that would replace the output in PyTorch; an arrow function returns something easily */
function refuseOther(output: unknown, result: unknown): void {
  if (result === output || tensorsIn(result).length === 0) return;
  throw new ArgumentError({
    op: "registerForwardHook",
    problem: "a hook returns another tensor, which would not replace the output",
    hint: "change outputs in forward, and return nothing from the hook",
  });
}

/** Keeps a network's output when its loss is computed, because it is likely to be read. */
function keepValues(output: unknown): void {
  for (const { node } of tensorsIn(output)) if (node.inputs.length > 0) node.keep = true;
}

/** The path from the outermost module to the one that is running, such as `features.conv1 (Conv2d)`. */
function runningPath(): string {
  const [outermost, innermost] = [running[0]!, running[running.length - 1]!];
  const kind = innermost.constructor.name;
  for (const [path, module] of outermost.namedModules()) {
    if (module === innermost && path !== "") return `${path} (${kind})`;
  }
  return kind;
}

checkMethods(Module.prototype, moduleParameters);
answerForAbsent("Module", Module.prototype, {
  ...inPython(methodsOf(Module.prototype), (name) => `model.${name}(…)`),
  requiresGrad: "write model.requiresGrad_(…)",
  requires_grad: "write model.requiresGrad_(…)",
});
const unneeded = "leave it out: there is one device, and parameters are float32";
const moves = "to cuda cpu half float double".split(" ");
answerForAbsent("Module", Module.prototype, Object.fromEntries(moves.map((name) => [name, unneeded] as const)), true);
