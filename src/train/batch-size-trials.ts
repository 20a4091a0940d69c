/** What the batch size does to time and accuracy: the same images, once each, in batches of several sizes. */
import { Subset } from "../data/subset.js";
import type { Module } from "../nn/index.js";
import type { TrainConfig } from "../config/config.js";
import { makeTrainer, type TrainingData } from "./session.js";
import type { EpochEvent } from "./events.js";

export interface BatchSizeTrials {
  /** What is trained and how; one epoch with a constant learning rate, whatever it says of these. */
  readonly config: TrainConfig;
  readonly makeNetwork: () => Module;
  readonly data: TrainingData;
  readonly batchSizes: readonly number[];
  /** How many of the training images are used: the first ones. */
  readonly images: number;
  /** Whether the rate grows with the batch size, from the configuration's for the configuration's size. */
  readonly scaleLr: boolean;
}

export interface BatchSizeTrial extends Pick<EpochEvent, "trainLoss" | "testLoss" | "correct" | "total"> {
  readonly batchSize: number;
  readonly lr: number;
  readonly steps: number;
  /** Of training, without the steps in which a program is compiled: the first, and a last smaller one. */
  readonly imagesPerSecond: number;
}

/**
 * Trains once for each batch size; all but the speed follows from the seed. A linearly scaled rate keeps an image's
 * share in the weights the same: Goyal et al., "Accurate, Large Minibatch SGD" (2017), section 2.1.
 * @throws StateError where the loss becomes no number
 */
export async function* tryBatchSizes(trials: BatchSizeTrials): AsyncGenerator<BatchSizeTrial> {
  const { config, makeNetwork, data, batchSizes, images, scaleLr } = trials;
  const indices = Array.from({ length: Math.min(images, data.train.length) }, (_, i) => i);
  const part = { ...data, train: new Subset(data.train, indices) };
  for (const batchSize of batchSizes) {
    const lr = scaleLr ? (config.lr * batchSize) / config.batchSize : config.lr;
    const trainer = makeTrainer(
      { ...config, epochs: 1, batchSize, lr, schedule: { name: "constant" }, earlyCrop: null },
      makeNetwork,
      part,
    );
    const full = Math.floor(indices.length / batchSize);
    let [steps, began, ended] = [0, 0, 0];
    trainer.on("step", () => {
      steps++;
      if (steps <= full) ended = performance.now();
      if (steps === 1) began = ended;
    });
    let epoch: EpochEvent | undefined;
    trainer.on("epoch", (event) => (epoch = event));
    await trainer.run();
    const { trainLoss, testLoss, correct, total } = epoch!;
    const imagesPerSecond = full > 1 ? (1000 * (full - 1) * batchSize) / (ended - began) : NaN;
    yield { batchSize, lr, steps, imagesPerSecond, trainLoss, testLoss, correct, total };
  }
}
