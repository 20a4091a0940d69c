/** What a trainer is given, and how it is read. */
import type { Schedule } from "../config/schedules.js";
import type { Batch } from "../data/dataset.js";
import { ArgumentError } from "../errors/errors.js";
import { flag, instance, integer } from "../errors/kinds.js";
import { recordWith } from "../errors/record-kinds.js";
import { byName, optional, required, Signature } from "../errors/signature.js";
import type { Module } from "../nn/index.js";
import { Optimizer } from "../optim/index.js";
import type { Generator as RandomGenerator } from "../random/random.js";
import { anyNetwork } from "../trace/kinds.js";
import { lossName, type LossChoice } from "./losses.js";

/** A source of batches, such as a DataLoader. */
export interface BatchSource {
  /** The number of batches in an epoch. */
  readonly length: number;
  /** Its own generators, apart from the default one: a training captures and restores their states. Default: none. */
  readonly generators?: readonly RandomGenerator[];

  /**
   * Makes the batches of an epoch, starting at a given one; they are the same as if the earlier ones had been made.
   * Everything random about an epoch is drawn when its iteration begins.
   * @param options the number of the epoch, from 1, and of its first batch, from 0
   * @returns the batches
   */
  iterate(options?: { readonly epoch?: number; readonly from?: number }): Iterable<Batch>;
}

/** Options of `Trainer`. */
export interface TrainerOptions extends LossChoice {
  /** A network that computes log-likelihoods [N, classes] or, with the loss "cross-entropy", scores (logits). */
  readonly model: Module;
  /** The optimizer of its parameters. */
  readonly optimizer: Optimizer;
  /** The schedule of the learning rate. Default: none. */
  readonly schedule?: Schedule | undefined;
  /** The batches to train on. */
  readonly trainLoader: BatchSource;
  /** The batches to test on after each epoch. */
  readonly testLoader: BatchSource;
  /** The number of epochs. */
  readonly epochs: number;
  /** The number of steps between two checkpoints within an epoch. */
  readonly checkpointSteps: number;

  /**
   * Whether to compile steps and tests. This is faster, for a network whose forward pass depends on nothing but its
   * inputs, its layers and PyTorch's random numbers. Default false.
   */
  readonly compiled?: boolean;
}

const batchSource = recordWith<BatchSource>("a DataLoader", "length", "iterate");
export const ofTrainer = new Signature("Trainer", [
  byName(required("model", anyNetwork)),
  byName(
    required(
      "optimizer",
      instance("an optimizer", () => Optimizer),
    ),
  ),
  byName(required("trainLoader", batchSource)),
  byName(required("testLoader", batchSource)),
  byName(required("epochs", integer(1))),
  byName(required("checkpointSteps", integer(1))),
  byName(optional("schedule", recordWith("a schedule { every, step, … }", "every", "step"))),
  byName(optional("loss", lossName)),
  byName(optional("compiled", flag)),
]);

/** A mean over no batches would be NaN, and a test would say nothing. */
export function refuseEmpty(name: string, { length }: BatchSource): void {
  if (length > 0) return;
  throw new ArgumentError({
    op: "Trainer",
    problem: `${name} has no batches`,
    expected: "at least one",
    got: String(length),
    hint: "with dropLast, a dataset smaller than batchSize has none: choose a smaller batchSize",
  });
}
