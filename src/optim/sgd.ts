/** Stochastic gradient descent with momentum. PyTorch: `torch.optim.SGD`. */
import { ArgumentError } from "../errors/errors.js";
import type { Node } from "../graph/node.js";
import { checkRange, withDefaults } from "../errors/options.js";
import * as ops from "../ops/index.js";
import { Tensor } from "../tensor/tensor.js";
import { Optimizer, scalar, zerosLike, type Hyperparameters, type Params } from "./optimizer.js";
import type { ParamGroup } from "./param-group.js";

export interface SGDGroup extends ParamGroup {
  momentum: number;
  dampening: number;
  weightDecay: number;
  nesterov: boolean;
  maximize: boolean;
}

export interface SGDOptions {
  /** The learning rate; 0.001 unless given. */
  readonly lr?: number;
  /** How much of the last update stays in the next one; 0 unless given. */
  readonly momentum?: number;
  /** How much of the gradient is left out of the momentum (but for the first step); 0 unless given. */
  readonly dampening?: number;
  /** Times the parameter, is added to its gradient; 0 unless given. */
  readonly weightDecay?: number;
  readonly nesterov?: boolean;
  /** Climbs instead of descending. */
  readonly maximize?: boolean;
}

const sgdDefaults: Hyperparameters<SGDGroup> = {
  lr: 1e-3,
  momentum: 0,
  dampening: 0,
  weightDecay: 0,
  nesterov: false,
  maximize: false,
};

export type SGDState = { momentumBuffer: Tensor };

/**
 * v ← momentum·v + (1 − dampening)·g and p ← p − lr·v, with g = gradient + weightDecay·p; the first v is g.
 * With `nesterov`, p ← p − lr·(g + momentum·v).
 * @throws ArgumentError for a number out of its range, or nesterov without momentum or with dampening
 *
 * @example
 * const optimizer = new optim.SGD(model.parameters(), { lr: 0.01, momentum: 0.9 });
 * optimizer.zeroGrad();
 * F.nllLoss(model(images), labels).backward();
 * optimizer.step();
 */
export class SGD extends Optimizer<SGDGroup, SGDState> {
  constructor(params: Params<SGDGroup>, options: SGDOptions = {}) {
    super(params, withDefaults("SGD", sgdDefaults, options));
  }

  protected override checkGroup({ lr, momentum, weightDecay, nesterov, dampening }: SGDGroup): void {
    checkRange("SGD", "learning rate", lr, 0);
    checkRange("SGD", "momentum", momentum, 0);
    checkRange("SGD", "weightDecay", weightDecay, 0);
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
   * Takes a gradient into the momentum. A fresh buffer is zero, which makes the first step the same program as the
   * others: momentum·0 + 1·g = g.
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
