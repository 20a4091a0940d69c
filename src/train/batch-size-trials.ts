/** What the batch size does to time and accuracy: the same images, once each, in batches of several sizes. */
import { recordWith } from "../errors/record-kinds.js";
import { callback, arrayOf, integer, flag } from "../errors/kinds.js";
import { byName, optional, required, Signature } from "../errors/signature.js";
import { Subset } from "../data/subset.js";
import type { Module } from "../nn/index.js";
import type { TrainConfig } from "../config/config.js";
import { makeTrainer, type TrainingData } from "./session.js";
import type { EpochEvent } from "./events.js";

/** Options of `tryBatchSizes`. */
export interface BatchSizeTrials {
  /**
   * The configuration. Its number of epochs and its schedule are ignored: each trial lasts one epoch at a constant
   * learning rate.
   */
  readonly config: TrainConfig;
  /** Makes the network, drawing its initial weights. */
  readonly makeNetwork: () => Module;
  /** The images. */
  readonly data: TrainingData;
  /** The batch sizes to try. */
  readonly batchSizes: readonly number[];
  /** The number of training images to use, counted from the first. */
  readonly images: number;
  /** Whether the learning rate grows with the batch size, starting from the configuration's rate for its batch size. */
  readonly scaleLr: boolean;
  /** Called after each step, with the trial's batch size, the number of steps so far, and that of all of them. */
  readonly onStep?: (batchSize: number, step: number, steps: number) => void;
}

/** The result of one batch size. */
export interface BatchSizeTrial extends Pick<EpochEvent, "trainLoss" | "testLoss" | "correct" | "total"> {
  /** The batch size. */
  readonly batchSize: number;
  /** The learning rate. */
  readonly lr: number;
  /** The number of steps. */
  readonly steps: number;
  /** The speed of training. Steps that compile a program do not count: the first, and a smaller last one. */
  readonly imagesPerSecond: number;
}

const ofTryBatchSizes = new Signature("tryBatchSizes", [
  byName(required("config", recordWith("a configuration, as resolveConfig() returns it", "batchSize", "seed"))),
  byName(required("makeNetwork", callback)),
  byName(required("data", recordWith("{ train, test }", "train", "test"))),
  byName(required("batchSizes", arrayOf(integer(1)))),
  byName(required("images", integer(1))),
  byName(required("scaleLr", flag)),
  byName(optional("onStep", callback)),
]);

/**
 * Trains once for each batch size, on the same images. Everything except the speed follows from the seed. A linearly
 * scaled rate keeps the effect of an image on the weights the same (Goyal et al. 2017, section 2.1).
 * @param trials the network, the images and the batch sizes to try
 * @returns the result of each batch size, as soon as it is known
 * @throws DivergenceError if the loss is no longer a finite number
 * @example
 * const data = new TensorDataset(rand([16, 1, 28, 28]), randint(0, 10, [16]));
 * const trials = tryBatchSizes({
 *   config: resolveConfig("notebook"),
 *   makeNetwork: () => new ExerciseNet(),
 *   data: { train: data, test: data },
 *   batchSizes: [4, 8],
 *   images: 16,
 *   scaleLr: true,
 * });
 * for await (const { batchSize, steps, lr } of trials) console.log({ batchSize, steps, lr });
 */
export function tryBatchSizes(trials: BatchSizeTrials): AsyncGenerator<BatchSizeTrial> {
  ofTryBatchSizes.read(arguments);
  return resultsOf(trials);
}

async function* resultsOf(trials: BatchSizeTrials): AsyncGenerator<BatchSizeTrial> {
  const { config, makeNetwork, data, batchSizes, images, scaleLr, onStep } = trials;
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
      onStep?.(batchSize, steps, Math.ceil(indices.length / batchSize));
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
