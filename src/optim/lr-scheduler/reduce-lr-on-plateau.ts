/** A schedule that reacts to the progress of training. PyTorch: `ReduceLROnPlateau`. */
import { ArgumentError } from "../../errors/errors.js";
import { anyNumber, arrayOf, belowOne, either, integer, number, oneOf } from "../../errors/kinds.js";
import { optional, required, Signature, type Arguments } from "../../errors/signature.js";
import type { Optimizer } from "../optimizer.js";
import { checkSchedule, perGroup, scheduled, type SchedulerState } from "./lr-scheduler.js";

/** Options of `ReduceLROnPlateau`. */
export interface PlateauOptions {
  /** Whether a smaller metric is better ("min", for a loss) or a larger one ("max", for an accuracy). Default "min". */
  readonly mode?: "min" | "max";
  /** The factor by which the learning rate is multiplied, below 1. Default 0.1. */
  readonly factor?: number;
  /** The number of epochs without improvement that are tolerated. Default 10. */
  readonly patience?: number;
  /** By how much a metric must be better than the best so far. Default 1e-4. */
  readonly threshold?: number;
  /** Whether the threshold is relative to the best metric ("rel") or a difference ("abs"). Default "rel". */
  readonly thresholdMode?: "rel" | "abs";
  /** The number of epochs after a reduction that are not counted. Default 0. */
  readonly cooldown?: number;
  /** The smallest learning rate: one for all groups, or one for each. Default 0. */
  readonly minLr?: number | readonly number[];
  /** Reductions by less than this are skipped. Default 1e-8. */
  readonly eps?: number;
}

const plateauParameters = [
  optional("mode", oneOf("min", "max"), "min"),
  optional("factor", belowOne, 0.1),
  optional("patience", integer(0), 10),
  optional("threshold", number, 1e-4),
  optional("thresholdMode", oneOf("rel", "abs"), "rel"),
  optional("cooldown", integer(0), 0),
  optional("minLr", either(number, arrayOf(number)), 0),
  optional("eps", number, 1e-8),
] as const;
const signature = new Signature("ReduceLROnPlateau", [scheduled, ...plateauParameters]);

/**
 * Multiplies the learning rate by `factor` when a metric has not improved for more than `patience` epochs. PyTorch:
 * `torch.optim.lr_scheduler.ReduceLROnPlateau`.
 * @example
 * const optimizer = new optim.SGD([tensor([1], undefined, { requiresGrad: true })], { lr: 0.1 });
 * const scheduler = new optim.lrScheduler.ReduceLROnPlateau(optimizer, { patience: 1 });
 * for (const testLoss of [0.5, 0.4, 0.4, 0.4]) scheduler.step(testLoss);
 * scheduler.getLastLr(); // [0.01]
 */
export class ReduceLROnPlateau {
  private readonly options: Required<PlateauOptions>;
  private readonly minLrs: readonly number[];
  private best: number;
  /** 1 if a larger metric is better, -1 if a smaller one is. */
  private readonly sign: number;
  private readonly optimizer: Optimizer;
  private badEpochs = 0;
  private cooldownLeft = 0;
  private lastEpoch = 0;

  /**
   * @param optimizer the optimizer whose learning rates are set
   * @param rest mode, factor, patience, threshold, thresholdMode, cooldown, minLr and eps: in this order, or by name in
   *   an object
   * @throws ArgumentError for an option out of its range
   */
  constructor(optimizer: Optimizer, ...rest: Arguments<PlateauOptions, typeof plateauParameters>) {
    const { optimizer: target, ...options } = signature.read([optimizer, ...rest]);
    this.optimizer = target;
    this.options = options;
    this.minLrs = perGroup("ReduceLROnPlateau", "minLr", options.minLr, target);
    this.sign = options.mode === "min" ? -1 : 1;
    this.best = -Infinity * this.sign;
  }

