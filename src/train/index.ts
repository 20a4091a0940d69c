/** `kilograd/train`: training by configuration, and what is known of its result. Nothing here needs Node. */
export { answerQuestions, type Answer } from "./answers.js";
export { decodeCheckpoint, encodeCheckpoint, hashTensors, toTensors } from "./checkpoint.js";
export type { Checkpoint, Position, TrainingState } from "./checkpoint.js";
export { NUMERICS, OPTIMIZERS, parseConfig, SCHEDULES } from "./config.js";
export type { AugmentConfig, ScheduleConfig, TrainConfig, TrainSettings } from "./config.js";
export { evaluate, type Evaluation } from "./evaluate.js";
export * from "./events.js";
export { gatherFacts, type Facts } from "./facts.js";
export { ExerciseNet, networks } from "./networks.js";
export { recipes, resolveConfig, type Recipe } from "./recipes.js";
export { parseRunRecord, type RunRecord } from "./run-record.js";
export { judge, rules, type Measured, type Rule, type Verdict } from "./rules.js";
export { decodeSafetensors, encodeSafetensors, type SafetensorsFile, type StoredTensor } from "./safetensors.js";
export { makeTrainer, type TrainingData } from "./session.js";
export { Trainer, type BatchSource, type Schedule, type TrainerOptions } from "./trainer.js";
