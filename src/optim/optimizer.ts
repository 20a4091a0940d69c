/**
 * The base class of optimizers: parameter groups, state per parameter, zeroGrad() and step(). A step adds the updates
 * to the graph and realises it, so that forward pass, backward pass and update run as one program. Numbers that vary
 * between steps enter the graph as live leaves (`scalar`). As constants, they would make every step a new program.
 * PyTorch: `torch.optim.Optimizer`.
 */
import { ArgumentError, StateError } from "../errors/errors.js";
import { enableGrad, noGrad } from "../graph/grad-mode.js";
import type { Node } from "../graph/node.js";
import { Variable } from "../graph/variable.js";
import { answerForAbsent, inPython } from "../errors/absent.js";
import { checkListed, methodsOf } from "../errors/checked-methods.js";
import { callback, kind } from "../errors/kinds.js";
import { isRecord, optional, required, Signature, type Parameter } from "../errors/signature.js";
import { live } from "../ops/leaf.js";
import { forgetRecordings, guard } from "../graph/recording.js";
import { realize } from "../runtime/realize.js";
import { formatShape } from "../graph/shape.js";
import { Tensor } from "../tensor/tensor.js";
import type { ParamGroup, ParamState } from "./param-group.js";
import { packState, unpackState, type OptimizerState } from "./optimizer-state.js";

/** What is trained: tensors, or groups of them with hyperparameters of their own. */
export type Params<G extends ParamGroup> = Iterable<Tensor> | Iterable<GroupOptions<G>>;
/** Parameters, and those of their hyperparameters that differ from the optimizer's. */
export type GroupOptions<G extends ParamGroup> = Partial<Hyperparameters<G>> & { readonly params: Iterable<Tensor> };
/**
 * The first parameter of every optimizer.
 * @internal
 */
export const trained = required(
  "params",
  kind<Iterable<unknown>>(
    "model.parameters(), an array of tensors, or an array of groups { params, lr, … }",
    (value) => typeof value === "object" && value !== null && Symbol.iterator in value && !(value instanceof Tensor),
  ),
);

const hasParams = kind(
  "a group { params, lr, … }",
  (value) => isRecord(value) && trained.kind.accepts(value["params"]),
);
const savedState = kind(
  "what optimizer.stateDict() returns",
  (value) => isRecord(value) && isRecord(value["state"]) && Array.isArray(value["param_groups"]),
);

/** The hyperparameters of a group. */
export type Hyperparameters<G extends ParamGroup> = Omit<G, "params" | "initialLr">;

/**
 * The base class of optimizers: groups of parameters, the state of each parameter, `zeroGrad()` and `step()`. Forward
 * pass, backward pass and update run as one program. PyTorch: `torch.optim.Optimizer`.
 * @example
 * const optimizer: optim.Optimizer = new optim.Adam(new nn.Linear(2, 1).parameters());
 * optimizer.paramGroups[0].lr = 0.01;
 * optimizer.paramGroups[0].params.length; // 2
 */
export abstract class Optimizer<G extends ParamGroup = ParamGroup, S extends ParamState = ParamState> {
  /** The groups. A change of a hyperparameter takes effect with the next step. */
  readonly paramGroups: G[] = [];
  /** The state of each parameter that has been updated. */
  readonly state = new Map<Tensor, S>();

  /** The hyperparameters of groups that do not have their own. */
  readonly defaults: Hyperparameters<G>;
  /** The hyperparameters as arguments, each with its default here. */
  readonly #hyperparameters: Signature<readonly Parameter[]>;

  /**
   * @param signature the parameters: what to train, and the hyperparameters with their kinds
   * @param given the arguments: tensors, or groups of them with hyperparameters of their own; then hyperparameters
   */
  protected constructor(signature: Signature<readonly Parameter[]>, given: readonly unknown[]) {
    const { params, ...defaults } = signature.read(given);
    this.defaults = defaults as Hyperparameters<G>;
    this.#hyperparameters = new Signature(
      this.#name,
      signature.parameters.slice(1).map(({ name, kind }) => optional(name, kind, defaults[name])),
    );
    const where = (name: string): [string, string] => [name, `write optimizer.paramGroups[0].${name}`];
    answerForAbsent(this.#name, this, Object.fromEntries(Object.keys(defaults).map(where)));
    const list = [...(params as Params<G>)] as readonly (Tensor | GroupOptions<G>)[];
    if (list.length === 0) {
      throw new ArgumentError({
        op: this.#name,
        problem: "the list of parameters is empty",
        hint: "layers must be fields of the network, or in a Sequential or ModuleList; and a loop uses parameters() up, so write [...model.parameters()] to use them again",
      });
    }
    const alone = list.filter((entry) => entry instanceof Tensor);
    if (alone.length > 0) this.addParamGroup({ params: alone } as unknown as GroupOptions<G>);
    for (const entry of list) if (!(entry instanceof Tensor)) this.addParamGroup(entry);
  }

