/** Cosine annealing (Loshchilov and Hutter 2016, arXiv 1608.03983), without the restarts. */
import { integer, number } from "../../errors/kinds.js";
import { optional, required, Signature, type Arguments } from "../../errors/signature.js";
import type { Optimizer } from "../optimizer.js";
import type { ParamGroup } from "../param-group.js";
import { LRScheduler, scheduled } from "./lr-scheduler.js";

const etaMin = [optional("etaMin", number, 0)] as const;
const signature = new Signature("CosineAnnealingLR", [scheduled, required("tMax", integer(1)), ...etaMin]);

/** Options of `CosineAnnealingLR`. */
export interface CosineAnnealingOptions {
  /** The learning rate after `tMax` steps. Default 0. */
  readonly etaMin?: number;
}

/**
 * Lowers the learning rate to `etaMin` in `tMax` steps, along half a cosine, and raises it again in the next `tMax`
 * steps. Loshchilov and Hutter 2016 (arXiv 1608.03983), without the restarts. PyTorch:
 * `torch.optim.lr_scheduler.CosineAnnealingLR`.
 * @example
 * const optimizer = new optim.SGD([tensor([1], undefined, { requiresGrad: true })], { lr: 0.1 });
 * const scheduler = new optim.lrScheduler.CosineAnnealingLR(optimizer, 4);
 * const rates = [1, 2, 3, 4].map(() => {
 *   scheduler.step();
 *   return optimizer.paramGroups[0].lr;
 * });
 * rates; // [0.0854, 0.05, 0.0146, 0.0000]
 */
export class CosineAnnealingLR extends LRScheduler {
  private readonly tMax: number;
  private readonly etaMin: number;

  /**
   * @param optimizer the optimizer whose learning rates are set
   * @param tMax the number of steps down to the lowest rate, at least 1
   * @param rest the lowest rate etaMin, by position or by name
   * @throws ArgumentError if `tMax` is not a positive integer
   */
  constructor(optimizer: Optimizer, tMax: number, ...rest: Arguments<CosineAnnealingOptions, typeof etaMin>) {
    const given = signature.read([optimizer, tMax, ...rest]);
    super(given.optimizer);
    this.tMax = given.tMax;
    this.etaMin = given.etaMin;
  }

  protected override nextLr({ lr }: ParamGroup, index: number): number {
    const { lastEpoch, tMax, etaMin } = this;
    // One step after the lowest point, the quotient below would be 0 / 0.
    if ((lastEpoch - 1 - tMax) % (2 * tMax) === 0) {
      return lr + ((this.baseLrs[index]! - etaMin) * (1 - Math.cos(Math.PI / tMax))) / 2;
    }
    const height = (epoch: number): number => 1 + Math.cos((Math.PI * epoch) / tMax);
    return (height(lastEpoch) / height(lastEpoch - 1)) * (lr - etaMin) + etaMin;
  }
}
