/**
 * Training by configuration: recipes, the trainer and its events, checkpoints, and the exercise's networks and rules.
 * Nothing here needs Node.
 *
 * @example
 * const config = resolveConfig("notebook", { epochs: 1, batchSize: 8 });
 * const data = new TensorDataset(rand([16, 1, 28, 28]), randint(0, 10, [16]));
 * const trainer = makeTrainer(config, () => new ExerciseNet(), { train: data, test: data });
 * trainer.on("epoch", ({ epoch, correct, total }) => console.log(`epoch ${epoch}: ${correct} of ${total}`));
 * await trainer.run(); // true
 *
 * @module kilograd/train
 */
export { answerQuestions, type Answer } from "../exercise/answers.js";
export { tryBatchSizes, type BatchSizeTrial, type BatchSizeTrials } from "../train/batch-size-trials.js";
export { decodeCheckpoint, encodeCheckpoint, hashTensors, toTensors } from "../train/checkpoint.js";
export type { Checkpoint, GeneratorStates, Position, TrainingState } from "../train/checkpoint.js";
export { LOSSES, NUMERICS, OPTIMIZERS, parseConfig, SCHEDULES } from "../config/config.js";
export type { AugmentConfig, EarlyCropConfig, OneCycleConfig, ScheduleConfig } from "../config/config.js";
export type { LossName, TrainConfig, TrainSettings } from "../config/config.js";
export { croppedEpochs, croppedSize, type Cropping } from "../config/early-crop.js";
export { evaluate, type Evaluation } from "../train/evaluate.js";
export * from "../train/events.js";
export { gatherFacts, type Facts } from "../inspect/facts.js";
export { ExerciseNet, networks, QuickNet } from "../exercise/networks.js";
export { measureHealth, type GradientHealth, type Health, type ReluHealth } from "../train/health.js";
export type { LossChoice } from "../train/losses.js";
export { lrRangeTest, suggestLr } from "../train/lr-range-test.js";
export type { RangePoint, RangeTestOptions, RateSuggestion } from "../train/lr-range-test.js";
export { recipes, resolveConfig, type Recipe } from "../exercise/recipes.js";
export { parseRunRecord, type KeptNetwork, type RunRecord } from "../runs/run-record.js";
export { goalOf, judge, leastCorrect, rules, rulesFor, verdictsTitle } from "../exercise/rules.js";
export type { Judged, Measured, Rule, Verdict } from "../exercise/rules.js";
export {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsFile,
  type StoredTensor,
} from "../formats/safetensors.js";
export { makeTrainer, type TrainingData } from "../train/session.js";
export { Trainer } from "../train/trainer.js";
export type { BatchSource, TrainerOptions } from "../train/trainer-options.js";
export { checkNetwork } from "../train/network-check.js";
export type { Schedule } from "../config/schedules.js";
