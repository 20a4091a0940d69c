/**
 * What all optimizers share: parameter groups, state per parameter, zeroGrad() and step(). A step adds the updates to
 * the graph and realises it: forward, backward and update run as one program. Numbers that vary between steps enter
 * as live leaves (`scalar`), never as constants, which would make each step a program of its own.
 * PyTorch: `torch.optim.Optimizer`.
 */
import { ArgumentError } from "../errors/errors.js";
import { noGrad } from "../graph/grad-mode.js";
import type { Node } from "../graph/node.js";
import { Variable } from "../graph/variable.js";
import { withDefaults } from "../errors/options.js";
import { live } from "../ops/leaf.js";
import { forgetRecordings, guard } from "../graph/recording.js";
import { realize } from "../runtime/realize.js";
import { formatShape } from "../graph/shape.js";
import { Tensor } from "../tensor/tensor.js";
import type { ParamGroup, ParamState } from "./param-group.js";
import { packState, unpackState, type OptimizerState } from "./optimizer-state.js";

/** What is optimized: tensors, or groups of them with hyperparameters of their own. */
export type Params<G extends ParamGroup> = Iterable<Tensor> | Iterable<GroupOptions<G>>;
export type GroupOptions<G extends ParamGroup> = Partial<Hyperparameters<G>> & { readonly params: Iterable<Tensor> };
export type Hyperparameters<G extends ParamGroup> = Omit<G, "params" | "initialLr">;

export abstract class Optimizer<G extends ParamGroup = ParamGroup, S extends ParamState = ParamState> {
  /** The groups; a change of their hyperparameters takes effect with the next step. */
  readonly paramGroups: G[] = [];
  /** What is remembered of the parameters that have been updated. */
  readonly state = new Map<Tensor, S>();

  /**
   * @param params tensors to optimize, or groups of them with hyperparameters of their own
   * @param defaults hyperparameters of the groups that do not give them
   */
  protected constructor(
    params: Params<G>,
    readonly defaults: Hyperparameters<G>,
  ) {
    const list: readonly (Tensor | GroupOptions<G>)[] = [...params];
    if (list.length === 0) {
      throw new ArgumentError({
        op: this.#name,
        problem: "the list of parameters is empty",
        hint: "layers must be fields of the network, or in a Sequential or ModuleList, for parameters() to find them",
      });
    }
    const alone = list.filter((entry) => entry instanceof Tensor);
    if (alone.length > 0) this.addParamGroup({ params: alone } as unknown as GroupOptions<G>);
    for (const entry of list) if (!(entry instanceof Tensor)) this.addParamGroup(entry);
  }

  get #name(): string {
    return this.constructor.name;
  }

  /** Adds parameters; hyperparameters that are not given are the optimizer's. */
  addParamGroup(options: GroupOptions<G>): void {
    forgetRecordings();
    const { params, ...own } = options;
    const hyperparameters = withDefaults<object>(this.#name, this.defaults, own);
    const group = { ...hyperparameters, params: [...params] } as unknown as G;
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
    }
    this.checkGroup(group);
    this.paramGroups.push(group);
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    for (const { params } of this.paramGroups) for (const param of params) param.grad = null;
  }

  /** Updates all parameters that have a gradient, and computes everything that is pending. */
  step(): void {
    const used = this.#gradients();
    noGrad(() => {
      for (const group of this.paramGroups) {
        guard(() => {
          const form = formOf(group);
          return () => formOf(group) === form;
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
  }

  /**
   * The parameters' gradients. One that a step has used before, or that adds to such a one, is computed for keeps:
   * the weights that it depends on are readable for one step more only.
   */
  #gradients(): Node[] {
    const all = this.paramGroups.flatMap(({ params }) => params.flatMap(({ variable }) => variable?.grad ?? []));
    const spent = (node: Node): boolean => node.value === undefined && node.spent;
    for (const grad of all) if (spent(grad) || grad.inputs.some(spent)) grad.keep = true;
    return all;
  }

  /** Throws for hyperparameters out of their range. */
  protected abstract checkGroup(group: G): void;
  /** What is remembered of a parameter before its first update. */
  protected abstract freshState(param: Tensor, group: G): S | undefined;
  /** Gives the function that updates one parameter of the group, with what its parameters share already made. */
  protected abstract prepare(group: G): (param: Tensor, grad: Node) => void;

  /** Hyperparameters and state in PyTorch's structure and names; tensors are the optimizer's own, not copies. */
  stateDict(): OptimizerState {
    return packState(this.paramGroups, this.state);
  }

  /** Takes over hyperparameters and state (copied); nothing is changed when something does not fit. */
  loadStateDict(saved: OptimizerState): void {
    const { groups, states } = unpackState(this.#name, saved, this.paramGroups, (param, group) =>
      this.freshState(param, group),
    );
    groups.forEach((group) => this.checkGroup(group));
    forgetRecordings();
    groups.forEach((group, i) => Object.assign(this.paramGroups[i]!, group));
    this.state.clear();
    for (const [param, state] of states) this.state.set(param, state);
  }
}

/** What of a group decides the form of its update: which numbers are zero, and what is switched on. */
function formOf(group: ParamGroup): string {
  return Object.values(group)
    .map((value) => (typeof value === "number" ? value !== 0 : typeof value === "boolean" ? value : ""))
    .join();
}

/** A number of this step (given anew for each step of a compiled function), as a leaf that broadcasts to any shape. */
export function scalar(value: () => number): Node {
  return live(() => Float32Array.of(value()), [], "float32");
}

/** Zeros of a parameter's shape that outlive the step. */
export function zerosLike(param: Tensor): Tensor {
  return Tensor.ofVariable(new Variable(param.shape, "float32"), false);
}
