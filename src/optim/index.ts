/** `optim`: the optimizers' and schedules' public names. */
export { Adam, type AdamOptions } from "./adam.js";
export { AdamW } from "./adamw.js";
export * as lrScheduler from "./lr-scheduler/index.js";
export * from "./lr-scheduler/index.js";
export { Optimizer, type GroupOptions, type Params } from "./optimizer.js";
export type { ParamGroup } from "./param-group.js";
export type { OptimizerState } from "./optimizer-state.js";
export { SGD, type SGDOptions } from "./sgd.js";
