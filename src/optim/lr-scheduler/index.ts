/**
 * Learning-rate schedules. Each sets the rates of an optimizer's groups when it is constructed and at each `step()`.
 * PyTorch: `torch.optim.lr_scheduler`.
 *
 * @module lrScheduler
 */
export { CosineAnnealingLR, type CosineAnnealingOptions } from "./cosine-annealing-lr.js";
export { LRScheduler, type SchedulerState } from "./lr-scheduler.js";
export { OneCycleLR, type OneCycleOptions } from "./one-cycle-lr.js";
export { ReduceLROnPlateau, type PlateauOptions } from "./reduce-lr-on-plateau.js";
export { MultiStepLR, StepLR, type DecayOptions } from "./step-lr.js";
