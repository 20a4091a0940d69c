/** A schedule that looks at how training goes. PyTorch: `ReduceLROnPlateau`. */
import { ArgumentError } from "../../errors/errors.js";
import { checkRange, withDefaults } from "../../errors/options.js";
import type { Optimizer } from "../optimizer.js";
import type { SchedulerState } from "./lr-scheduler.js";

export interface PlateauOptions {
  /** Whether the metric is better when it is smaller (a loss) or larger (an accuracy); "min" unless given. */
  readonly mode?: "min" | "max";
  /** The learning rate is multiplied by it, below 1; 0.1 unless given. */
  readonly factor?: number;
  /** How many epochs without improvement are borne; 10 unless given. */
  readonly patience?: number;
  /** How much better counts as better; 1e-4 unless given. */
  readonly threshold?: number;
  /** Whether the threshold is a part of the best metric or a difference to it; "rel" unless given. */
  readonly thresholdMode?: "rel" | "abs";
  /** How many epochs after a reduction are not counted; 0 unless given. */
  readonly cooldown?: number;
  /** The smallest learning rate: one for all groups, or one a group; 0 unless given. */
  readonly minLr?: number | readonly number[];
  /** Smaller reductions are not made; 1e-8 unless given. */
  readonly eps?: number;
}

const defaults: Required<PlateauOptions> = {
  mode: "min",
  factor: 0.1,
  patience: 10,
  threshold: 1e-4,
  thresholdMode: "rel",
  cooldown: 0,
  minLr: 0,
  eps: 1e-8,
};

/** The bound that a metric must pass to be better than the best so far. */
const bounds = {
  min: { rel: (best: number, by: number) => best * (1 - by), abs: (best: number, by: number) => best - by },
  max: { rel: (best: number, by: number) => best * (1 + by), abs: (best: number, by: number) => best + by },
};

/**
 * Multiplies the learning rate by `factor` when a metric has not improved for more than `patience` epochs.
 * @throws ArgumentError for an argument out of its range
 *
 * @example
 * const scheduler = new optim.ReduceLROnPlateau(optimizer, { patience: 2 });
 * scheduler.step(testLoss); // after each epoch
 */
export class ReduceLROnPlateau {
  private readonly options: Required<PlateauOptions>;
  private readonly minLrs: readonly number[];
  private best: number;
  private badEpochs = 0;
  private cooldownLeft = 0;
  private lastEpoch = 0;

  constructor(
    private readonly optimizer: Optimizer,
    options: PlateauOptions = {},
  ) {
    this.options = withDefaults("ReduceLROnPlateau", defaults, options);
    const { mode, factor, thresholdMode, minLr } = this.options;
    checkRange("ReduceLROnPlateau", "factor", factor, 0, 1);
    checkChoice("mode", mode, bounds);
    checkChoice("thresholdMode", thresholdMode, bounds.min);
    const groups = optimizer.paramGroups;
    this.minLrs = typeof minLr === "number" ? groups.map(() => minLr) : minLr;
    if (this.minLrs.length !== groups.length) {
      throw new ArgumentError({
        op: "ReduceLROnPlateau",
        problem: "minLr has one value a group of parameters",
        expected: String(groups.length),
        got: String(this.minLrs.length),
      });
    }
    this.best = mode === "min" ? Infinity : -Infinity;
  }

  /** Takes in the metric of an epoch, and reduces the learning rates if it is time. */
  step(metric: number): void {
    this.lastEpoch++;
    if (this.isBetter(metric)) {
      this.best = metric;
      this.badEpochs = 0;
    } else this.badEpochs++;
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
    const { mode, thresholdMode, threshold } = this.options;
    const bound = bounds[mode][thresholdMode](this.best, threshold);
    return mode === "min" ? metric < bound : metric > bound;
  }

  private reduce(): void {
    this.optimizer.paramGroups.forEach((group, i) => {
      const next = Math.max(group.lr * this.options.factor, this.minLrs[i]!);
      if (group.lr - next > this.options.eps) group.lr = next;
    });
  }

  /** The present learning rates, one a group. PyTorch: `get_last_lr`. */
  getLastLr(): readonly number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr);
  }

  /** What distinguishes this schedule from a new one with the same arguments. An infinite `best` is left out. */
  stateDict(): SchedulerState {
    return {
      last_epoch: this.lastEpoch,
      num_bad_epochs: this.badEpochs,
      cooldown_counter: this.cooldownLeft,
      ...(Number.isFinite(this.best) ? { best: this.best } : {}),
    };
  }

  /** Takes over the state of a schedule with the same arguments. */
  loadStateDict(state: SchedulerState): void {
    const [lastEpoch, badEpochs, cooldownLeft] = ["last_epoch", "num_bad_epochs", "cooldown_counter"].map((key) => {
      const value = state[key];
      if (typeof value === "number") return value;
      throw new ArgumentError({ op: "ReduceLROnPlateau.loadStateDict", problem: `the state has no number "${key}"` });
    }) as [number, number, number];
    this.lastEpoch = lastEpoch;
    this.badEpochs = badEpochs;
    this.cooldownLeft = cooldownLeft;
    this.best = typeof state["best"] === "number" ? state["best"] : this.options.mode === "min" ? Infinity : -Infinity;
  }
}

function checkChoice(name: string, value: string, choices: object): void {
  if (value in choices) return;
  throw new ArgumentError({
    op: "ReduceLROnPlateau",
    problem: `invalid ${name}`,
    expected: Object.keys(choices).join(" or "),
    got: value,
  });
}
