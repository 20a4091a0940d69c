/** The one-cycle policy (Smith and Topin 2017, arXiv 1708.07120). PyTorch: `OneCycleLR`. */
import { counted } from "../../text/counted.js";
import { ArgumentError, StateError } from "../../errors/errors.js";
import { arrayOf, either, flag, integer, notNegative, number, numberWithin, oneOf } from "../../errors/kinds.js";
import { optional, required, Signature, type Arguments } from "../../errors/signature.js";
import type { Optimizer } from "../optimizer.js";
import type { ParamGroup } from "../param-group.js";
import { LRScheduler, perGroup, scheduled } from "./lr-scheduler.js";

/** Options of `OneCycleLR`. Either `totalSteps`, or `epochs` and `stepsPerEpoch`, must be given. */
export interface OneCycleOptions {
  /** The number of batches that the cycle lasts. */
  readonly totalSteps?: number;
  /** The number of epochs that the cycle lasts. */
  readonly epochs?: number;
  /** The number of batches in an epoch. */
  readonly stepsPerEpoch?: number;
  /** The part of the cycle in which the learning rate rises, from 0 to 1. Default 0.3. */
  readonly pctStart?: number;
  /** The curve along which it rises and falls. Default "cos". */
  readonly annealStrategy?: "cos" | "linear";

  /**
   * Whether the momentum (in Adam, the first beta) falls while the learning rate rises, and rises while it falls.
   * Default true.
   */
  readonly cycleMomentum?: boolean;
  /** The lowest momentum. Default 0.85. */
  readonly baseMomentum?: number;
  /** The highest momentum. Default 0.95. */
  readonly maxMomentum?: number;
  /** The first rate is the highest divided by this. Default 25. */
  readonly divFactor?: number;
  /** The last rate is the first divided by this. Default 10,000. */
  readonly finalDivFactor?: number;
  /** Whether the rate first returns to where it began, as in the paper, before it falls to the last. Default false. */
  readonly threePhase?: boolean;
}

/** The options that shape the cycle. Its length is not among them, because it has no default. */
type Form = Required<Omit<OneCycleOptions, "totalSteps" | "epochs" | "stepsPerEpoch">>;

const cycleParameters = [
  optional("totalSteps", integer(1)),
  optional("epochs", integer(1)),
  optional("stepsPerEpoch", integer(1)),
  optional("pctStart", numberWithin(0, 1), 0.3),
  optional("annealStrategy", oneOf("cos", "linear"), "cos"),
  optional("cycleMomentum", flag, true),
  optional("baseMomentum", number, 0.85),
  optional("maxMomentum", number, 0.95),
  optional("divFactor", number, 25),
  optional("finalDivFactor", number, 1e4),
  optional("threePhase", flag, false),
] as const;
const signature = new Signature("OneCycleLR", [
  scheduled,
  required("maxLr", either(notNegative, arrayOf(notNegative))),
  ...cycleParameters,
]);

const curves = {
  cos: (from: number, to: number, part: number): number => to + ((from - to) / 2) * (Math.cos(Math.PI * part) + 1),
  linear: (from: number, to: number, part: number): number => (to - from) * part + from,
};

/**
 * Raises the learning rate from maxLr / divFactor to `maxLr`, then lowers it to almost nothing, while the momentum does
 * the opposite. Steps are batches. Smith and Topin 2017 (arXiv 1708.07120). PyTorch:
 * `torch.optim.lr_scheduler.OneCycleLR`.
 * @example
 * const w = tensor([1], undefined, { requiresGrad: true });
 * const optimizer = new optim.SGD([w], { lr: 0.1, momentum: 0.9 });
 * const scheduler = new optim.lrScheduler.OneCycleLR(optimizer, 0.1, { epochs: 2, stepsPerEpoch: 5 });
 * const rates = [optimizer.paramGroups[0].lr];
 * for (let batch = 0; batch < 9; batch++) {
 *   scheduler.step();
 *   rates.push(optimizer.paramGroups[0].lr);
 * }
 * rates; // [0.004, 0.052, 0.1, 0.095, 0.081, 0.061, 0.039, 0.019, 0.005, 0.000]
 */
