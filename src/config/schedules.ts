/** Makes the optimizer and the learning-rate schedule of a configuration. */
import {
  Adam,
  AdamW,
  CosineAnnealingLR,
  MultiStepLR,
  OneCycleLR,
  ReduceLROnPlateau,
  SGD,
  StepLR,
  type LRScheduler,
  type Optimizer,
  type SchedulerState,
} from "../optim/index.js";
import type { Tensor } from "../tensor/tensor.js";
import { MOMENTUM_SWING, type ScheduleConfig, type TrainConfig } from "./config.js";

/** A schedule of the learning rate, and when it takes its steps. */
export interface Schedule {
  /** Whether it takes a step after each batch or after each epoch. */
  readonly every: "step" | "epoch";

  /**
   * Sets the next learning rate.
   * @param testLoss the loss of the epoch's test; for a schedule that steps after each batch, the batch's loss
   */
  step(testLoss: number): void;
  /** Returns the state of the schedule. */
  stateDict(): SchedulerState;

  /**
   * Restores a state.
   * @param state what `stateDict()` returned
   */
  loadStateDict(state: SchedulerState): void;
}

/** Adam's second beta, which a configuration does not set. */
export const SECOND_BETA = 0.999;

/** The momenta between which the one-cycle schedule moves. */
export function momentumRange(momentum: number): { readonly baseMomentum: number; readonly maxMomentum: number } {
  return { baseMomentum: momentum - MOMENTUM_SWING, maxMomentum: momentum + MOMENTUM_SWING };
}

type OptimizerName = TrainConfig["optimizer"];

const optimizers: Readonly<Record<OptimizerName, (params: Iterable<Tensor>, config: TrainConfig) => Optimizer>> = {
  sgd: (params, { lr, momentum, weightDecay }) => new SGD(params, { lr, momentum, weightDecay }),
  adam: (params, { lr, momentum, weightDecay }) =>
    new Adam(params, { lr, betas: [momentum, SECOND_BETA], weightDecay }),
  adamw: (params, { lr, momentum, weightDecay }) =>
    new AdamW(params, { lr, betas: [momentum, SECOND_BETA], weightDecay }),
};

export function makeOptimizer(params: Iterable<Tensor>, config: TrainConfig): Optimizer {
  return optimizers[config.optimizer](params, config);
}

/** What a schedule needs to know besides its own settings. */
interface Setting {
  readonly optimizer: Optimizer;
  readonly config: TrainConfig;
  /** The number of batches in an epoch. */
  readonly batches: number;
}

type Named<K extends ScheduleConfig["name"]> = Extract<ScheduleConfig, { readonly name: K }>;

const schedules: {
  readonly [K in ScheduleConfig["name"]]: (settings: Named<K>, setting: Setting) => Schedule | undefined;
} = {
  constant: () => undefined,
  onecycle: ({ name: _, ...options }, { optimizer, config, batches }) =>
    stepping(
      "step",
      new OneCycleLR(optimizer, config.lr, {
        ...options,
        totalSteps: config.epochs * batches,
        ...(options.cycleMomentum ? momentumRange(config.momentum) : {}),
      }),
    ),
  step: ({ stepSize, gamma }, { optimizer }) => stepping("epoch", new StepLR(optimizer, stepSize, { gamma })),
  multistep: ({ milestones, gamma }, { optimizer }) =>
    stepping("epoch", new MultiStepLR(optimizer, milestones, { gamma })),
  cosine: ({ etaMin }, { optimizer, config }) =>
    stepping("epoch", new CosineAnnealingLR(optimizer, config.epochs, { etaMin })),
  plateau: ({ factor, patience }, { optimizer }) => {
    const plateau = new ReduceLROnPlateau(optimizer, { factor, patience });
    return {
      every: "epoch",
      step: (testLoss) => plateau.step(testLoss),
      stateDict: () => plateau.stateDict(),
      loadStateDict: (state) => plateau.loadStateDict(state),
    };
  },
};

function stepping(every: Schedule["every"], scheduler: LRScheduler): Schedule {
  return {
    every,
    step: () => scheduler.step(),
    stateDict: () => scheduler.stateDict(),
    loadStateDict: (state) => scheduler.loadStateDict(state),
  };
}

export function makeSchedule(setting: Setting): Schedule | undefined {
  const { schedule } = setting.config;
  const make = schedules[schedule.name] as (settings: ScheduleConfig, setting: Setting) => Schedule | undefined;
  return make(schedule, setting);
}
