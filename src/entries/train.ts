/** `kilograd/train`: training by configuration, and what is known of its result. Nothing here needs Node. */
export { answerQuestions, type Answer } from "../exercise/answers.js";
export { tryBatchSizes, type BatchSizeTrial, type BatchSizeTrials } from "../train/batch-size-trials.js";
export { decodeCheckpoint, encodeCheckpoint, hashTensors, toTensors } from "../train/checkpoint.js";
export type { Checkpoint, Position, TrainingState } from "../train/checkpoint.js";
export { NUMERICS, OPTIMIZERS, parseConfig, SCHEDULES } from "../config/config.js";
export type { AugmentConfig, EarlyCropConfig, ScheduleConfig, TrainConfig, TrainSettings } from "../config/config.js";
export { croppedEpochs, croppedSize } from "../train/early-crop.js";
export { evaluate, type Evaluation } from "../train/evaluate.js";
export * from "../train/events.js";
export { gatherFacts, type Facts } from "../inspect/facts.js";
export { ExerciseNet, networks, QuickNet } from "../exercise/networks.js";
export { measureHealth, type GradientHealth, type Health, type ReluHealth } from "../train/health.js";
export { lrRangeTest, suggestLr } from "../train/lr-range-test.js";
export type { RangePoint, RangeTestOptions, RateSuggestion } from "../train/lr-range-test.js";
export { recipes, resolveConfig, type Recipe } from "../exercise/recipes.js";
export { parseRunRecord, type RunRecord } from "../runs/run-record.js";
export { judge, leastCorrect, rules, type Measured, type Rule, type Verdict } from "../exercise/rules.js";
export {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsFile,
  type StoredTensor,
} from "../formats/safetensors.js";
export { makeTrainer, type TrainingData } from "../train/session.js";
export { Trainer, type BatchSource, type TrainerOptions } from "../train/trainer.js";
export { checkNetwork } from "../train/network-check.js";
export type { Schedule } from "../config/schedules.js";
