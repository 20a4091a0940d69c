/** Adam (Kingma and Ba 2014, arXiv 1412.6980). PyTorch: `torch.optim.Adam`. */
import type { Node } from "../graph/node.js";
import { checkRange, withDefaults } from "../errors/options.js";
import * as ops from "../ops/index.js";
import { Tensor } from "../tensor/tensor.js";
import { repeat } from "../graph/recording.js";
import { Optimizer, scalar, zerosLike, type Hyperparameters, type Params } from "./optimizer.js";
import type { ParamGroup } from "./param-group.js";

export interface AdamGroup extends ParamGroup {
  /** How much of the running averages of gradient and squared gradient stays in each step. */
  betas: readonly [number, number];
  eps: number;
  weightDecay: number;
  amsgrad: boolean;
  maximize: boolean;
}

export interface AdamOptions {
  /** The learning rate; 0.001 unless given. */
  readonly lr?: number;
  /** [0.9, 0.999] unless given. */
  readonly betas?: readonly [number, number];
  /** Is added to the denominator; 1e-8 unless given. */
  readonly eps?: number;
  /** 0 unless given (AdamW: 0.01). */
  readonly weightDecay?: number;
  /** Divides by the largest squared average so far. */
  readonly amsgrad?: boolean;
  /** Climbs instead of descending. */
  readonly maximize?: boolean;
}

export type AdamState = { step: number; expAvg: Tensor; expAvgSq: Tensor; maxExpAvgSq?: Tensor };

const adamDefaults: Hyperparameters<AdamGroup> = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  amsgrad: false,
  maximize: false,
};

/**
 * p ← p − lr·m̂ / (√v̂ + eps), with m and v the running averages of the gradient and its square, corrected for their
 * start at 0. `weightDecay`·p is added to the gradient.
 * @throws ArgumentError for a number out of its range
 *
 * @example
 * const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
 */
export class Adam extends Optimizer<AdamGroup, AdamState> {
  constructor(params: Params<AdamGroup>, options: AdamOptions = {}) {
    super(params, withDefaults("Adam", adamDefaults, options));
  }

  protected override checkGroup({ lr, betas, eps, weightDecay }: AdamGroup): void {
    const name = this.constructor.name;
    checkRange(name, "learning rate", lr, 0);
    checkRange(name, "eps", eps, 0);
    checkRange(name, "betas[0]", betas[0], 0, 1);
    checkRange(name, "betas[1]", betas[1], 0, 1);
    checkRange(name, "weightDecay", weightDecay, 0);
  }

  protected override freshState(param: Tensor, { amsgrad }: AdamGroup): AdamState {
    const state = { step: 0, expAvg: zerosLike(param), expAvgSq: zerosLike(param) };
    return amsgrad ? { ...state, maxExpAvgSq: zerosLike(param) } : state;
  }

  protected override prepare(group: AdamGroup): (param: Tensor, grad: Node) => void {
    const decay = this.decay(group);
    const average = averager(group);
    return (param, grad) => {
      const state = this.state.get(param) ?? this.freshState(param, group);
      this.state.set(param, state);
      repeat(() => state.step++);
      const signed = group.maximize ? ops.neg(grad) : grad;
      const decayed = decay(param.node, signed);
      const update = average(state, decayed.grad);
      param.copy_(new Tensor(ops.sub(decayed.param, update)));
    };
  }

  /** Weight decay by way of the gradient. AdamW does it another way. */
  protected decay(group: AdamGroup): (param: Node, grad: Node) => { param: Node; grad: Node } {
    if (group.weightDecay === 0) return (param, grad) => ({ param, grad });
    const factor = scalar(() => group.weightDecay);
    return (param, grad) => ({ param, grad: ops.add(grad, ops.mul(param, factor)) });
  }
}

/** Takes a gradient into the running averages and gives the update, lr·m̂ / (√v̂ + eps). */
function averager(group: AdamGroup): (state: AdamState, grad: Node) => Node {
  const [keep1, take1] = [scalar(() => group.betas[0]), scalar(() => 1 - group.betas[0])];
  const [keep2, take2] = [scalar(() => group.betas[1]), scalar(() => 1 - group.betas[1])];
  const epsilon = scalar(() => group.eps);
  const corrections = new Map<number, { readonly size: Node; readonly root: Node }>();
  const correction = (state: AdamState): { readonly size: Node; readonly root: Node } => {
    const known = corrections.get(state.step);
    if (known) return known;
    const made = {
      size: scalar(() => group.lr / (1 - group.betas[0] ** state.step)),
      root: scalar(() => Math.sqrt(1 - group.betas[1] ** state.step)),
    };
    corrections.set(state.step, made);
    return made;
  };
  return (state, grad) => {
    const { size, root } = correction(state);
    const mean = ops.add(ops.mul(state.expAvg.node, keep1), ops.mul(grad, take1));
    const square = ops.add(ops.mul(state.expAvgSq.node, keep2), ops.mul(ops.mul(grad, grad), take2));
    const scale = group.amsgrad ? ops.maximum(state.maxExpAvgSq!.node, square) : square;
    state.expAvg.copy_(new Tensor(mean));
    state.expAvgSq.copy_(new Tensor(square));
    if (group.amsgrad) state.maxExpAvgSq!.copy_(new Tensor(scale));
    const denominator = ops.add(ops.div(ops.sqrt(scale), root), epsilon);
    return ops.mul(ops.div(mean, denominator), size);
  };
}