export class OneCycleLR extends LRScheduler {
  private readonly options: Form;
  private readonly maxLrs: readonly number[];
  private readonly totalSteps: number;

  /**
   * @param optimizer the optimizer whose learning rates and momenta are set
   * @param maxLr the highest rate: one for all groups, or one for each
   * @param rest the length of the cycle, and its form: in PyTorch's order, or by name in an object
   * @throws ArgumentError if the length is missing, for a number out of its range, or for an optimizer without a
   *   momentum unless `cycleMomentum` is false
   */
  constructor(
    optimizer: Optimizer,
    maxLr: number | readonly number[],
    ...rest: Arguments<OneCycleOptions, typeof cycleParameters>
  ) {
    const given = signature.read([optimizer, maxLr, ...rest]);
    const { optimizer: target, maxLr: highest, totalSteps, epochs, stepsPerEpoch, ...options } = given;
    const maxLrs = perGroup("OneCycleLR", "maxLr", highest, target);
    checkMomentum(target, options);
    target.paramGroups.forEach((group, i) => (group.initialLr = maxLrs[i]! / options.divFactor));
    super(target);
    this.options = options;
    this.maxLrs = maxLrs;
    this.totalSteps = totalSteps ?? product(epochs, stepsPerEpoch);
    this.update();
  }

  protected override update(): void {
    if (this.lastEpoch > this.totalSteps) {
      throw new StateError({
        op: "OneCycleLR.step",
        problem: `step ${this.lastEpoch} is after the end of the cycle`,
        expected: `at most ${counted(this.totalSteps, "step")}`,
        hint: "give the number of batches of the whole training as totalSteps, and call step() once per batch",
      });
    }
    super.update();
    const { cycleMomentum, baseMomentum, maxMomentum } = this.options;
    if (!cycleMomentum) return;
    for (const group of this.optimizer.paramGroups)
      setMomentum(group, this.between(maxMomentum, baseMomentum, maxMomentum));
  }

  protected override nextLr(_: ParamGroup, index: number): number {
    const first = this.baseLrs[index]!;
    return this.between(first, this.maxLrs[index]!, first / this.options.finalDivFactor);
  }

  /** A value on its way from one level to the next. An empty phase is at its end. */
  private between(first: number, highest: number, last: number): number {
    const { options, totalSteps, lastEpoch } = this;
    const rise = options.pctStart * totalSteps;
    const levels = [
      [0, first],
      [rise - 1, highest],
      ...(options.threePhase ? [[2 * rise - 2, first]] : []),
      [totalSteps - 1, last],
    ] as [step: number, level: number][];
    const at = levels.findIndex(([step], i) => i > 0 && lastEpoch <= step); // -1, the last, after the end
    const [[start, from], [end, to]] = [levels.at(at - 1)!, levels.at(at)!];
    return curves[options.annealStrategy](from, to, end === start ? 1 : (lastEpoch - start) / (end - start));
  }
}

function product(epochs: number | undefined, stepsPerEpoch: number | undefined): number {
  if (epochs && stepsPerEpoch) return epochs * stepsPerEpoch;
  throw new ArgumentError({
    op: "OneCycleLR",
    problem: "the length of the cycle is missing",
    expected: "totalSteps, or epochs and stepsPerEpoch",
  });
}

function checkMomentum(optimizer: Optimizer, options: Form): void {
  if (!options.cycleMomentum || "momentum" in optimizer.defaults || "betas" in optimizer.defaults) return;
  throw new ArgumentError({
    op: "OneCycleLR",
    problem: `${optimizer.constructor.name} has no momentum to cycle`,
    hint: "pass { cycleMomentum: false }",
  });
}

function setMomentum(group: ParamGroup & { momentum?: number; betas?: readonly [number, number] }, to: number): void {
  if (group.betas) group.betas = [to, group.betas[1]];
  else group.momentum = to;
}
