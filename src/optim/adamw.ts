/** Adam with decoupled weight decay (Loshchilov and Hutter 2017, arXiv 1711.05101). PyTorch: `torch.optim.AdamW`. */
import type { Node } from "../graph/node.js";
import * as ops from "../ops/index.js";
import { Adam, type AdamArguments, type AdamGroup } from "./adam.js";
import { scalar, type Params } from "./optimizer.js";

/**
 * Does what `Adam` does, but first shrinks each parameter: p ← p·(1 − lr·weightDecay). Loshchilov and Hutter 2017
 * (arXiv 1711.05101). PyTorch: `torch.optim.AdamW`.
 * @example
 * const w = tensor([1, 2], undefined, { requiresGrad: true });
 * const optimizer = new optim.AdamW([w], { lr: 0.1, weightDecay: 0.5 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.tolist(); // [0.85, 1.8]
 */
export class AdamW extends Adam {
  /**
   * @param params what to train: tensors, or groups of them with hyperparameters of their own
   * @param rest as in Adam; weightDecay is 0.01 unless given
   * @throws ArgumentError for a number out of its range, if there are no parameters, or if one is not a leaf
   */
  constructor(params: Params<AdamGroup>, ...rest: AdamArguments) {
    super(params, ...rest);
  }

  /** @internal */
  protected static override readonly decayByDefault = 1e-2;

  protected override decay(group: AdamGroup): (param: Node, grad: Node) => { param: Node; grad: Node } {
    if (group.weightDecay === 0) return (param, grad) => ({ param, grad });
    const factor = scalar(() => 1 - group.lr * group.weightDecay);
    return (param, grad) => ({ param: ops.mul(param, factor), grad });
  }
}
