/**
 * Makes a trainer from a configuration, a network and data. Everything random follows from the configuration's seed.
 */
import { recordWith } from "../errors/record-kinds.js";
import { callback } from "../errors/kinds.js";
import { Signature, required } from "../errors/signature.js";
import type { Dataset } from "../data/dataset.js";
import { DataLoader } from "../data/data-loader.js";
import type { Module } from "../nn/index.js";
import { manualSeed } from "../random/random.js";
import type { TrainConfig } from "../config/config.js";
import { trainingBatches } from "./early-crop.js";
import { networks } from "../exercise/networks.js";
import { makeOptimizer, makeSchedule } from "../config/schedules.js";
import { Trainer } from "./trainer.js";

/** Images [C, H, W] with their classes, already transformed for the network. */
export interface TrainingData {
  /** The training images. */
  readonly train: Dataset<unknown>;
  /** The test images. */
  readonly test: Dataset<unknown>;
}

const ofMakeTrainer = new Signature("makeTrainer", [
  required("config", recordWith("a configuration, as resolveConfig() returns it", "batchSize", "seed")),
  required("makeNetwork", callback),
  required("data", recordWith("{ train, test }", "train", "test")),
]);

/**
 * Makes the trainer that a configuration describes. Everything random follows from the configuration's seed.
 * @param config the configuration
 * @param makeNetwork makes the network, drawing its initial weights
 * @param data the images
 * @returns a trainer, ready to run
 * @throws ArgumentError if the configuration does not fit the data
 * @example
 * const data = new TensorDataset(rand([16, 1, 28, 28]), randint(0, 10, [16]));
 * const config = resolveConfig("default", { epochs: 1, batchSize: 8 });
 * const trainer = makeTrainer(config, () => new ExerciseNet(), { train: data, test: data });
 * await trainer.run(); // true
 */
export function makeTrainer(config: TrainConfig, makeNetwork: () => Module, data: TrainingData): Trainer {
  ofMakeTrainer.read(arguments);
  const { batchSize, seed, epochs, checkpointSteps, loss } = config;
  manualSeed(seed);
  const loading = { batchSize, prefetch: 1 };
  const trainLoader = trainingBatches(data.train, loading, config);
  const testLoader = new DataLoader(data.test, { ...loading, shuffle: true });
  const model = makeNetwork();
  const optimizer = makeOptimizer(model.parameters(), config);
  const schedule = makeSchedule({ optimizer, config, batches: trainLoader.length });
  // The forward pass of a network from a file may depend on anything; the built-in ones depend on nothing unusual.
  const compiled = Object.hasOwn(networks, config.net);
  return new Trainer({ model, loss, optimizer, schedule, trainLoader, testLoader, epochs, checkpointSteps, compiled });
}
