/**
 * The base class of learning-rate schedules. A schedule sets the learning rate of every group of its optimizer: once
 * when it is constructed, and again at each `step()`. PyTorch: `torch.optim.lr_scheduler.LRScheduler`.
 */
import { counted } from "../../text/counted.js";
import { ArgumentError } from "../../errors/errors.js";
import { answerForAbsent, inPython } from "../../errors/absent.js";
import { checkListed, methodsOf } from "../../errors/checked-methods.js";
import { instance, kind } from "../../errors/kinds.js";
import { isRecord, required, type Parameter } from "../../errors/signature.js";
import { Optimizer } from "../optimizer.js";
import type { ParamGroup } from "../param-group.js";

/**
 * The first parameter of every schedule.
 * @internal
 */
export const scheduled = required(
  "optimizer",
  instance<Optimizer>("an optimizer", () => Optimizer),
);

/**
 * One number for each of an optimizer's groups, of which a single one is for all of them.
 * @throws ArgumentError for another number of them
 * @internal
 */
export function perGroup(
  op: string,
  name: string,
  given: number | readonly number[],
  { paramGroups }: Optimizer,
): readonly number[] {
  const values = typeof given === "number" ? paramGroups.map(() => given) : given;
  if (values.length === paramGroups.length) return values;
  throw new ArgumentError({
    op,
    problem: `${name} needs one value per parameter group`,
    expected: String(paramGroups.length),
    got: String(values.length),
  });
}

/** A schedule's state, as plain data that survives JSON. */
export type SchedulerState = Record<string, number | readonly number[]>;

/**
 * The base class of all learning-rate schedules except `ReduceLROnPlateau`. PyTorch:
 * `torch.optim.lr_scheduler.LRScheduler`.
 * @example
 * const optimizer = new optim.SGD([tensor([1], undefined, { requiresGrad: true })], { lr: 0.1 });
 * const scheduler: optim.lrScheduler.LRScheduler = new optim.lrScheduler.StepLR(optimizer, 1, { gamma: 0.5 });
 * scheduler.step();
 * optimizer.paramGroups[0].lr; // 0.05
 */
export abstract class LRScheduler {
  /** How many steps have been taken. */
  protected lastEpoch = 0;
  /** The learning rates from which the schedule starts, one per group. */
  protected readonly baseLrs: readonly number[];
  private lastLr: readonly number[];

  /** @param optimizer the optimizer whose learning rates are set */
  constructor(protected readonly optimizer: Optimizer) {
    for (const group of optimizer.paramGroups) group.initialLr ??= group.lr;
    this.baseLrs = optimizer.paramGroups.map((group) => group.initialLr!);
    this.lastLr = optimizer.paramGroups.map((group) => group.lr);
  }

  /**
   * Returns the learning rate of a group after `lastEpoch` steps; `index` is the group's position, and `group.lr` is
   * its present rate.
   */
  protected abstract nextLr(group: ParamGroup, index: number): number;

  /**
   * Sets the next learning rates. Call it after `optimizer.step()`: once per epoch or once per batch, depending on what
   * the schedule counts. PyTorch: `torch.optim.lr_scheduler.LRScheduler.step`.
   * @example
   * const optimizer = new optim.SGD([tensor([1], undefined, { requiresGrad: true })], { lr: 0.1 });
   * const scheduler = new optim.lrScheduler.StepLR(optimizer, 1);
   * scheduler.step();
   * optimizer.paramGroups[0].lr; // 0.01
   */
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

  /**
   * Returns the present learning rates. PyTorch: `torch.optim.lr_scheduler.LRScheduler.get_last_lr`.
   * @returns one for each group
   * @example
   * const optimizer = new optim.SGD([tensor([1], undefined, { requiresGrad: true })], { lr: 0.1 });
   * new optim.lrScheduler.StepLR(optimizer, 1).getLastLr(); // [0.1]
   */
  getLastLr(): readonly number[] {
    return this.lastLr;
  }

  /**
   * Returns what distinguishes this schedule from a new one with the same arguments. PyTorch:
   * `torch.optim.lr_scheduler.LRScheduler.state_dict`.
   * @returns plain data; the learning rates are in the optimizer's state as well
   * @example
   * const optimizer = new optim.SGD([tensor([1], undefined, { requiresGrad: true })], { lr: 0.1 });
   * const scheduler = new optim.lrScheduler.StepLR(optimizer, 2);
   * scheduler.step();
   * scheduler.stateDict(); // { last_epoch: 1, _last_lr: [0.1] }
   */
  stateDict(): SchedulerState {
    return { last_epoch: this.lastEpoch, _last_lr: this.lastLr };
  }

  /**
   * Restores the state of a schedule that had the same arguments. The optimizer's state is restored separately.
   * PyTorch: `torch.optim.lr_scheduler.LRScheduler.load_state_dict`.
   * @param state what `stateDict()` returned
   * @throws ArgumentError if it is the state of another kind of schedule, or has another number of groups
   * @example
   * const optimizer = new optim.SGD([tensor([1], undefined, { requiresGrad: true })], { lr: 0.1 });
   * const scheduler = new optim.lrScheduler.StepLR(optimizer, 2);
   * scheduler.loadStateDict({ last_epoch: 1, _last_lr: [0.1] });
   * scheduler.step();
   * scheduler.getLastLr(); // [0.01]
   */
  loadStateDict(state: SchedulerState): void {
    const { last_epoch: lastEpoch, _last_lr: lastLr } = state;
    if (typeof lastEpoch !== "number" || !Array.isArray(lastLr) || lastLr.length !== this.baseLrs.length) {
      throw new ArgumentError({
        op: `${this.constructor.name}.loadStateDict`,
        problem: "the state does not fit",
        expected: `last_epoch, and _last_lr of ${counted(this.baseLrs.length, "group")}`,
        got: JSON.stringify(state),
      });
    }
    this.lastEpoch = lastEpoch;
    this.lastLr = [...(lastLr as readonly number[])];
  }
}

/**
 * Makes the methods of a schedule check their arguments, and names in Python's style say what to write.
 * @internal
 */
export function checkSchedule(prototype: object, step: readonly Parameter[]): void {
  const known = methodsOf(prototype);
  checkListed(prototype, [
    ["step", step],
    ["getLastLr stateDict", []],
    ["loadStateDict", [required("state", kind("what scheduler.stateDict() returns", isRecord))]],
  ]);
  answerForAbsent(
    "LRScheduler",
    prototype,
    inPython(known, (name) => `scheduler.${name}(…)`),
  );
}

checkSchedule(LRScheduler.prototype, []);
