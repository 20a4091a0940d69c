/** Schedules that multiply the learning rate at certain steps. */
import { arrayOf, integer, number } from "../../errors/kinds.js";
import { optional, required, Signature, type Arguments } from "../../errors/signature.js";
import type { Optimizer } from "../optimizer.js";
import type { ParamGroup } from "../param-group.js";
import { LRScheduler, scheduled } from "./lr-scheduler.js";

const gamma = [optional("gamma", number, 0.1)] as const;
const ofStepLR = new Signature("StepLR", [scheduled, required("stepSize", integer(1)), ...gamma]);
const ofMultiStepLR = new Signature("MultiStepLR", [scheduled, required("milestones", arrayOf(integer(1))), ...gamma]);

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
  private readonly stepSize: number;
  private readonly gamma: number;

  /**
   * @param optimizer the optimizer whose learning rates are set
   * @param stepSize the number of steps between two changes, at least 1
   * @param rest the factor gamma, by position or by name
   * @throws ArgumentError if `stepSize` is not a positive integer
   */
  constructor(optimizer: Optimizer, stepSize: number, ...rest: Arguments<DecayOptions, typeof gamma>) {
    const given = ofStepLR.read([optimizer, stepSize, ...rest]);
    super(given.optimizer);
    this.stepSize = given.stepSize;
    this.gamma = given.gamma;
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
  private readonly milestones: readonly number[];
  private readonly gamma: number;

  /**
   * @param optimizer the optimizer whose learning rates are set
   * @param milestones the numbers of steps after which the learning rate changes
   * @param rest the factor gamma, by position or by name
   * @throws ArgumentError if a milestone is not a positive integer
   */
  constructor(optimizer: Optimizer, milestones: readonly number[], ...rest: Arguments<DecayOptions, typeof gamma>) {
    const given = ofMultiStepLR.read([optimizer, milestones, ...rest]);
    super(given.optimizer);
    this.milestones = given.milestones;
    this.gamma = given.gamma;
  }

  protected override nextLr({ lr }: ParamGroup): number {
    const times = this.milestones.filter((step) => step === this.lastEpoch).length;
    return times === 0 ? lr : lr * this.gamma ** times;
  }
}
