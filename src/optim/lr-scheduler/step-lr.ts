/** Schedules that multiply the learning rate at certain steps. */
import { ArgumentError } from "../../errors/errors.js";
import { checkInteger, withDefaults } from "../../errors/options.js";
import type { Optimizer } from "../optimizer.js";
import type { ParamGroup } from "../param-group.js";
import { LRScheduler } from "./lr-scheduler.js";

export interface DecayOptions {
  /** The factor; 0.1 unless given. */
  readonly gamma?: number;
}

/**
 * Multiplies the learning rate by gamma every `stepSize` steps. PyTorch: `StepLR`.
 *
 * @example
 * const scheduler = new optim.StepLR(optimizer, 6, { gamma: 0.1 }); // scheduler.step() after each epoch
 */
export class StepLR extends LRScheduler {
  private readonly gamma: number;

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
 * Multiplies the learning rate by gamma when the number of steps reaches each of the milestones. PyTorch: `MultiStepLR`.
 *
 * @example
 * const scheduler = new optim.MultiStepLR(optimizer, [8, 14]);
 */
export class MultiStepLR extends LRScheduler {
  private readonly gamma: number;

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
