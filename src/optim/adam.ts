/** Adam (Kingma and Ba 2014, arXiv 1412.6980). PyTorch: `torch.optim.Adam`. */
import type { Node } from "../graph/node.js";
import { belowOne, flag, notNegative, pairOf } from "../errors/kinds.js";
import { optional, Signature, type Arguments } from "../errors/signature.js";
import * as ops from "../ops/index.js";
import { Tensor } from "../tensor/tensor.js";
import { repeat } from "../graph/recording.js";
import { Optimizer, scalar, trained, zerosLike, type Params } from "./optimizer.js";
import type { ParamGroup } from "./param-group.js";

/** A group of parameters of `Adam` or `AdamW`, with their hyperparameters. */
export interface AdamGroup extends ParamGroup {
  /** The decay of the running averages of the gradient and of its square, each from 0 to below 1. */
  betas: readonly [number, number];
  /** What is added to the denominator. */
  eps: number;
  /** The strength of the weight decay. */
  weightDecay: number;
  /** Whether to divide by the largest average of the squared gradient so far. */
  amsgrad: boolean;
  /** Whether to climb instead of descending. */
  maximize: boolean;
}

/** Options of `Adam` and `AdamW`. */
export interface AdamOptions {
  /** The learning rate, at least 0. Default 0.001. */
  readonly lr?: number;

  /**
   * The decay of the running averages of the gradient and of its square, each from 0 to below 1. Default [0.9, 0.999].
   */
  readonly betas?: readonly [number, number];
  /** What is added to the denominator, at least 0. Default 1e-8. */
  readonly eps?: number;
  /** The strength of the weight decay, at least 0. Default 0; in AdamW, 0.01. */
  readonly weightDecay?: number;
  /** Whether to divide by the largest average of the squared gradient so far (Reddi et al. 2018). Default false. */
  readonly amsgrad?: boolean;
  /** Whether to climb instead of descending. Default false. */
  readonly maximize?: boolean;
}

/**
 * What Adam remembers about a parameter: the number of steps, and the running averages of the gradient and of its
 * square.
 */
export type AdamState = {
  /** The number of steps. */
  step: number;
  /** The running average of the gradient, m. */
  expAvg: Tensor;
  /** The running average of its square, v. */
  expAvgSq: Tensor;
  /** With `amsgrad`, the largest v so far. */
  maxExpAvgSq?: Tensor;
};

/**
 * The parameters of both Adams, which differ in one default.
 * @internal
 */
const adamParameters = (weightDecay: number) =>
  [
    optional("lr", notNegative, 1e-3),
    optional("betas", pairOf(belowOne), [0.9, 0.999]),
    optional("eps", notNegative, 1e-8),
    optional("weightDecay", notNegative, weightDecay),
    optional("amsgrad", flag, false),
    optional("maximize", flag, false),
  ] as const;
/** @internal */
export type AdamArguments = Arguments<AdamOptions, ReturnType<typeof adamParameters>>;

/**
 * Updates p ← p − lr·m̂ / (√v̂ + eps), where m and v are running averages of the gradient and of its square, corrected
 * for their start at 0. `weightDecay`·p is added to the gradient. Kingma and Ba 2014 (arXiv 1412.6980). PyTorch:
 * `torch.optim.Adam`.
 * @example
 * const w = tensor([1, 2], undefined, { requiresGrad: true });
 * const optimizer = new optim.Adam([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.tolist(); // [0.9, 1.9]
 */
export class Adam extends Optimizer<AdamGroup, AdamState> {
  /**
   * @param params what to train: tensors, or groups of them with hyperparameters of their own
   * @param rest lr, betas, eps, weightDecay, amsgrad and maximize: in this order, or by name in an object; the
   *   hyperparameters of groups that do not have their own
   * @throws ArgumentError for a number out of its range, if there are no parameters, or if one is not a leaf
   */
  constructor(params: Params<AdamGroup>, ...rest: AdamArguments) {
    super(new Signature(new.target.name, [trained, ...adamParameters(new.target.decayByDefault)]), [params, ...rest]);
  }

  /** @internal */
  protected static readonly decayByDefault: number = 0;

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

  /** Adds weight decay to the gradient. AdamW overrides this. */
  protected decay(group: AdamGroup): (param: Node, grad: Node) => { param: Node; grad: Node } {
    if (group.weightDecay === 0) return (param, grad) => ({ param, grad });
    const factor = scalar(() => group.weightDecay);
    return (param, grad) => ({ param, grad: ops.add(grad, ops.mul(param, factor)) });
  }
}

/** Returns a function that updates the running averages with a gradient and returns the update, lr·m̂ / (√v̂ + eps). */
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
