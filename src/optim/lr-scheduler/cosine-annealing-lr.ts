/** Cosine annealing (Loshchilov and Hutter 2016, arXiv 1608.03983), without the restarts. */
import { checkInteger, withDefaults } from "../../errors/options.js";
import type { Optimizer } from "../optimizer.js";
import type { ParamGroup } from "../param-group.js";
import { LRScheduler } from "./lr-scheduler.js";

export interface CosineAnnealingOptions {
  /** The learning rate after `tMax` steps; 0 unless given. */
  readonly etaMin?: number;
}

/**
 * Takes the learning rate to `etaMin` within `tMax` steps, along half a cosine, and back in as many.
 * PyTorch: `CosineAnnealingLR`, in its chainable form: each rate follows from the one before.
 *
 * @example
 * const scheduler = new optim.CosineAnnealingLR(optimizer, 19); // scheduler.step() after each of 19 epochs
 */
export class CosineAnnealingLR extends LRScheduler {
  private readonly etaMin: number;

  constructor(
    optimizer: Optimizer,
    private readonly tMax: number,
    options: CosineAnnealingOptions = {},
  ) {
    super(optimizer);
    checkInteger("CosineAnnealingLR", "tMax", tMax, 1);
    this.etaMin = withDefaults("CosineAnnealingLR", { etaMin: 0 }, options).etaMin;
  }

  protected override nextLr({ lr }: ParamGroup, index: number): number {
    const { lastEpoch, tMax, etaMin } = this;
    // One step after the lowest point the quotient below would be 0 / 0.
    if ((lastEpoch - 1 - tMax) % (2 * tMax) === 0) {
      return lr + ((this.baseLrs[index]! - etaMin) * (1 - Math.cos(Math.PI / tMax))) / 2;
    }
    const height = (epoch: number): number => 1 + Math.cos((Math.PI * epoch) / tMax);
    return (height(lastEpoch) / height(lastEpoch - 1)) * (lr - etaMin) + etaMin;
  }
}
