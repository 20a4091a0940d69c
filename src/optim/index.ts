/**
 * Optimizers and learning-rate schedules. PyTorch: `torch.optim`.
 *
 * @example
 * const model = new nn.Linear(2, 1);
 * const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
 * const scheduler = new optim.lrScheduler.StepLR(optimizer, 2, { gamma: 0.5 });
 * for (let epoch = 0; epoch < 4; epoch++) {
 *   optimizer.zeroGrad();
 *   F.mseLoss(model(ones([8, 2])), ones([8, 1])).backward();
 *   optimizer.step();
 *   scheduler.step();
 * }
 * scheduler.getLastLr(); // [0.025]
 *
 * @module optim
 */
export { Adam, type AdamGroup, type AdamOptions, type AdamState } from "./adam.js";
export { AdamW } from "./adamw.js";
export * as lrScheduler from "./lr-scheduler/index.js";
export * from "./lr-scheduler/index.js";
export { Optimizer, type GroupOptions, type Hyperparameters, type Params } from "./optimizer.js";
export type { ParamGroup, ParamState } from "./param-group.js";
export type { OptimizerState, SavedGroup } from "./optimizer-state.js";
export { SGD, type SGDGroup, type SGDOptions, type SGDState } from "./sgd.js";
