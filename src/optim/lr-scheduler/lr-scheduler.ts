/**
 * What all learning-rate schedules share. A schedule sets the learning rate of every group of its optimizer: the
 * first one when it is made, the next one at each `step()`. PyTorch: `torch.optim.lr_scheduler.LRScheduler`.
 */
import { ArgumentError } from "../../errors/errors.js";
import type { Optimizer } from "../optimizer.js";
import type { ParamGroup } from "../param-group.js";

/** A schedule's state, as plain JSON data. */
export type SchedulerState = Record<string, number | readonly number[]>;

export abstract class LRScheduler {
  /** How many steps have been taken. */
  protected lastEpoch = 0;
  /** The learning rates from which the schedule starts, one a group. */
  protected readonly baseLrs: readonly number[];
  private lastLr: readonly number[];

  constructor(protected readonly optimizer: Optimizer) {
    for (const group of optimizer.paramGroups) group.initialLr ??= group.lr;
    this.baseLrs = optimizer.paramGroups.map((group) => group.initialLr!);
    this.lastLr = optimizer.paramGroups.map((group) => group.lr);
  }

  /** The learning rate of a group (the `index`-th) after `lastEpoch` steps; `group.lr` is the one before. */
  protected abstract nextLr(group: ParamGroup, index: number): number;

  /** Sets the next learning rates. Call it after optimizer.step(): each epoch, or each batch, as the schedule counts. */
  step(): void {
    this.lastEpoch++;
    this.update();
  }

  /** Sets the learning rates for `lastEpoch`. */
  protected update(): void {
    const { paramGroups } = this.optimizer;
    this.lastLr = paramGroups.map((group, index) => this.nextLr(group, index));
    paramGroups.forEach((group, index) => (group.lr = this.lastLr[index]!));
  }

  /** The learning rates set last, one a group. PyTorch: `get_last_lr`. */
  getLastLr(): readonly number[] {
    return this.lastLr;
  }

  /** What distinguishes this schedule from a new one with the same arguments; the rates are in the optimizer's state. */
  stateDict(): SchedulerState {
    return { last_epoch: this.lastEpoch, _last_lr: this.lastLr };
  }

  /** Takes over the state of a schedule with the same arguments; the optimizer's state is loaded by itself. */
  loadStateDict(state: SchedulerState): void {
    const { last_epoch: lastEpoch, _last_lr: lastLr } = state;
    if (typeof lastEpoch !== "number" || !Array.isArray(lastLr) || lastLr.length !== this.baseLrs.length) {
      throw new ArgumentError({
        op: `${this.constructor.name}.loadStateDict`,
        problem: "the state does not fit",
        expected: `last_epoch, and _last_lr of ${this.baseLrs.length} groups`,
        got: JSON.stringify(state),
      });
    }
    this.lastEpoch = lastEpoch;
    this.lastLr = [...(lastLr as readonly number[])];
  }
}