  /**
   * Takes the metric of an epoch into account, and lowers the learning rates if it is time. PyTorch:
   * `torch.optim.lr_scheduler.ReduceLROnPlateau.step`.
   * @param metric the epoch's loss or accuracy
   * @example
   * const optimizer = new optim.SGD([tensor([1], undefined, { requiresGrad: true })], { lr: 0.1 });
   * const scheduler = new optim.lrScheduler.ReduceLROnPlateau(optimizer, { mode: "max", patience: 0, factor: 0.5 });
   * scheduler.step(0.9);
   * scheduler.step(0.8);
   * scheduler.getLastLr(); // [0.05]
   */
  step(metric: number): void {
    this.lastEpoch++;
    this.badEpochs++;
    if (this.isBetter(metric)) {
      this.best = metric;
      this.badEpochs = 0;
    }
    if (this.cooldownLeft > 0) {
      this.cooldownLeft--;
      this.badEpochs = 0;
    }
    if (this.badEpochs <= this.options.patience) return;
    this.reduce();
    this.cooldownLeft = this.options.cooldown;
    this.badEpochs = 0;
  }

  private isBetter(metric: number): boolean {
    const { best, sign, options } = this;
    const by = sign * options.threshold;
    return sign * metric > sign * (options.thresholdMode === "rel" ? best * (1 + by) : best + by);
  }

  private reduce(): void {
    this.optimizer.paramGroups.forEach((group, i) => {
      const next = Math.max(group.lr * this.options.factor, this.minLrs[i]!);
      if (group.lr - next > this.options.eps) group.lr = next;
    });
  }

  /**
   * Returns the present learning rates. PyTorch: `torch.optim.lr_scheduler.ReduceLROnPlateau.get_last_lr`.
   * @returns one for each group
   * @example
   * const optimizer = new optim.SGD([tensor([1], undefined, { requiresGrad: true })], { lr: 0.1 });
   * new optim.lrScheduler.ReduceLROnPlateau(optimizer).getLastLr(); // [0.1]
   */
  getLastLr(): readonly number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr);
  }

  /**
   * Returns what distinguishes this schedule from a new one with the same arguments. PyTorch:
   * `torch.optim.lr_scheduler.ReduceLROnPlateau.state_dict`.
   * @returns plain data; `best` is missing before the first step
   * @example
   * const optimizer = new optim.SGD([tensor([1], undefined, { requiresGrad: true })], { lr: 0.1 });
   * const scheduler = new optim.lrScheduler.ReduceLROnPlateau(optimizer);
   * scheduler.step(0.5);
   * scheduler.stateDict(); // { last_epoch: 1, num_bad_epochs: 0, cooldown_counter: 0, best: 0.5 }
   */
  stateDict(): SchedulerState {
    return {
      last_epoch: this.lastEpoch,
      num_bad_epochs: this.badEpochs,
      cooldown_counter: this.cooldownLeft,
      ...(Number.isFinite(this.best) ? { best: this.best } : {}),
    };
  }

  /**
   * Restores the state of a schedule that had the same arguments. PyTorch:
   * `torch.optim.lr_scheduler.ReduceLROnPlateau.load_state_dict`.
   * @param state what `stateDict()` returned
   * @throws ArgumentError if a number is missing
   * @example
   * const optimizer = new optim.SGD([tensor([1], undefined, { requiresGrad: true })], { lr: 0.1 });
   * const scheduler = new optim.lrScheduler.ReduceLROnPlateau(optimizer, { patience: 0 });
   * scheduler.loadStateDict({ last_epoch: 1, num_bad_epochs: 0, cooldown_counter: 0, best: 0.5 });
   * scheduler.step(0.6);
   * scheduler.getLastLr(); // [0.01]
   */
  loadStateDict(state: SchedulerState): void {
    const [lastEpoch, badEpochs, cooldownLeft] = ["last_epoch", "num_bad_epochs", "cooldown_counter"].map((key) => {
      const value = state[key];
      if (typeof value === "number") return value;
      throw new ArgumentError({ op: "ReduceLROnPlateau.loadStateDict", problem: `the state has no number "${key}"` });
    }) as [number, number, number];
    this.lastEpoch = lastEpoch;
    this.badEpochs = badEpochs;
    this.cooldownLeft = cooldownLeft;
    this.best = typeof state["best"] === "number" ? state["best"] : -Infinity * this.sign;
  }
}

const metric = { ...anyNumber, hint: "pass the epoch's loss or accuracy as a number: loss.item(), not the tensor" };
checkSchedule(ReduceLROnPlateau.prototype, [required("metric", metric)]);
