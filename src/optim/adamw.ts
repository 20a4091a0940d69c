/** Adam with decoupled weight decay (Loshchilov and Hutter 2017, arXiv 1711.05101). PyTorch: `torch.optim.AdamW`. */
import type { Node } from "../graph/node.js";
import * as ops from "../ops/index.js";
import { Adam, type AdamGroup, type AdamOptions } from "./adam.js";
import { scalar, type Params } from "./optimizer.js";

/**
 * As Adam, but each step first shrinks the parameter: p ← p·(1 − lr·weightDecay), with weightDecay 0.01 unless given.
 * @throws ArgumentError for a number out of its range
 *
 * @example
 * const optimizer = new optim.AdamW(model.parameters(), { lr: 1e-3, weightDecay: 0.05 });
 */
export class AdamW extends Adam {
  constructor(params: Params<AdamGroup>, options: AdamOptions = {}) {
    super(params, { weightDecay: 1e-2, ...options });
  }

  protected override decay(group: AdamGroup): (param: Node, grad: Node) => { param: Node; grad: Node } {
    if (group.weightDecay === 0) return (param, grad) => ({ param, grad });
    const factor = scalar(() => 1 - group.lr * group.weightDecay);
    return (param, grad) => ({ param: ops.mul(param, factor), grad });
  }
}
