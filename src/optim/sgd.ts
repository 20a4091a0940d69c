/** Stochastic gradient descent with momentum. PyTorch: `torch.optim.SGD`. */
import { ArgumentError } from "../errors/errors.js";
import type { Node } from "../graph/node.js";
import { flag, notNegative, number } from "../errors/kinds.js";
import { optional, Signature, type Arguments } from "../errors/signature.js";
import * as ops from "../ops/index.js";
import { Tensor } from "../tensor/tensor.js";
import { Optimizer, scalar, trained, zerosLike, type Params } from "./optimizer.js";
import type { ParamGroup } from "./param-group.js";

/** A group of parameters of `SGD`, with their hyperparameters. */
export interface SGDGroup extends ParamGroup {
  /** How much of the last update stays in the next one. */
  momentum: number;
  /** How much of the gradient is left out of the momentum. */
  dampening: number;
  /** The factor by which the parameter is multiplied before it is added to its gradient. */
  weightDecay: number;
  /** Whether to use Nesterov's momentum. */
  nesterov: boolean;
  /** Whether to climb instead of descending. */
  maximize: boolean;
}

/** Options of `SGD`. */
export interface SGDOptions {
  /** The learning rate, at least 0. Default 0.001. */
  readonly lr?: number;
  /** How much of the last update stays in the next one, at least 0. Default 0. */
  readonly momentum?: number;
  /** How much of the gradient is left out of the momentum, from the second step on. Default 0. */
  readonly dampening?: number;
  /** The factor by which the parameter is multiplied before it is added to its gradient; at least 0. Default 0. */
  readonly weightDecay?: number;
  /** Whether to use Nesterov's momentum; it needs a momentum and no dampening. Default false. */
  readonly nesterov?: boolean;
  /** Whether to climb instead of descending. Default false. */
  readonly maximize?: boolean;
}

const sgdParameters = [
  optional("lr", notNegative, 1e-3),
  optional("momentum", notNegative, 0),
  optional("dampening", number, 0),
  optional("weightDecay", notNegative, 0),
  optional("nesterov", flag, false),
  optional("maximize", flag, false),
] as const;
const signature = new Signature("SGD", [trained, ...sgdParameters]);

/** What SGD with momentum remembers about a parameter. */
export type SGDState = {
  /** The velocity v. */
  momentumBuffer: Tensor;
};

/**
 * Updates v ← momentum·v + (1 − dampening)·g and p ← p − lr·v, where g = gradient + weightDecay·p, and the first v is
 * g. With `nesterov`, p ← p − lr·(g + momentum·v). PyTorch: `torch.optim.SGD`.
 * @example
 * const w = tensor([1, 2], undefined, { requiresGrad: true });
 * const optimizer = new optim.SGD([w], { lr: 0.1, momentum: 0.9 });
 * for (let step = 0; step < 2; step++) {
 *   optimizer.zeroGrad();
 *   w.square().sum().backward();
 *   optimizer.step();
 * }
 * w.tolist(); // [0.46, 0.92]
 * @example
 * const net = new nn.Sequential(new nn.Conv2d(1, 8, 3), new nn.Flatten(), new nn.Linear(5408, 10));
 * const optimizer = new optim.SGD([{ params: net[0].parameters(), lr: 0.01 }, { params: net[2].parameters() }], { lr: 0.1 });
 * optimizer.paramGroups.map(({ lr }) => lr); // [0.01, 0.1]
 */
export class SGD extends Optimizer<SGDGroup, SGDState> {
  /**
   * @param params what to train: tensors, or groups of them with hyperparameters of their own
   * @param rest lr, momentum, dampening, weightDecay, nesterov and maximize: in this order, or by name in an object; the
   *   hyperparameters of groups that do not have their own
   * @throws ArgumentError for a number out of its range, for Nesterov's momentum without a momentum or with dampening,
   *   if there are no parameters, or if one is not a leaf
   */
  constructor(params: Params<SGDGroup>, ...rest: Arguments<SGDOptions, typeof sgdParameters>) {
    super(signature, [params, ...rest]);
  }

  protected override checkTogether({ momentum, nesterov, dampening }: SGDGroup): void {
    if (nesterov && (momentum <= 0 || dampening !== 0)) {
      throw new ArgumentError({
        op: "SGD",
        problem: "Nesterov momentum requires a momentum and zero dampening",
        got: `momentum ${momentum}, dampening ${dampening}`,
      });
    }
  }

  protected override freshState(param: Tensor, { momentum }: SGDGroup): SGDState | undefined {
    return momentum === 0 ? undefined : { momentumBuffer: zerosLike(param) };
  }

  protected override prepare(group: SGDGroup): (param: Tensor, grad: Node) => void {
    const lr = scalar(() => group.lr);
    const decay = group.weightDecay === 0 ? undefined : scalar(() => group.weightDecay);
    const accumulate = this.accumulator(group);
    return (param, grad) => {
      const signed = group.maximize ? ops.neg(grad) : grad;
      const decayed = decay ? ops.add(signed, ops.mul(param.node, decay)) : signed;
      const direction = accumulate(param, decayed);
      param.copy_(new Tensor(ops.sub(param.node, ops.mul(direction, lr))));
    };
  }

  /**
   * Returns a function that adds a gradient to the momentum. A new buffer is zero, so the first step runs the same
   * program as the others: momentum·0 + 1·g = g.
   */
  private accumulator(group: SGDGroup): (param: Tensor, grad: Node) => Node {
    if (group.momentum === 0) return (_, grad) => grad;
    const momentum = scalar(() => group.momentum);
    const undamped = scalar(() => 1);
    const damped = scalar(() => 1 - group.dampening);
    return (param, grad) => {
      const known = this.state.get(param);
      const state = known ?? this.freshState(param, group)!;
      this.state.set(param, state);
      const share = group.dampening === 0 ? grad : ops.mul(grad, known ? damped : undamped);
      const velocity = ops.add(ops.mul(state.momentumBuffer.node, momentum), share);
      state.momentumBuffer.copy_(new Tensor(velocity));
      return group.nesterov ? ops.add(grad, ops.mul(velocity, momentum)) : velocity;
    };
  }
}
