/**
 * An optimizer's state in PyTorch's structure and with PyTorch's names (`weight_decay`, `exp_avg`). Parameters are
 * numbered across all groups; `state` is keyed by these numbers, and `param_groups` lists them.
 */
import { ArgumentError } from "../errors/errors.js";
import { snakeCase } from "../errors/absent.js";
import { formatShape, shapesEqual } from "../graph/shape.js";
import { Tensor } from "../tensor/tensor.js";
import type { ParamGroup, ParamState } from "./param-group.js";

/** What `Optimizer.stateDict()` returns, in PyTorch's structure: plain data, except for the tensors in `state`. */
export interface OptimizerState {
  /** The state of each parameter, keyed by the parameter's number. Parameters are numbered across all groups. */
  readonly state: Record<number, Record<string, Tensor | number>>;
  /** The groups, with their hyperparameters and the numbers of their parameters. */
  readonly param_groups: readonly SavedGroup[];
}

/**
 * A group of parameters in an `OptimizerState`, with its hyperparameters under PyTorch's names, such as `weight_decay`.
 */
export interface SavedGroup {
  /** The numbers of its parameters. */
  readonly params: readonly number[];
  /** A hyperparameter. */
  readonly [hyperparameter: string]: unknown;
}

export function packState(groups: readonly ParamGroup[], states: ReadonlyMap<Tensor, ParamState>): OptimizerState {
  let count = 0;
  const state: OptimizerState["state"] = {};
  const saved = groups.map((group) => {
    const params = group.params.map((param) => {
      const own = states.get(param);
      if (own) state[count] = snakeKeys(own);
      return count++;
    });
    return { ...snakeKeys(group), params };
  });
  return { state, param_groups: saved };
}

/**
 * Unpacks a saved state and checks it against the optimizer's groups. `fresh` returns a state with the structure that a
 * parameter's state must have.
 */
export function unpackState<G extends ParamGroup, S extends ParamState>(
  op: string,
  saved: OptimizerState,
  own: readonly G[],
  fresh: (param: Tensor, group: G) => S | undefined,
): { groups: G[]; states: Map<Tensor, S> } {
  const sizes = (groups: readonly { readonly params: readonly unknown[] }[]): string =>
    groups.map(({ params }) => params.length).join(", ");
  if (sizes(own) !== sizes(saved.param_groups)) {
    throw new ArgumentError({
      op: `${op}.loadStateDict`,
      problem: "the saved parameter groups have different sizes",
      expected: `[${sizes(own)}]`,
      got: `[${sizes(saved.param_groups)}]`,
      hint: "load the state of an optimizer of the same network",
    });
  }
  const groups = own.map((group, i) => readGroup(op, group, saved.param_groups[i]!));
  const states = new Map<Tensor, S>();
  groups.forEach((group, i) => {
    group.params.forEach((param, j) => {
      const number = saved.param_groups[i]!.params[j]!;
      const state = saved.state[number] && fresh(param, group);
      if (state) states.set(param, readState(op, number, state, saved.state[number]!));
    });
  });
  return { groups, states };
}

function readGroup<G extends ParamGroup>(op: string, own: G, saved: SavedGroup): G {
  const entries = Object.keys({ ...own, initialLr: 0 }).flatMap((key) => {
    if (key === "params") return [];
    const value = saved[snakeCase(key)];
    if (value !== undefined) return [[key, value] as const];
    if (key === "initialLr") return [];
    throw new ArgumentError({ op: `${op}.loadStateDict`, problem: `a saved group has no "${snakeCase(key)}"` });
  });
  return { ...own, ...Object.fromEntries(entries) };
}

function readState<S extends ParamState>(op: string, number: number, fresh: S, saved: ParamState): S {
  for (const [key, value] of Object.entries(fresh)) {
    const given = saved[snakeCase(key)];
    const fits =
      value instanceof Tensor
        ? given instanceof Tensor && shapesEqual(given.shape, value.shape)
        : typeof given === "number";
    if (!fits) {
      throw new ArgumentError({
        op: `${op}.loadStateDict`,
        problem: `"${snakeCase(key)}" of parameter ${number} does not fit`,
        expected: describe(value),
        got: describe(given),
      });
    }
    if (value instanceof Tensor) value.setData((given as Tensor).data());
    else Object.assign(fresh, { [key]: given });
  }
  return fresh;
}

function describe(value: Tensor | number | undefined): string {
  if (value === undefined) return "nothing";
  return value instanceof Tensor ? `a tensor of shape ${formatShape(value.shape)}` : "a number";
}

function snakeKeys<T>(of: Readonly<Record<string, T>> | object): Record<string, T> {
  return Object.fromEntries(Object.entries(of).map(([key, value]) => [snakeCase(key), value as T]));
}
