/** Schedules that multiply the learning rate at certain steps. */
import { ArgumentError } from "../../errors/errors.js";
import { checkInteger, withDefaults } from "../../errors/options.js";
import type { Optimizer } from "../optimizer.js";
import type { ParamGroup } from "../param-group.js";
import { LRScheduler } from "./lr-scheduler.js";

/** Options of `StepLR` and `MultiStepLR`. */
export interface DecayOptions {
  /** The factor by which the learning rate is multiplied. Default 0.1. */
  readonly gamma?: number;
}

/**
 * Multiplies the learning rate by gamma every `stepSize` steps. PyTorch: `torch.optim.lr_scheduler.StepLR`.
 * @example
 * const optimizer = new optim.SGD([tensor([1], undefined, { requiresGrad: true })], { lr: 0.1 });
 * const scheduler = new optim.lrScheduler.StepLR(optimizer, 2, { gamma: 0.5 });
 * for (let epoch = 0; epoch < 6; epoch++) scheduler.step();
 * scheduler.getLastLr(); // [0.0125]
 */
export class StepLR extends LRScheduler {
  private readonly gamma: number;

  /**
   * @param optimizer the optimizer whose learning rates are set
   * @param stepSize the number of steps between two changes, at least 1
   * @param options the factor
   * @throws ArgumentError if `stepSize` is not a positive integer
   */
  constructor(
    optimizer: Optimizer,
    private readonly stepSize: number,
    options: DecayOptions = {},
  ) {
    super(optimizer);
    checkInteger("StepLR", "stepSize", stepSize, 1);
    this.gamma = withDefaults("StepLR", { gamma: 0.1 }, options).gamma;
  }

  protected override nextLr({ lr }: ParamGroup): number {
    return this.lastEpoch % this.stepSize === 0 ? lr * this.gamma : lr;
  }
}

/**
 * Multiplies the learning rate by gamma when the number of steps reaches a milestone. PyTorch:
 * `torch.optim.lr_scheduler.MultiStepLR`.
 * @example
 * const optimizer = new optim.SGD([tensor([1], undefined, { requiresGrad: true })], { lr: 0.1 });
 * const scheduler = new optim.lrScheduler.MultiStepLR(optimizer, [8, 14]);
 * for (let epoch = 0; epoch < 10; epoch++) scheduler.step();
 * scheduler.getLastLr(); // [0.01]
 */
export class MultiStepLR extends LRScheduler {
  private readonly gamma: number;

  /**
   * @param optimizer the optimizer whose learning rates are set
   * @param milestones the numbers of steps after which the learning rate changes
   * @param options the factor
   * @throws ArgumentError if a milestone is not a positive integer
   */
  constructor(
    optimizer: Optimizer,
    private readonly milestones: readonly number[],
    options: DecayOptions = {},
  ) {
    super(optimizer);
    if (!milestones.every((step) => Number.isInteger(step) && step > 0)) {
      throw new ArgumentError({
        op: "MultiStepLR",
        problem: "a milestone is not a number of steps",
        expected: "integers from 1",
        got: `[${milestones.join(", ")}]`,
      });
    }
    this.gamma = withDefaults("MultiStepLR", { gamma: 0.1 }, options).gamma;
  }

  protected override nextLr({ lr }: ParamGroup): number {
    const times = this.milestones.filter((step) => step === this.lastEpoch).length;
    return times === 0 ? lr : lr * this.gamma ** times;
  }
}