  get #name(): string {
    return this.constructor.name;
  }

  /**
   * Adds parameters. PyTorch: `torch.optim.Optimizer.add_param_group`.
   * @param options the parameters, and their hyperparameters where these differ from the optimizer's
   * @throws ArgumentError for a hyperparameter that is unknown or out of its range, for a tensor that is not a leaf,
   *   and for one that is already there
   * @example
   * const optimizer = new optim.SGD(new nn.Linear(2, 1).parameters(), { lr: 0.1 });
   * optimizer.addParamGroup({ params: new nn.Linear(1, 1).parameters(), lr: 0.5 });
   * optimizer.paramGroups.map(({ lr }) => lr); // [0.1, 0.5]
   */
  addParamGroup(options: GroupOptions<G>): void {
    forgetRecordings();
    const { params, ...own } = options;
    const group = { ...this.#hyperparameters.read([own]), params: [...params] } as unknown as G;
    const known = new Set(this.paramGroups.flatMap(({ params }) => params));
    for (const param of group.params) {
      if (!param.variable) {
        throw new ArgumentError({
          op: this.#name,
          problem: `a tensor of shape ${formatShape(param.shape)} is not a leaf, so it cannot be optimized`,
          hint: "pass model.parameters(), or tensors made with { requiresGrad: true }",
        });
      }
      if (known.has(param)) throw new ArgumentError({ op: this.#name, problem: "a parameter appears twice" });
      known.add(param);
      param.variable.unlisted = false;
    }
    this.checkTogether(group);
    this.paramGroups.push(group);
  }

  /**
   * Clears the gradients of all parameters. Without it, `backward()` adds to them. PyTorch:
   * `torch.optim.Optimizer.zero_grad`.
   * @example
   * const w = tensor([1, 2], undefined, { requiresGrad: true });
   * const optimizer = new optim.SGD([w]);
   * w.sum().backward();
   * optimizer.zeroGrad();
   * w.grad; // null
   */
  zeroGrad(): void {
    for (const { params } of this.paramGroups) for (const param of params) param.grad = null;
  }

  /**
   * Updates all parameters that have a gradient, and computes everything that is pending. PyTorch:
   * `torch.optim.Optimizer.step`.
   * @param closure is called first, and may compute the loss and call `backward()`
   * @returns what the closure returns
   * @throws StateError if a pending tensor needs a parameter that has been overwritten twice since, or if the network has
   *   used a parameter that was in none of its fields and is in no optimizer
   * @example
   * const w = tensor([1, 2], undefined, { requiresGrad: true });
   * const optimizer = new optim.SGD([w], { lr: 0.5 });
   * w.sum().backward();
   * optimizer.step();
   * w.tolist(); // [0.5, 1.5]
   */
  step<T = void>(closure?: () => T): T {
    const result = closure && enableGrad(closure);
    refuseStray(this.#name);
    const used = this.#gradients();
    noGrad(() => {
      guard(() => {
        const groups = [...this.paramGroups];
        return () => sameList(groups, this.paramGroups);
      });
      for (const group of this.paramGroups) {
        this.#recheck(group);
        guard(() => {
          const form = formOf(group);
          const params = [...group.params];
          return () => {
            this.#recheck(group);
            return formOf(group) === form && sameList(params, group.params);
          };
        });
        const update = this.prepare(group);
        for (const param of group.params) {
          const grad = param.variable!.grad;
          if (grad) update(param, grad);
        }
      }
    });
    realize([]);
    for (const grad of used) if (grad.value === undefined) grad.spent = true;
    return result as T;
  }

  /**
   * The parameters' gradients. If a previous step has already used a gradient, or it adds to one that was used, its
   * value is kept: the weights that it depends on stay readable for only one more step.
   */
  #gradients(): Node[] {
    const all = this.paramGroups.flatMap(({ params }) => params.flatMap(({ variable }) => variable?.grad ?? []));
    const spent = (node: Node): boolean => node.value === undefined && node.spent;
    for (const grad of all) if (spent(grad) || grad.inputs.some(spent)) grad.keep = true;
    return all;
  }

  /** Throws for hyperparameters that were changed to something impossible, and for misspelt ones. */
  #recheck(group: G): void {
    const { params: _, initialLr: __, ...own } = group;
    this.#hyperparameters.read([own]);
    this.checkTogether(group);
  }

  /** Throws for hyperparameters that do not fit each other. */
  protected checkTogether(_: G): void {}
  /** The state of a parameter before its first update. */
  protected abstract freshState(param: Tensor, group: G): S | undefined;
  /** Prepares what all parameters of the group share, and returns a function that updates one of them. */
  protected abstract prepare(group: G): (param: Tensor, grad: Node) => void;

  /**
   * Returns the hyperparameters and the state of each parameter, under PyTorch's names. PyTorch:
   * `torch.optim.Optimizer.state_dict`.
   * @returns plain data, and the optimizer's own tensors, not copies
   * @example
   * const w = tensor([1, 2], undefined, { requiresGrad: true });
   * const optimizer = new optim.SGD([w], { lr: 0.1, momentum: 0.9 });
   * w.sum().backward();
   * optimizer.step();
   * const { state, param_groups } = optimizer.stateDict();
   * Object.keys(state[0]); // ["momentum_buffer"]
   * param_groups[0].weight_decay; // 0
   */
  stateDict(): OptimizerState {
    return packState(this.paramGroups, this.state);
  }

  /**
   * Restores the hyperparameters and the state of each parameter. If anything does not fit, nothing changes. PyTorch:
   * `torch.optim.Optimizer.load_state_dict`.
   * @param saved what `stateDict()` of an optimizer for the same network returned; tensors are copied
   * @throws ArgumentError if the groups or the tensors do not fit
   * @example
   * const w = tensor([1, 2], undefined, { requiresGrad: true });
   * const saved = new optim.SGD([w], { lr: 0.25 }).stateDict();
   * const optimizer = new optim.SGD([w], { lr: 0.5 });
   * optimizer.loadStateDict(saved);
   * optimizer.paramGroups[0].lr; // 0.25
   */
  loadStateDict(saved: OptimizerState): void {
    const { groups, states } = unpackState(this.#name, saved, this.paramGroups, (param, group) =>
      this.freshState(param, group),
    );
    groups.forEach((group) => this.#recheck(group));
    forgetRecordings();
    groups.forEach((group, i) => Object.assign(this.paramGroups[i]!, group));
    this.state.clear();
    for (const [param, state] of states) this.state.set(param, state);
  }
}

/**
 * The properties of a group that determine the form of its update: which numbers are zero, and which switches are on.
 */
function formOf(group: ParamGroup): string {
  return Object.values(group)
    .map((value) => (typeof value === "number" ? value !== 0 : typeof value === "boolean" ? value : ""))
    .join();
}

/** @throws StateError for a parameter that the network has used, but that nobody updates or saves */
function refuseStray(op: string): void {
  const { stray } = Variable;
  if (!stray?.unlisted || !stray.grad) return;
  throw new StateError({
    op,
    problem: `a parameter of shape ${formatShape(stray.shape)} is in no optimizer, and was in no field of the network when it was first called: it would not be trained`,
    hint: "make all layers before the optimizer, and hold each in a field that is not private: conv = new nn.Conv2d(1, 8, 3)",
  });
}

function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((element, i) => element === b[i]);
}

/**
 * A number that may change at each step, as a leaf that broadcasts to any shape. A compiled function calls `value`
 * again at each step.
 */
export function scalar(value: () => number): Node {
  return live(() => Float32Array.of(value()), [], "float32");
}

/** Zeros in the shape of a parameter, which outlive the step. */
export function zerosLike(param: Tensor): Tensor {
  return Tensor.ofVariable(new Variable(param.shape, "float32"), false);
}

checkListed(Optimizer.prototype, [
  ["step", [optional("closure", callback)]],
  ["zeroGrad stateDict", []],
  ["addParamGroup", [required("group", hasParams)]],
  ["loadStateDict", [required("saved", savedState)]],
]);
answerForAbsent("Optimizer", Optimizer.prototype, {
  param_groups: "write optimizer.paramGroups",
  ...inPython(methodsOf(Optimizer.prototype), (name) => `optimizer.${name}(…)`),
});
